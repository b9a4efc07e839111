"""Lines that are no Python's are hidden where a reader of files may print them, and only there."""

import os

import pytest

from advisor.model import native_output_hidden


def test_what_is_printed_within_is_hidden(capfd: pytest.CaptureFixture[str]) -> None:
    os.write(2, b"before ")
    with native_output_hidden():
        os.write(2, b"within ")
        with native_output_hidden():
            os.write(2, b"further within ")
        os.write(2, b"within again ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_a_fault_within_ends_it(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="broken"), native_output_hidden():
        raise ValueError("broken")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"

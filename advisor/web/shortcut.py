"""A file to double-click that opens the page."""

import shlex
import sys
from pathlib import Path

from advisor.plugin import python_command


def shortcut(workspace: Path, platform: str = sys.platform) -> tuple[str, str]:
    """The name and the text of a file that starts the page on *workspace*."""
    words = python_command("-P", "-m", "advisor.cli", "serve", workspace.resolve())
    if platform == "win32":
        line = " ".join(f'"{word}"' for word in words)
        return "shop-advisor.bat", f"@echo off\r\n{line}\r\npause\r\n"
    line = shlex.join(words)
    if platform == "darwin":
        return "shop-advisor.command", f"#!/bin/sh\nexec {line}\n"
    # In a desktop file a percent sign and a backslash have meanings of their own.
    escaped = " ".join(_desktop_word(word) for word in words)
    return "shop-advisor.desktop", (
        "[Desktop Entry]\nType=Application\nName=shop-advisor\n"
        f"Comment=Action plans for TikTok Shop\nExec={escaped}\nTerminal=true\n"
    )


def _desktop_word(word: str) -> str:
    for char in ("\\", '"', "`", "$"):
        word = word.replace(char, "\\" + char)
    return f'"{word}"'.replace("\\", "\\\\").replace("%", "%%")

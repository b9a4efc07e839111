"""What is muted in the results: of shops whose advisor.toml is not at hand, since the run was one
of facts or its exports lie on another machine. `mutes/FOLDER.toml` has [[mute]] tables."""

from collections.abc import Mapping

from advisor.model import Settings, with_mutes
from advisor.portfolio.storage import Storage

_FOLDER, _ENDING = "mutes", ".toml"


def mutes_file(folder: str) -> str:
    """The file for the shop in *folder*, in the results."""
    return f"{_FOLDER}/{folder}{_ENDING}"


def read_mutes(storage: Storage) -> Mapping[str, str]:
    """The texts of what is muted, by folder. Raises Mistakes for one that cannot be used."""
    names = [name for name in storage.names(_FOLDER) if name.endswith(_ENDING)]
    read = storage.read_all([f"{_FOLDER}/{name}" for name in names])
    texts = {
        place.removeprefix(f"{_FOLDER}/").removesuffix(_ENDING): content.decode(errors="replace")
        for place, content in read.items()
    }
    for folder, said in texts.items():
        with_mutes(Settings(), said, where=mutes_file(folder))
    return texts

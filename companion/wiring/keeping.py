"""A call's page, kept where the person works: `<call>.md` and `<call>.json` in a folder."""

from pathlib import Path
from typing import Any

import msgspec

from companion.sinks.journal import file_name


def keep(folder: Path, call: str, page: str, summary: dict[str, Any]) -> str:
    """Write a call's page and summary; nothing that is there is ever overwritten.

    Returns:
        One line for the person: where they are, or why not.
    """
    name, number = file_name(call), 1
    first = name
    while (folder / f"{name}.md").exists() or (folder / f"{name}.json").exists():
        number += 1
        name = f"{first}.{number}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, text in ((".md", page.encode()), (".json", msgspec.json.format(msgspec.json.encode(summary)) + b"\n")):
            with (folder / f"{name}{ending}").open("xb") as file:
                file.write(text)
    except OSError as error:
        return f"{folder}: not saved: {error.strerror or error}; choose another folder with --journal"
    return f"saved: {folder / name}.md and .json"

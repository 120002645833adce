"""Records from other machines made harmless: what drives a terminal is taken out of every text in them, names and keys included."""

import re
from typing import Any

import msgspec

from companion.errors import PeerError
from companion.speech.redact import clean

_SUSPECT = re.compile(rb"\\[bfnrtu]|[\x00-\x1f\x7f-\xff]")
"""Without one of these no text holds a control character: most lines need not be read."""


def clean_json(line: bytes) -> bytes:
    """The JSON with all its texts made harmless; as it is where there is nothing to do.

    Raises:
        PeerError: it is none.
    """
    if not _SUSPECT.search(line):
        return line
    try:
        return msgspec.json.encode(cleaned(msgspec.json.decode(line)))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PeerError(f"not JSON: {error}") from error


def cleaned(value: Any) -> Any:
    """A value from JSON with all its texts made harmless; those that are no keys keep their line ends."""
    if isinstance(value, str):
        return "\n".join(map(clean, value.split("\n")))  # a draft to the customer has paragraphs
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): cleaned(item) for key, item in value.items()}
    return value

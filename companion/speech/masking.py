"""What people said, before it is judged, kept or shown: numbers and addresses that are nobody else's business are hidden, by kind.

Pure functions over text; live and replay must see the same words. What each kind is stands in `figures`, `spoken` and `addresses`.
"""

import difflib
from collections.abc import Collection
from typing import TypeVar

import msgspec

from companion.core.events import Partial, Utterance, Word
from companion.errors import ConfigError
from companion.speech.addresses import mask_addresses
from companion.speech.figures import mask_figures
from companion.speech.spoken import mask_spoken

_Said = TypeVar("_Said", Utterance, Partial)

KINDS = ("card", "account", "phone", "email", "spoken", "digits")
"""Payment cards, bank accounts and social security numbers, phone numbers, e-mail addresses, numbers said in words, other figures."""


class Masking:
    """Hides numbers and addresses of these kinds; `KINDS` are all there are."""

    def __init__(self, kinds: Collection[str] = KINDS) -> None:
        self._kinds = frozenset(kinds)

    def text(self, text: str) -> str:
        """The text with what is hidden as `#`. Words stay as many as they were."""
        if "email" in self._kinds:
            text = mask_addresses(text)
        text = mask_figures(text, self._kinds)
        return mask_spoken(text) if "spoken" in self._kinds else text

    def said(self, said: _Said) -> _Said:
        """The utterance or partial with its text and its words masked alike."""
        text = self.text(said.text)
        if text == said.text:
            return said
        if isinstance(said, Utterance) and said.words is not None:
            return msgspec.structs.replace(said, text=text, words=self._words(said.words))
        return msgspec.structs.replace(said, text=text)

    def _words(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        masked = self.text(" ".join(word for word, _, _, _ in words)).split(" ")
        return tuple((text, start, end, sure) for text, (_, start, end, sure) in zip(masked, words, strict=True))


def kinds(named: str) -> frozenset[str]:
    """The kinds that a setting names, parted by commas; `none` is none of them.

    Raises:
        ConfigError: one of them is no kind.
    """
    found = frozenset(name.strip().lower() for name in named.split(",") if name.strip()) - {"none"}
    for name in sorted(found - set(KINDS)):
        near = difflib.get_close_matches(name, KINDS, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(KINDS)}, and none"
        raise ConfigError(f"privacy.mask: unknown kind '{name}'; {hint}")
    return found

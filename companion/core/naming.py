"""The customer's name, where somebody states it plainly: "my name is …", "Mr Parker", a greeting. A wrong name is worse than none."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from companion.core.events import Utterance
from companion.core.language.pack import Language
from companion.core.words import folded


class _Patterns(NamedTuple):
    """What is looked for, in one language."""

    titled: re.Pattern[str]
    own: re.Pattern[str]
    stated: re.Pattern[str]
    greeted: re.Pattern[str]


_NAME = r"[^\W\d_](?:[^\W\d_]|['’-])+"
_NEVER = re.compile(r"(?!)")


@cache
def _patterns(language: Language) -> _Patterns:
    names = language.names

    def either(phrases: Iterable[str]) -> str:
        return "|".join(re.escape(phrase).replace("'", "['’]") for phrase in sorted(phrases, key=len, reverse=True))

    return _Patterns(
        re.compile(rf"\b({either(names.titles)})\b\.? ({_NAME})", re.IGNORECASE) if names.titles else _NEVER,
        re.compile(rf"\b(?:{either(names.own)}) $", re.IGNORECASE),
        re.compile(rf"\b(?:{either(names.stated)}) ({_NAME})", re.IGNORECASE) if names.stated else _NEVER,
        re.compile(rf"^(?:@\S+ )*(?i:{either(names.greetings)}),? ([^\W\d_]+)\b(?=\s*[,.!–-]|$)") if names.greetings else _NEVER,
    )


def name(said: Utterance, language: Language) -> str:
    """The customer's name as this turn states it, fit to be spoken to; empty if it does not."""
    text, patterns, mine = said.text.strip(), _patterns(language), said.speaker == "customer"
    found = _titled(text, language, mine=mine)
    if found:
        return found
    match = patterns.stated.search(text) if mine else patterns.greeted.match(text)
    if match is None or folded(match[1], language) in language.names.none or not (mine or match[1].istitle()):
        return ""
    # A recogniser writes no capitals; whoever typed others would have typed this one.
    typed = any(letter.isupper() for letter in text)
    return match[1].capitalize() if match[1][0].isupper() or not typed or text.islower() else ""


def _titled(text: str, language: Language, *, mine: bool) -> str:
    """A name with its title: the customer's own where they give it, anybody's whom the agent speaks to."""
    patterns, names = _patterns(language), language.names
    for match in patterns.titled.finditer(text):
        title, surname = match[1].lower(), match[2]
        if title in names.alone and not surname[0].isupper():
            continue
        if folded(surname, language) in names.none or (mine and not patterns.own.search(text[: match.start()])):
            continue
        return f"{names.titles[title]} {surname.capitalize() if surname.islower() else surname}"
    return ""

"""Numbers in words, English and Spanish: `four one one one`, `double seven oh five`, `cuatro uno uno uno`.

A run of words is masked if it has four digits or more, of which three are said singly, or eight digits in all: `nineteen ninety nine`
and `nine to eleven` stay, a card number read in pairs does not. `double` and `triple` count; numbers above nine count two digits each.
Where the words before call it a secret or a card, four digits are enough however they are said, and three that are said singly; so are
they where nothing else is said at all: a long number is dictated with pauses.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from companion.speech.labels import birthday, label


class _Tongue(NamedTuple):
    """How one language says numbers."""

    any: re.Pattern[str]
    """Words of numbers, two or more."""
    number: re.Pattern[str]
    """A number among them: `many` (and the digit after it), `pair`, `single`."""
    word: re.Pattern[str]


def _tongue(single: str, pair: str, tens: str, and_: str, many: str, joins: str) -> _Tongue:
    word = rf"\b(?:{single}|{pair}|{tens}|{many})\b(?!['’])"
    between = rf"(?:[\s,.\-–]+(?:(?:{joins})\b[\s,.\-–]+)?)"
    part = rf"(?:\b(?:{tens}){and_}(?:{single})\b|{word})"
    number = rf"\b(?:(?P<many>{many})\W+(?:{single})\b|(?P<pair>(?:{tens}){and_}(?:{single})\b|(?:{tens}|{pair})\b)|(?P<single>{single})\b)"
    initials = "".join(sorted({name[0] for name in f"{single}|{pair}|{tens}|{many}".split("|")}))
    every = rf"\b(?=[{initials}]){part}(?:{between}{part})+"
    return _Tongue(*(re.compile(pattern, re.IGNORECASE) for pattern in (every, number, word)))


_TONGUES = (
    _tongue(
        "zero|oh|o|nought|naught|one|two|three|four|five|six|seven|eight|nine",
        "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen",
        "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety",
        r"[\s-]+",
        "double|triple",
        "dash|hyphen|uh|um|er",
    ),
    _tongue(
        "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve",
        "diez|once|doce|trece|catorce|quince|dieciséis|dieciseis|diecisiete|dieciocho|diecinueve|veintiuno|veintidós|veintidos|"
        "veintitrés|veintitres|veinticuatro|veinticinco|veintiséis|veintiseis|veintisiete|veintiocho|veintinueve",
        "veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa",
        r"\s+y\s+",
        "doble|triple",
        "guion|guión|eh|este",
    ),
)


def mask_spoken(text: str) -> str:
    """The text with each word of a spoken run as `#`. Words stay as many as they were."""
    for tongue in _TONGUES:
        text = tongue.any.sub(_masking(tongue), text)
    return text


def _masking(tongue: _Tongue) -> Callable[[re.Match[str]], str]:
    def masked(match: re.Match[str]) -> str:
        return tongue.word.sub("#", match.group()) if _is_a_run(tongue, match) else match.group()

    return masked


def _is_a_run(tongue: _Tongue, match: re.Match[str]) -> bool:
    single = double = 0
    for number in tongue.number.finditer(match.group()):
        if number.lastgroup == "single":
            single += 1
        elif number.lastgroup == "many":
            single += 3 if number.group().lower().startswith("triple") else 2
        else:
            double += 2
    count = single + double
    if (single >= 3 and count >= 4) or count >= 8:
        return True
    if count < 3 or count == 3 > single:
        return False
    text, start = match.string, match.start()
    if label(text, start) in ("card", "secret") or (count >= 4 and (label(text, start) == "account" or birthday(text, start))):
        return True
    return single >= 3 and not any(map(str.isalnum, text[:start] + text[match.end() :]))

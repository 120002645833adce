"""What must not reach the journal: runs of four and more digits, in figures or spoken words, and characters that drive a terminal.

Pure functions over text. `clean` is for every text from outside, `mask` for what people said, before it is judged and kept: live and
replay must see the same words. What counts as a run, and what does not, is decided here and nowhere else:

- In figures, digits may be parted by a space, dash, dot or bracket: `4111 1111 1111 1111`, `555-1234`, `(020) 7946 0958`. A bare figure of
  four digits is a run, a year too: `1999` may be a PIN, and a whole date a birthday.
- Not a run: money (`$1,299.00`, `1299 euros`, `49.90`), grouped thousands (`1,299`), times of day (`10:30`, `10.30-11.30`), a range of two
  short numbers (`10-14 days`, `24-48 hours`) and amounts of time (`1500 minutes`), all up to nine digits.
- In words, `double` and `triple` count: `double seven oh five` is a run. Numbers above nine count two digits each, but a run of words needs
  at least three digits said singly, or eight digits in all: `nineteen ninety nine` and `nine to eleven` stay, a card number read in pairs
  does not.
- English only, as the checklists are.
"""

import re
from typing import TypeVar

import msgspec

from companion.core.events import Partial, Utterance, Word

_Said = TypeVar("_Said", Utterance, Partial)

# Clean.

_TROUBLE = re.compile(
    r"""
    (?P<escape>
        \x1b\[ [0-?]* [ -/]* [@-~]                  # CSI: colours, cursor
      | \x9b [0-?]* [ -/]* [@-~]                    # CSI in one character
      | (?:\x1b[\]PX^_] | [\x90\x98\x9d-\x9f]) [^\x07\x1b\x9c]* (?:\x07 | \x1b\\ | \x9c)  # OSC, DCS, …: titles, links, clipboards
      | \x1b [ -/]* [0-~]                           # the short ones
    )
  | (?P<bidi> [\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069] )
  | (?P<space> [\t-\r\x1c-\x1f\x85\u2028\u2029] )
  | [\x00-\x1f\x7f-\x9f\ud800-\udfff]
    """,
    re.VERBOSE,
)


def clean(text: str) -> str:
    """The text as one harmless line.

    Terminal escapes go as a whole, as do marks that turn the writing direction; line ends and tabs become spaces; other control characters
    and lone surrogates become U+FFFD.
    """
    if text.isprintable():
        return text
    return _TROUBLE.sub(_harmless, text)


def _harmless(match: re.Match[str]) -> str:
    if match.lastgroup in ("escape", "bidi"):
        return ""
    return " " if match.lastgroup == "space" else "\ufffd"


# Mask.

_MONEY = r"(?:dollars?|bucks|cents?|euros?|pounds?|quid|pence|usd|eur|gbp|[€£$%]|percent|per\ cent)"
_TIME = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|business|working|a\.?m\b|p\.?m\b)"
_ALONE = r"(?! \d | [.:\-–] \d | [ ] \d )"  # no further digits: what follows would make it a longer number

_FIGURES = re.compile(
    rf"""
    (?P<harmless>
        [$£€¥₹] \s? \d[\d,]* (?: \.\d{{1,2}} )? (?!\d)
      | \d{{1,3}} (?: ,\d{{3}} )+ (?: \.\d{{1,2}} )? (?!\d)
      | \d{{1,2}} : \d{{2}} (?: \s?[-–]\s? \d{{1,2}} : \d{{2}} )? {_ALONE}
      | \d{{1,2}} \. \d{{2}} \s?[-–]\s? \d{{1,2}} \. \d{{2}} {_ALONE}
      | \d{{1,6}} \. \d{{1,2}} {_ALONE}
      | \d{{1,3}} \s?[-–]\s? \d{{1,3}} {_ALONE}
      | \d{{1,6}} (?: \s?[-–\ ]\s? \d{{1,6}} )? (?= \s? (?: {_MONEY} | {_TIME} ) )
    )
  | (?P<run> \d (?: (?: [ \u00a0]? [-–]? [ \u00a0]? | \. | [ ]? \( | \) [ ]? [-–]? [ ]? ) \d )* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 9  # digits in what may pass for an amount

_SINGLE = r"(?:zero|oh|o(?!['’])|nought|naught|one|two|three|four|five|six|seven|eight|nine)"
_TEEN = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_UNIT = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_NUMBER = re.compile(
    rf"(?P<many>double|triple)\W+{_SINGLE}\b | {_TENS}[\s-]+{_UNIT}\b | (?P<pair>{_TENS}|{_TEEN})\b | (?P<single>{_SINGLE})\b", re.X | re.I
)
_PART = rf"(?:{_SINGLE}|{_TEEN}|{_TENS}|double|triple)\b"
_BETWEEN = r"(?:[\s,.\-–]+(?:(?:dash|hyphen|uh|um|er)\b[\s,.\-–]+)?)"
_SPOKEN = re.compile(rf"\b(?=[zonfsetd]){_PART}(?:{_BETWEEN}{_PART}){{2,}}", re.IGNORECASE)
_PARTS = re.compile(rf"\b{_PART}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def mask_text(text: str) -> str:
    """The text with each digit of a run as `#`, and each word of a spoken run as `#`. Words stay as many as they were."""
    if _DIGIT.search(text):
        text = _FIGURES.sub(_mask_figures, text)
    return _SPOKEN.sub(_mask_spoken, text)


def mask(said: _Said) -> _Said:
    """The utterance or partial with its text and its words masked alike."""
    text = mask_text(said.text)
    if text == said.text:
        return said
    if isinstance(said, Utterance) and said.words is not None:
        return msgspec.structs.replace(said, text=text, words=_mask_words(said.words))
    return msgspec.structs.replace(said, text=text)


def _mask_words(words: tuple[Word, ...]) -> tuple[Word, ...]:
    masked = mask_text(" ".join(word for word, _, _, _ in words)).split(" ")
    return tuple((text, start, end, sure) for text, (_, start, end, sure) in zip(masked, words, strict=True))


def _mask_figures(match: re.Match[str]) -> str:
    figures = match.group()
    digits = len(_DIGIT.findall(figures))
    if digits > _LONGEST or (match.lastgroup == "run" and digits >= 4):
        return _DIGIT.sub("#", figures)
    return figures


def _mask_spoken(match: re.Match[str]) -> str:
    run = match.group()
    single = double = 0
    for number in _NUMBER.finditer(run):
        if number.lastgroup == "single":
            single += 1
        elif number.lastgroup == "many":
            single += 2 if number.group().lower().startswith("double") else 3
        else:
            double += 2
    if (single >= 3 and single + double >= 4) or single + double >= 8:
        return _PARTS.sub("#", run)
    return run

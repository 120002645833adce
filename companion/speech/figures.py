"""Numbers in figures: which are a card's, an account's, a phone's or another run of digits, and which are none of anybody's business.

A run is four digits or more; they may be parted by a space, dash, dot or bracket: `4111 1111 1111 1111`, `555-1234`, `(020) 7946 0958`.
Three digits are one where the words before call them a secret: `CVV 123`. What is no run, and is decided here and nowhere else:

- Money (`$1,299.00`, `1.299,00 €`, `1299 euros`), grouped thousands, decimals, times of day, ranges, amounts of time and of things
  (`1500 minutes`, `5000 people`), ordinals, round figures after `about`, flights, models, versions and errors that are called so; all
  of them up to nine digits, since a longer one is no amount.
- Dates and years that stand as dates: `2026-11-21`, `21/11/2026`, `March 2026`, `since 2019`. A bare `2019` may be a PIN; a date before
  2000, or after `born`, is a birthday.
"""

import re
from collections.abc import Collection

from companion.speech.labels import REACH, birthday, label

_MONEY = (
    r"(?:(?:dollars?|bucks|cents?|euros?|pounds?|quid|pence|usd|eur|gbp|chf|cad|aud|mxn|francs?|rupees?|yen|kr|zł|pesos?|reais|"
    r"dólares|libras|céntimos|percent|per\ cent|por\ ciento)\b|[€£$¥₹%](?!\d))"
)
_TIME = (
    r"(?:(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|(?:business|working)\ (?:days|hours)|o['’]clock|"
    r"segundos?|minutos?|horas?|días?|semanas?|meses|años?)\b)"
)
_THINGS = (
    r"(?:people|persons|customers|clients|users|employees|times|miles|kilomet(?:er|re)s?|km|met(?:er|re)s?|feet|ft|inch(?:es)?|"
    r"points?|items|units?|pieces|copies|pages|words|steps|square|watts?|volts?|amps?|mah|[kmgt]b(?:ps)?|[mg]bit/?s?|mega(?:bytes?|bits?)|"
    r"giga(?:bytes?|bits?)|[kmg]?hz|hertz|grams?|kg|kilos?|lit(?:er|re)s?|calories|pixels?|rpm|kwh|degrees|thousand|million|billion|"
    r"photos|videos|songs|messages|e-?mails|personas|clientes|veces|llamadas|puntos|mil|millones|kilómetros|metros|páginas)\b"
)
_ABOUT = (
    r"about|around|roughly|nearly|almost|approximately|some|over|under|up\ to|more\ than|less\ than|at\ least|"
    r"unos|unas|casi|más\ de|menos\ de"
)
_CALLED = r"flight|flt|train|model|version|error(?:\ code)?|page|article|section|vuelo|tren|modelo|versión|página|artículo"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
)
_WHEN = (
    r"(?:in|since|until|till|by|during|before|after|from|year|early|late|spring|summer|autumn|fall|winter|"
    r"desde|en|hasta|durante|año|del?)"
)
# At most six groups, or a long text of them would be read to its end from each of them anew.
_AMOUNT = r"(?: \d{1,3} (?: [ ,.'’\u00a0] \d{3} ){1,6} (?: [.,] \d{1,2} )? | \d{1,6} (?: [.,] \d{1,2} )? )"
_ALONE = r"(?! \d | [.:/\-–] \d | [ ] \d )"  # no further digits: what follows would make it a longer number

_FIGURES = re.compile(
    rf"""
    (?P<harmless>
        (?: [$£€¥₹] | \b(?:usd|eur|gbp|chf|cad|aud|rs|kr)\b\.? ) \s? {_AMOUNT} (?! \d | [ -]\d{{4}} )
      | \d{{1,3}} (?: ,\d{{3}} )+ (?: \.\d{{1,2}} )? (?!\d)
      | [1-9]\d{{0,2}} (?: \.\d{{3}} (?: ,\d{{1,2}} )? | (?: \.\d{{3}} )+ ,\d{{1,2}} ) {_ALONE}
      | \d{{1,2}} : \d{{2}} (?: \s?[-–]\s? \d{{1,2}} : \d{{2}} )? {_ALONE}
      | \d{{1,2}} \. \d{{2}} \s?[-–]\s? \d{{1,2}} \. \d{{2}} {_ALONE}
      | \d{{1,6}} [.,] \d{{1,2}} {_ALONE}
      | (?: \d{{1,2}} \s?[-–]\s? \d{{1,2}} | \d{{1,2}}0 \s?[-–]\s? \d{{1,2}}0 ) {_ALONE}
      | {_AMOUNT} (?= \s? {_MONEY} )
      | \d{{1,6}} \s?[-–\ ]\s? \d{{1,6}} (?= \s? {_MONEY} )
      | \d{{1,2}} (?: \s \d{{2}} )? (?= \s? [ap]\.?m\b )
      | \d{{1,6}} (?: st | nd | rd | th | º | ª ) \b
    )
  | (?P<count>
        \d{{1,6}} (?: \s?[-–\ ]\s? \d{{1,6}} )? (?= \s? {_TIME} )
      | \d{{1,6}} (?: \s?[-–]\s? \d{{1,6}} )? (?= \s? {_THINGS} | [kp]\b )
      | \b(?:{_ABOUT})\s \d{{1,4}}00 {_ALONE}
      | \b(?:{_CALLED})\s (?: number\s | \# )? (?: [a-z]{{1,4}}[ -]? )? \d{{1,4}} {_ALONE}
      | \b(?:version|versión)\s \d{{1,4}} (?: \.\d{{1,6}} ){{1,3}} {_ALONE}
      | \d{{1,2}} (?: \.\d{{1,2}}\.\d | \.0\.\d{{2}} ) {_ALONE}
    )
  | (?P<date>
        (?P<iso> (?:19|20)\d\d ) [-/.] (?: 0?[1-9] | 1[0-2] ) [-/.] (?: [12]\d | 3[01] | 0?[1-9] ) {_ALONE}
      | (?: [12]\d | 3[01] | 0?[1-9] ) (?: [-/.] (?: [12]\d | 3[01] | 0?[1-9] ) [-/.] (?P<us> (?:19|20)\d\d )
          | [/.] (?: [12]\d | 3[01] | 0?[1-9] ) [/.] (?P<short> \d\d ) ) {_ALONE}
      | (?: \b\d{{1,2}} \s (?: of\s | de\s )? )? \b{_MONTH}\b\.? (?: \s\d{{1,2}} (?:st|nd|rd|th)?\b )?
          ,? \s (?: of\s | del?\s )? (?P<month> (?:19|20)\d\d ) {_ALONE}
      | \b{_WHEN}\s (?: the\s )? (?: year\s )? (?P<when> 20\d\d | (?<=since\ ) 19\d\d | (?<=desde\ ) 19\d\d )
          (?: \s? (?: - | – | to | and ) \s? 20\d\d )? {_ALONE}
    )
  | (?P<run> \d (?: (?: [ \u00a0]? [-–]? [ \u00a0]? | \. | [ ]? \( | \) [ ]? [-–.]? [ ]? ) \d )*
        (?P<extension> \s? (?: x | ext\.? | extension ) \s? \d{{1,6}} \b )? )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 9  # digits in what may pass for an amount
_ENDING = re.compile(r"\b(?:ending|ends|ended|termina|terminada|acaba)\s$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_FOUR = re.compile(r"\d{4}")
_GROUPS = re.compile(r"\d+")
_CARDS = ((4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3))
_CARD_APART = re.compile(r"\b\d{4}(?:[,;/] ?\d{4}){3}\b")  # parted as no other run may be
_SORT_CODE, _SOCIAL = (2, 2, 2), (3, 2, 4)
_PHONES = ((3, 3, 4), (1, 3, 3, 4), (3, 4), (2, 2, 2, 2, 2), (3, 3, 3), (3, 2, 2, 2), (2, 4, 4), (3, 4, 4), (5, 6), (5, 3, 3), (4, 3, 3))

_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", re.IGNORECASE | re.ASCII)
_IBAN_LENGTHS = {
    "NO": 15, "BE": 16, **dict.fromkeys(("DK", "FI", "NL"), 18), "SI": 19,
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20), **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "IE", "RS"), 22), **dict.fromkeys(("AE", "GI", "IL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "RO", "SE", "SK"), 24), "PT": 25, **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27), **dict.fromkeys(("CY", "HU", "PL"), 28), "BR": 29, "MT": 31,
}  # fmt: skip


def mask_figures(text: str, kinds: Collection[str]) -> str:
    """The text with each digit of a number of these kinds as `#`, and each letter of an IBAN too; its length stays."""
    if not _DIGIT.search(text):
        return text
    if "account" in kinds:
        text = _IBAN.sub(_mask_iban, text)
    if "card" in kinds:
        text = _CARD_APART.sub(_hidden, text)
    return _FIGURES.sub(lambda match: _hidden(match) if _kind(match) in kinds else match.group(), text)


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on every payment card (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _hidden(match: re.Match[str]) -> str:
    return _DIGIT.sub("#", match.group())


def _kind(match: re.Match[str]) -> str:
    """What a figure is; nothing if it is to stay."""
    figures, text, start = match.group(), match.string, match.start()
    groups = tuple(map(len, _GROUPS.findall(figures.removesuffix(match.group("extension") or ""))))
    count, name = sum(groups), label(text, start)
    if (count <= _LONGEST and _is_public(match, name)) or count < 3 or (count == 3 and name not in ("card", "secret")):
        return ""
    digits = "".join(_DIGIT.findall(figures))
    if groups in _CARDS or (13 <= count <= 19 and luhn(digits)) or count > 19 or name == "card":
        return "card"
    if name == "account" or (groups in (_SORT_CODE, _SOCIAL) and "-" in figures):
        return "account"
    if name == "phone" or (7 <= count <= 15 and _dialled(figures, groups, text[max(0, start - 1) : start])):
        return "phone"
    return "digits"


def _is_public(match: re.Match[str], name: str) -> bool:
    """Whether it is an amount, or a date that is not a birthday, and not called anything else."""
    text, start = match.string, match.start()
    if name == "secret" or match.group("run"):
        return False
    if match.group("date"):
        ending = _ENDING.search(text[max(0, start - REACH) : start])  # "ending in 2012"
        return not ending and _is_recent(match) and not birthday(text, start)
    return not (match.group("count") and name in ("card", "account") and _FOUR.search(match.group()))


def _is_recent(match: re.Match[str]) -> bool:
    """Whether a date is of this century; one before is more often a birthday. `since 1998` is none."""
    if match.group("when"):
        return True
    year: str = next(filter(None, map(match.group, ("iso", "us", "month", "short"))))
    return year.startswith("20") if len(year) == 4 else year < "40"


def _dialled(figures: str, groups: tuple[int, ...], before: str) -> bool:
    """Whether it is written as phone numbers are: with + or a bracket, with 0 or 00 in front, or in their groups."""
    return before in ("+", "(") or "(" in figures or (figures[0] == "0" and sum(groups) >= 9) or groups in _PHONES


def _mask_iban(match: re.Match[str]) -> str:
    text = match.group()
    length = _IBAN_LENGTHS.get(text[:2].upper(), 0)
    places = [place for place, letter in enumerate(text) if letter != " "]
    if not length or len(places) < length:
        return text
    end = places[length - 1] + 1
    found = text[:end].replace(" ", "").upper()
    checked = int("".join(str(int(letter, 36)) for letter in found[4:] + found[:4])) % 97 == 1
    if not checked and not text[:end].isupper():  # ISO 13616; capitals are meant as one, misheard or not
        return text
    return re.sub(r"\w", "#", text[:end]) + text[end:]

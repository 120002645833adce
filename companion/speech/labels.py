"""The words before a number that say what it is: a card's, an account's, a phone's, a secret, a birthday. English and Spanish."""

import re

REACH = 64
"""Characters before a number that are looked at; so the work grows with the text and not with its square."""

_BETWEEN = (
    r"numbers?|no|nr|code|is|was|are|it['’]?s|that['’]?s|my|the|ending\ in|ends\ in|ended\ in|ending|ends|ending\ with|ends\ with|last|"
    r"four|three|digits?|número|es|son|termina\ en|terminada\ en|acaba\ en|últim[ao]s|uh|um|er|eh"
)
_LABEL = re.compile(
    rf"""
    \b (?:
        (?P<card> cards? | visa | mastercard | amex | cvv2? | cvc2? | cv2 | security\ (?:code|number) | tarjeta )
      | (?P<account> account | acct | a/c | iban | sort\ code | routing | social(?:\ security)? | ssn | cuenta )
      | (?P<phone> phone | mobile | cell | telephone | tel | teléfono | móvil | celular )
      | (?P<secret> pin | passcode | password | otp | code | clave | contraseña | código )
    )
    (?: [\s:,.\-–]+ (?:{_BETWEEN}) ){{0,6}} [\s:,.(+\-–]* \#? $
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday|birthdate|dob|nacid[oa]|nací|nacimiento|cumpleaños)\b[^.?!\d]{0,32}$", re.IGNORECASE)


def label(text: str, at: int) -> str:
    """What the words before this place call the number there: `card`, `account`, `phone`, `secret`, or nothing."""
    found = _LABEL.search(text[max(0, at - REACH) : at])
    return found.lastgroup or "" if found else ""


def birthday(text: str, at: int) -> bool:
    """Whether the words before this place speak of somebody's birth."""
    return _BIRTH.search(text[max(0, at - REACH) : at]) is not None

"""Texts fit to be shown: without what drives a terminal, addresses without secrets. What people said is hidden elsewhere: `masking`."""

import re

_TROUBLE = re.compile(
    r"""
    (?P<escape>
        \x1b\[ [0-?]* [ -/]* [@-~]                  # CSI: colours, cursor
      | \x9b [0-?]* [ -/]* [@-~]                    # CSI in one character
      | (?:\x1b[\]PX^_] | [\x90\x98\x9d-\x9f]) [^\x07\x1b\x80-\x9f]* (?:\x07 | \x1b\\ | \x9c)  # OSC, DCS, …: titles, links, clipboards
      | \x1b [ -/]* [0-~]                           # the short ones
    )
  | (?P<bidi> [\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069] )
  | (?P<space> [\t-\r\x1c-\x1f\x85\u2028\u2029] )
  | [\x00-\x1f\x7f-\x9f\ud800-\udfff]
    """,
    re.VERBOSE,
)

_LONGEST = 2000  # characters of an address that are looked at
_IN_QUERY = re.compile(r"((?:password|token|secret)=)[^&]*")


def clean(text: str) -> str:
    """The text as one harmless line.

    Terminal escapes go as a whole, as do marks that turn the writing direction; line ends and tabs become spaces; other control characters
    and lone surrogates become U+FFFD.
    """
    if text.isprintable():
        return text
    return _TROUBLE.sub(_harmless, text)


def shown(uri: str) -> str:
    """An address without user, password and query: those may be secrets, and it stands in journals and errors."""
    scheme, slashes, rest = uri[:_LONGEST].partition("://")
    if not slashes:
        return scheme.partition("?")[0]
    place = rest.split("?")[0].split("#")[0]
    authority, slash, path = place.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def without_password(text: str) -> str:
    """A setting's text with `***` for a password that somebody wrote into a URL."""
    scheme, slashes, rest = text.partition("://")
    who, at, where = rest.rpartition("@")
    name, colon, _ = who.partition(":")
    return _IN_QUERY.sub(r"\1***", f"{scheme}{slashes}{name}{colon and ':***'}{at}{where}")


def _harmless(match: re.Match[str]) -> str:
    if match.lastgroup in ("escape", "bidi"):
        return ""
    return " " if match.lastgroup == "space" else "\ufffd"

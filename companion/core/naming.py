"""The customer's name, where somebody states it plainly: "my name is …", "Mr Parker", a greeting. A wrong name is worse than none."""

import re

from companion.core.content import STOP
from companion.core.events import Utterance

_TITLES = {
    "mr": "Mr", "mister": "Mr", "mrs": "Mrs", "missus": "Mrs", "ms": "Ms", "miss": "Miss", "dr": "Dr", "doctor": "Dr",
}  # fmt: skip
_TITLED = re.compile(rf"\b({'|'.join(_TITLES)})\b\.? ([a-z][a-z'’-]+)", re.IGNORECASE)
_MINE = re.compile(r"\b(?:this is|i am|i['’]m|it is|it['’]s|my name is|my name['’]s|name is) $", re.IGNORECASE)
_STATED = re.compile(r"\bmy (?:first )?name(?: is|['’]s) ([a-z][a-z'’-]+)", re.IGNORECASE)
_GREETINGS = "hi|hello|hey|dear|thanks|thank you|good (?:morning|afternoon|evening)"
_GREETED = re.compile(rf"^(?:@\S+ )*(?i:{_GREETINGS}),? ([A-Z][a-z]+)\b(?=\s*[,.!–-]|$)")
_NO_NAMES = STOP | frozenset(
    """spelled spelt listed written under registered wrong misspelled correct attached mentioned here sir ma ma'am madam team folks uh um er
    erm ah mm hmm yeah yep""".split()
)


def name(said: Utterance) -> str:
    """The customer's name as this turn states it, fit to be spoken to; empty if it does not."""
    text = said.text.strip()
    found = _titled(text, mine=said.speaker == "customer")
    if found:
        return found
    match = _STATED.search(text) if said.speaker == "customer" else _GREETED.match(text)
    if match is None or match[1].lower() in _NO_NAMES:
        return ""
    # A recogniser writes no capitals; whoever typed others would have typed this one.
    typed = any(letter.isupper() for letter in text)
    return match[1].capitalize() if match[1][0].isupper() or not typed or text.islower() else ""


def _titled(text: str, *, mine: bool) -> str:
    """A name with its title: the customer's own where they give it, anybody's whom the agent speaks to."""
    for match in _TITLED.finditer(text):
        title, surname = match[1].lower(), match[2]
        if surname.lower() in _NO_NAMES or (mine and not _MINE.search(text[: match.start()])):
            continue
        return f"{_TITLES[title]} {surname.capitalize() if surname.islower() else surname}"
    return ""

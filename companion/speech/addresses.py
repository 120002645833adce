"""E-mail addresses: typed (`john@example.com`), spoken (`john dot smith at gmail dot com`, `juan arroba correo punto es`), and between.

Spoken ones are found by their end, since only that is certain: *at* or *arroba*, then words with *dot* or *punto* between them. A
website has the same end (`I ordered at amazon dot com`): it is an address if it is a mail provider's, if what is before it is spelled or
joined by dots, or if the words before speak of mail. What comes before is hidden back to a word that cannot be part of it.
"""

import re

_TYPED = re.compile(r"(?<![\w.%+'-])[\w.%+'-]+@(?:[\w-]+\.)+[\w-]{2,}")
_END = re.compile(
    r"""
    (?P<at> \bat\s | (?P<sure> \barroba\s | @ | [(\[]\s?at\s?[)\]] ) ) \s?
    (?P<domain> [\w-]+ (?: \s [\w-]+ ){0,2}? (?: (?: \s (?:dot|punto|[(\[]\s?dot\s?[)\]]) \s | \. ) [a-z][\w-]* )+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PIECE = re.compile(r"\w+")
_REACH = 160  # characters before *at* that are looked at
_WORDS = 3  # plain words of a name at most: "mary ann smith"

_PROVIDERS = frozenset("gmail googlemail hotmail outlook msn yahoo ymail icloud aol gmx proton protonmail fastmail zoho btinternet".split())
_JOINS = frozenset("dot point underscore dash hyphen minus plus punto guion guión bajo".split())
_SPELLED = frozenset(
    "zero oh one two three four five six seven eight nine double triple cero uno dos tres cuatro cinco seis siete ocho nueve".split()
)
_NO_PART = frozenset(
    "is it's its i'm was am are email e-mail mail address to me you my your our at on the a an and or that's that this for with by under "
    "as so okay ok yeah yes no uh um er well please contact reach write send sent it will of from "
    "es correo mi tu su a de en el la por sí electrónico dirección escribe envíe mándelo".split()
)
_OF_MAIL = re.compile(r"\b(?:e-?mail|mail|address|reach|contact|write|correo|dirección|escrib\w+)\b", re.IGNORECASE)


def mask_addresses(text: str) -> str:
    """The text with the letters and digits of each e-mail address as `#`, or its spoken words. Words stay as many as they were."""
    if "@" in text:
        text = _TYPED.sub(lambda match: re.sub(r"\w", "#", match.group()), text)
    pieces, done = [], 0
    for end in _END.finditer(text):
        begin = _begin(text, end, done)
        if begin is not None:
            pieces += [text[done:begin], _hide(text[begin : end.start()]), end["at"], _hide(text[end.end("at") : end.end()])]
            done = end.end()
    return "".join(pieces) + text[done:]


def _begin(text: str, end: re.Match[str], done: int) -> int | None:
    """Where an address begins whose end this is; None if it is a website."""
    first = max(done, end.start() - _REACH)
    words = list(re.finditer(r"\S+", text[first : end.start()]))
    taken, plain, joined, spelled = len(words), 0, False, 0
    while taken:
        word = words[taken - 1].group().lower()
        around = [words[place].group().lower() for place in (taken - 2, taken) if 0 <= place < len(words)]
        after_join = taken < len(words) and around[-1] in _JOINS
        if word in _JOINS:
            joined = True
        elif _is_spelled(word) and (word not in _NO_PART or any(map(_is_spelled, around))):
            spelled += 1
        elif word[-1] in ".,;:?!" or (not after_join and (word in _NO_PART or plain == _WORDS)):
            break
        else:
            plain += 1
        taken -= 1
    provider = _PIECE.match(end["domain"])
    certain = bool(end["sure"]) or joined or spelled > 1 or (provider is not None and provider.group().lower() in _PROVIDERS)
    if not certain and not _OF_MAIL.search(text[first : end.start()]):
        return None
    return first + words[taken].start() if taken < len(words) else end.start()


def _is_spelled(word: str) -> bool:
    return (len(word) == 1 and word.isalnum()) or word in _SPELLED or word.isdigit()


def _hide(text: str) -> str:
    """Each word as `#`, but for those that join."""
    return _PIECE.sub(lambda word: word.group() if word.group().lower() in _JOINS else "#", text)

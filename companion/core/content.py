"""Content words: which words of a turn say something, and which of them are the same word in another dress.

A light suffix stripper for English (in the spirit of Porter, 1980, but gentler: it must never make one word of two), a table of irregular
verbs, and the checklist's own lists of words that mean the same (`same-parcel: [parcel, package, box]`).
"""

from collections.abc import Iterable, Mapping, Sequence

STOP = frozenset(
    """i you he she it we they me him her us them my your his its our their mine yours ours theirs myself yourself yourselves ourselves
    itself themselves this that these those who whom whose which what where when why how here there a an the and or but if because as
    until while of at by for with about against between into through during before after above below to from up down in out on off over
    under again further then once am is are was were be been being have has had having do does did doing done will would shall should can
    could may might must ought need not no nor only own same so than too very just now also ever never always still yet even already
    really quite rather well maybe perhaps please thanks thank okay yes hello hi hey dear good morning afternoon evening day today madam
    sir mister miss bye goodbye sorry apologize apologizes apologies right sure certainly course absolutely exactly correct definitely
    obviously actually basically oh let get gets got getting gotten go goes going went gone come comes coming came make makes made making
    take takes took taken taking give gives gave given giving put say says said saying tell tells told see sees saw seen seeing know knows
    knew known think thinks thought want wants wanted like likes liked look looks looking looked try tries tried trying use uses used
    using keep keeps kept help helps helped helping ask asks asked asking mean means meant thing things something anything nothing
    everything someone anyone everyone somebody anybody nobody one ones two way ways bit lot lots kind sort much many more most less least
    few some any all both each every other others another such back around away first last next able sound sounds seem seems happen
    happens happened happening find finds found understand understood hear hears heard feel feels felt glad happy assist assistance
    contact reach able us guys any thing time times great nice fine moment minute minutes second seconds possible without within let lets
    per via cause since though although however unless instead else ahead follow following continue show shows showing provide provided
    confirm check checked number name address email details information details hope wish welcome available able dm pm direct message
    private link click url team concern concerns bear hold patience yesterday tomorrow tonight hour hours days week weeks month months
    year years zero three four five six seven eight nine ten eleven twelve
    thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
    double triple nought monday tuesday wednesday thursday friday saturday sunday""".split()
)
"""Words that carry the sentence, not the case; a turn that gives only these back gives nothing back."""

_IRREGULAR = {
    "broke": "break", "broken": "break", "bought": "buy", "sent": "send", "paid": "pay", "lost": "lose", "left": "leave", "stole": "steal",
    "stolen": "steal", "brought": "bring", "spoke": "speak", "spoken": "speak", "spent": "spend", "sold": "sell", "stuck": "stick",
    "waited": "wait", "written": "write", "wrote": "write", "driven": "drive", "drove": "drive", "froze": "freeze", "frozen": "freeze",
    "flew": "fly", "flown": "fly", "fell": "fall", "fallen": "fall", "threw": "throw", "thrown": "throw", "torn": "tear", "tore": "tear",
    "worn": "wear", "shut": "shut", "chose": "choose", "chosen": "choose", "began": "begin", "begun": "begin", "met": "meet",
    "slept": "sleep",
    "woke": "wake", "woken": "wake", "rang": "ring", "rung": "ring", "hung": "hang", "children": "child", "people": "person", "men": "man",
    "women": "woman", "feet": "foot", "delivery": "deliver", "deliveries": "deliver", "payment": "pay", "cancellation": "cancel",
    "subscription": "subscribe", "replacement": "replace", "booking": "book", "flight": "fly", "flights": "fly", "arrival": "arrive",
    "installation": "install", "connection": "connect", "reservation": "reserve", "purchase": "buy", "purchased": "buy", "purchases": "buy",
    "complaint": "complain", "complaints": "complain", "seats": "seat", "seating": "seat", "missing": "miss", "lies": "lie", "lying": "lie",
    "died": "die", "dying": "die", "dead": "die", "charge": "charg", "later": "late", "faulty": "fault", "noisy": "noise",
    "dirty": "dirt", "leaking": "leak", "leaky": "leak", "smelly": "smell", "damage": "damag", "news": "news", "care": "care", "cares":
    "care", "cared": "care", "caring": "care", "failure": "fail", "closure": "clos",
}  # fmt: skip

_NUMBERS = (
    {
        word: str(number)
        for number, word in enumerate(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty""".split()
        )
    }
    | {str(number): str(number) for number in range(100)}
    | {
        "thirty": "30",
        "forty": "40",
        "fifty": "50",
        "sixty": "60",
        "seventy": "70",
        "eighty": "80",
        "ninety": "90",
        "a": "1",
        "an": "1",
        "half": "half",
    }
)
_TIMES = {"twice": "2", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"}
_UNITS = {
    form: unit
    for unit in (
        "minute", "hour", "day", "night", "week", "month", "year", "time", "pound", "euro", "dollar", "mile", "call", "email",
        "people", "child",
    )
    for form in (unit, unit + "s")
} | {"children": "child", "kids": "child", "mins": "minute"}  # fmt: skip
_KEPT = 20_000
"""Words whose keys are kept."""


def figure(word: str) -> str:
    """The number from two on that a word stands for, as how many or as which one; empty if none."""
    number = _TIMES.get(word) or _NUMBERS.get(word, "")
    return "" if number in ("0", "1", "half") else number


def stem(word: str) -> str:
    """A word without its ending: `charged`, `charges`, `charging` are one."""
    known = _IRREGULAR.get(word)
    if known is not None:
        return known if known == word else stem(known)
    for end in ("ing", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith(("ss", "us", "is")):
            word = word[: -len(end)]
            if end in ("ing", "ed") and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if word.endswith("ll") and len(word) > 5:  # cancelled, cancel
        word = word[:-1]
    if word.endswith("ie") or word.endswith("i"):
        word = word.rstrip("e")[:-1] + "y"
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


class Content:
    """Finds the content words of a turn.

    Args:
        same: lists of words that mean the same, by any name.
    """

    def __init__(self, same: Mapping[str, Iterable[str]]) -> None:
        self._same = {stem(word): f"={name}" for name, words in same.items() for word in words}
        self._known: dict[str, str] = {}

    def key(self, word: str) -> str:
        """What a word is compared by; empty if it is no content word."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            ending = stem(word)
            plain = word in STOP or len(word) < 3 or word.isdigit()
            known = self._known[word] = "" if plain else self._same.get(ending, ending)
        return known

    def folded(self, words: Sequence[str]) -> frozenset[str]:
        """The keys of all content words among these."""
        return frozenset(self.keys(words)) - {""}

    def keys(self, words: Sequence[str]) -> list[str]:
        """For each word its key, empty where it is no content word. "Three weeks" and "3 week" are one key, at the unit's place."""
        keys = [self.key(word) for word in words]
        for at, word in enumerate(words):
            unit = _UNITS.get(word)
            if unit:
                number = next((_NUMBERS[one] for one in reversed(words[max(0, at - 3) : at]) if one in _NUMBERS), "")
                keys[at] = f"{number} {unit}" if number else keys[at]
        return keys

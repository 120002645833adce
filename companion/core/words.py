"""One normal form for speech and chat: what a recogniser writes and what a person types come out as the same words.

Case, punctuation, contractions, hesitations, stuttered repeats, chat spelling ("u", "pls", "gonna") and British endings are gone; every
word keeps the characters it came from. Templates go through the same form, so that a rule's author need not know it.
"""

import re
from bisect import bisect_left
from functools import lru_cache

import msgspec

Span = tuple[int, int]
"""Half open: from, up to but not including. Of characters or of words, as said where it is used."""

_TOKEN = re.compile(
    r"https?://\S+|www\.\S+|(?<!\w)\^\w+|<(?P<tag>[a-z]+)>|(?<!\w)@\w+|"
    r"(?P<word>[Uu]h[\s-]+[Oo]h\b|\d+|[^\W\d_]+(?:['’`´][^\W\d_]+)*)"
)
_SENTENCE = re.compile(r"[.!?](?=[\s\"')\]]|$)|\n|[!?]")
_LONG = re.compile(r"([^\W\d_])\1{2,}")

_FILLERS = frozenset("um umm uhm uh uhh er err erm ehm ah ahh eh hm hmm mm mmm mhm huh".split())  # "oh" is no filler: "oh no" is a feeling

_WHOLE = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not", "shan't": "shall not",
    "ain't": "is not", "aint": "is not", "let's": "let us", "lets": "let us", "y'all": "you", "yall": "you", "im": "i am", "ive": "i have",
    "youre": "you are", "youve": "you have", "youll": "you will", "theyre": "they are", "theyve": "they have", "thats": "that is",
    "whats": "what is", "theres": "there is", "hes": "he is", "shes": "she is", "its": "it is", "weve": "we have", "dont": "do not",
    "didnt": "did not", "doesnt": "does not", "isnt": "is not", "wasnt": "was not", "arent": "are not", "werent": "were not",
    "hasnt": "has not", "havent": "have not", "hadnt": "had not", "wouldnt": "would not", "couldnt": "could not", "shouldnt": "should not",
    "u": "you", "ur": "your", "r": "are", "ya": "you", "pls": "please", "plz": "please", "plse": "please", "thx": "thanks",
    "thnx": "thanks",
    "tnx": "thanks", "thks": "thanks", "ty": "thanks", "cheers": "thanks", "gonna": "going to", "wanna": "want to", "gotta": "got to",
    "lemme": "let me", "gimme": "give me", "dunno": "do not know", "asap": "as soon as possible", "btw": "by the way",
    "idk": "i do not know",
    "bc": "because", "coz": "because", "cuz": "because", "cos": "because", "tmrw": "tomorrow", "tmw": "tomorrow", "tomorow": "tomorrow",
    "hrs": "hours", "hr": "hour", "mins": "minutes", "min": "minute", "secs": "seconds", "sec": "second", "wk": "week", "wks": "weeks",
    "yrs": "years", "yr": "year", "mon": "monday", "tues": "tuesday", "tue": "tuesday", "weds": "wednesday", "thurs": "thursday",
    "thur": "thursday", "fri": "friday", "yep": "yes", "yeah": "yes", "yup": "yes", "yea": "yes", "ok": "okay", "k": "okay", "nope": "no",
    "acct": "account", "info": "information", "msg": "message", "msgs": "messages", "num": "number", "re": "about", "appt": "appointment",
    "apols": "apologies", "soz": "sorry", "sry": "sorry", "srry": "sorry", "prob": "problem", "probs": "problems", "cust": "customer",
    "n": "and", "y": "why", "ppl": "people", "mgr": "manager", "mngr": "manager", "goin": "going", "wasn": "was not", "o'clock": "oclock",
    "ma'am": "madam", "yous": "you", "til": "until", "till": "until", "anymore": "any more", "alright": "all right",
    "everytime": "every time",
    "alot": "a lot", "tho": "though", "thru": "through", "nite": "night", "tonite": "tonight", "2moro": "tomorrow", "2day": "today",
    "wtf": "what the fuck", "omg": "oh my god", "tech": "technician",
    "uh oh": "uhoh", "uh-oh": "uhoh", "whilst": "while", "amongst": "among", "i'd": "i would",
}  # fmt: skip
_ENDS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS = frozenset("it that this what where who how when why there here he she everything something nothing everyone someone one name".split())
_AFTER_I = {"m": "am", "ve": "have", "ll": "will", "d": "would", "re": "are", "s": "is"}
_STEMS_OF_NOT = frozenset("don didn doesn isn wasn aren weren hasn haven hadn wouldn couldn shouldn mustn needn can won ain".split())
_PRONOUNS = frozenset("i you he she it we they that there what who".split())
_KNOW = [[word] for word in "do did if let lets as how would can should could what not to already so".split()]
_STUTTERS = (4, 3, 2)


class Text(msgspec.Struct, frozen=True):
    """An utterance in normal form: `words`, and for each the characters of `original` that it came from."""

    original: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    starts: frozenset[int]
    """Words with which a new sentence begins, where punctuation says so; a recogniser writes none, so nothing may rest on it alone."""

    def characters(self, span: Span) -> Span:
        """The characters of a non-empty span of words."""
        return self.spans[span[0]][0], self.spans[span[1] - 1][1]

    def quote(self, span: Span) -> str:
        """The original text of a non-empty span of words."""
        start, end = self.characters(span)
        return self.original[start:end]


def _british(word: str) -> str:
    for old, new in (("isation", "ization"), ("ising", "izing"), ("ised", "ized"), ("ises", "izes"), ("ise", "ize")):
        if word.endswith(old) and len(word) > len(old) + 2:
            return word[: -len(old)] + new
    if len(word) > 5 and word.endswith(("our", "ours", "oured", "ouring")):
        return word.replace("our", "or")
    return word


def _spell(word: str) -> tuple[str, ...]:
    """A lower-case word with its apostrophes → one or two words of the normal form."""
    word = word.replace("’", "'").replace("`", "'").replace("´", "'")
    whole = _WHOLE.get(word)
    if whole is not None:
        return tuple(whole.split())
    if "'" in word:
        stem, end = word.rsplit("'", 1)
        if end == "t" and stem.endswith("n"):
            return (stem[:-1].replace("'", ""), "not")
        if end == "s":
            return (stem, "is") if stem in _IS else (_british(stem.replace("'", "")),)
        if end in _ENDS:
            return (*_spell(stem), _ENDS[end])
        word = word.replace("'", "")
    word = _LONG.sub(r"\1", word)
    return (_british(word),)


_spelled: dict[str, tuple[str, ...]] = {}
_BOUND = 50_000


@lru_cache(maxsize=256)
def normal(text: str) -> Text:
    """Bring a text into normal form."""
    words: list[str] = []
    spans: list[Span] = []
    breaks: list[int] = []
    ended = 0
    for match in _TOKEN.finditer(text):
        raw, span = match["word"], match.span()
        if span[0] - ended > 1 or text[ended : span[0]] == "\n":
            breaks.extend(ended + found.start() for found in _SENTENCE.finditer(text[ended : span[0]]))
        ended = span[1]
        if raw is None:
            if match["tag"] != "number":
                continue
            raw = "0"
        spelled = _spelled.get(raw)
        if spelled is None:
            if len(_spelled) >= _BOUND:
                _spelled.clear()
            spelled = _spelled[raw] = tuple(word for word in _spell(raw.lower()) if word not in _FILLERS)
        if len(raw) <= 2 and words:
            spelled = _rejoined(words, raw.lower()) or spelled
        for word in spelled:
            if words and words[-1] == word and not word.isdigit() and not (breaks and breaks[-1] >= spans[-1][1]):
                continue  # "i i", but not "over there. There is"
            words.append(word)
            spans.append(span)
            size = len(words)
            for many in _STUTTERS:  # "we are going to we are going to"
                if size >= 2 * many and word == words[-1 - many] and words[-many:] == words[-2 * many : -many]:
                    del words[-many:], spans[-many:]
                    break
            if word == "know" and words[-2:-1] == ["you"] and words[-3:-2] not in _KNOW:
                del words[-2:], spans[-2:]
    return Text(text, tuple(words), tuple(spans), _starts(spans, breaks))


def _rejoined(words: list[str], raw: str) -> tuple[str, ...]:
    """What stands for a short word when an apostrophe was lost on the way: "i m", "don t". Nothing, mostly."""
    before = words[-1]
    if before in _PRONOUNS and raw in _AFTER_I and not (raw == "s" and before == "i"):
        return (_AFTER_I[raw],)
    if raw == "t" and before in _STEMS_OF_NOT:
        words[-1] = {"won": "will", "can": "can", "ain": "is"}.get(before, before[:-1])
        return ("not",)
    return ()


def _starts(spans: list[Span], breaks: list[int]) -> frozenset[int]:
    """The words before which a sentence ended."""
    starts = {bisect_left(spans, (at, 0)) for at in breaks}
    return frozenset(at for at in starts if 0 < at < len(spans))

"""What the engine needs to know of a language: words, endings and small grammars, as plain values.

No other module of the engine knows a word of any language. A pack holds no code, so that a language can be added by who speaks it; what is
left empty is not looked for, and `Language("xx")` is a language in which a checklist's phrases count as they are written. How one is
written and tried: docs/languages.md.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

Words: TypeAlias = frozenset[str]
"""Words in normal form."""
Lists: TypeAlias = Mapping[str, tuple[str, ...]]
"""Name → templates, as under a checklist's `lists`; names begin with `@`, and templates may use each other."""


class Part(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A part of a pack. Two are the same only if they are one, so that what is compiled from it can be kept by it."""


class Spelling(Part, frozen=True, kw_only=True, eq=False):
    """How words come into normal form. All in small letters."""

    letters: Mapping[str, str] = {}
    """Letter → what stands for it: accents that people and recognisers leave out."""
    fillers: Words = frozenset()
    """Hesitations, which are left out."""
    whole: Mapping[str, str] = {}
    """Word → the words that stand for it: contractions, chat spelling."""
    shortened: Mapping[str, str] = {}
    """Ending with an apostrophe → the word it is short for ("'ll": "will")."""
    possessive: tuple[str, str] = ("", "")
    """An ending with an apostrophe that is left out, and the word that it is short for after `subjects` ("'s", "is")."""
    subjects: Words = frozenset()
    parted: Mapping[str, str] = {}
    """Two pieces that a lost apostrophe left, the second of two letters at most → the two words they were ("don t": "do not")."""
    joined: tuple[str, ...] = ()
    """Words that are one, with a space or a hyphen between them ("uh oh"); `whole` says which."""
    masked: tuple[str, ...] = ()
    """Words that are written with stars ("f***"), the likeliest first."""
    endings: tuple[tuple[str, str, int], ...] = ()
    """Ending, what stands for it, and the letters that a word must have; the first that fits."""
    asides: Mapping[str, tuple[str, Words]] = {}
    """The last of two words that are an aside → the first, and the words in front after which they are none ("know": "you", {"do", …})."""


class ContentWords(Part, frozen=True, kw_only=True, eq=False):
    """Which words say something, and which are one word in another dress."""

    stop: Words = frozenset()
    """Words that carry the sentence, not the case."""
    irregular: Mapping[str, str] = {}
    """Word → another form of it, the stem of which is taken; its own name stands for a stem."""
    endings: tuple[str, ...] = ()
    """Endings that are taken off; the first that fits and leaves three letters."""
    kept: tuple[str, ...] = ()
    """Endings of words from which none is taken."""
    doubling: Words = frozenset()
    """Endings before which a letter is doubled ("stopped") …"""
    undoubled: str = ""
    """… but for these letters."""
    finals: tuple[tuple[str, str, int], ...] = ()
    """Then, one after the other: a last letter or two, what stands for them, and the letters a word must have."""
    numbers: Mapping[str, str] = {}
    """Word → the number it is, in figures; `½` for "half"."""
    read_out: Words = frozenset()
    """Words in a number that is read out figure by figure, besides `numbers` ("oh", "double")."""
    ordinals: Mapping[str, str] = {}
    """Word → how many it means in "the third time"."""
    units: Mapping[str, str] = {}
    """Form of a unit → the unit: with a number before it the two are one word."""


class Sounds(Part, frozen=True, kw_only=True, eq=False):
    """How words sound, roughly."""

    vowels: str = "aeiou"
    mute: str = "aeiouyhw"
    """Letters that count only at the beginning."""
    spelled: tuple[tuple[str, str], ...] = ()
    """Letters → letters that sound alike, one after the other."""
    endings_tell: bool = False
    """Whether an ending says who does it: then words that end otherwise are not alike."""


class Names(Part, frozen=True, kw_only=True, eq=False):
    """How a person's name is told."""

    titles: Mapping[str, str] = {}
    """Title as said, small → as it is spoken to."""
    alone: Words = frozenset()
    """Those that are said without a name too: behind them, only what is written with a capital is a name."""
    own: tuple[str, ...] = ()
    """What stands before one's own name with a title ("this is")."""
    stated: tuple[str, ...] = ()
    """What stands before one's own name alone ("my name is")."""
    greetings: tuple[str, ...] = ()
    """What an agent says before a customer's name."""
    none: Words = frozenset()
    """Words that stand there and are no names."""


class Problem(Part, frozen=True, kw_only=True, eq=False):
    """What went wrong, turned so that an agent can say it."""

    undergone: str = ""
    """Stands before what was done to the customer ("being", charged twice)."""
    thing: str = "{thing}"
    """What is said of a thing of the customer's ("what happened with {thing}")."""
    yours: str = ""
    """The word that such a thing begins with once it is turned."""
    turned: Mapping[str, str] = {}
    """The customer's word → the agent's ("my": "your")."""
    closes: Words = frozenset()
    """Words at which a thing's name is over."""
    joins: Words = frozenset()
    """Words at which what was done is over."""
    articles: Words = frozenset()
    """Words that no thing holds."""
    loose_ends: Words = frozenset()
    """Words that nothing may end with: half a sentence, or people and places that are not what went wrong."""
    participles: tuple[Words, tuple[str, ...]] = (frozenset(), ())
    """What may stand after `undergone`: words, and endings of words."""


class Apologies(Part, frozen=True, kw_only=True, eq=False):
    """The words around an apology."""

    clausal: Words = frozenset()
    """Words of apology that a bare clause may follow ("sorry we …") …"""
    complete: Words = frozenset()
    """… but not beside one of these (Spanish "lo siento")."""
    alone: Words = frozenset()
    """Words of apology that, alone in the middle of other words, only mend the speaker's sentence ("Monday, sorry, Tuesday") …"""
    openers: Words = frozenset()
    """… if there is more before them than these …"""
    resumes: Words = frozenset()
    """… and none of these follows."""
    joiners: Words = frozenset()
    """What an account begins with ("for", "about")."""
    heard: Words = frozenset()
    """What tells that the agent only heard of it ("to hear")."""
    company: Words = frozenset()
    """Words by which a customer speaks to the company ("you"); what is told without them may be nobody's fault."""
    that: str = ""
    """The word that begins a clause."""
    this: Words = frozenset()
    """Words that point at what was said before, the word above among them; those that are no subject of a clause of their own …"""
    pronouns_of_it: Words = frozenset()
    """… and those of them that always are."""
    subjects: Words = frozenset()
    """Words that a clause begins with."""
    auxiliaries: Words = frozenset()
    """Verbs that show that the words around them are a clause."""
    pronouns: Words = frozenset()
    """Subjects right before their verb …"""
    owners: Words = frozenset()
    """… and words that begin a longer one."""
    supposes: Words = frozenset()
    """Words that begin a condition ("if", "when"), which is an account only …"""
    us: Words = frozenset()
    """… where it is the agent's own ("if i"); and what follows these …"""
    doing: Words = frozenset()
    """… is none if it is what is done now ("i will")."""
    ends: Words = frozenset()
    """One or two words at which an account is over."""
    titles: Words = frozenset()
    """Titles of whom it is spoken to, before a name …"""
    addresses: Words = frozenset()
    """… and those that stand alone."""
    after_name: Words = frozenset()
    """Words behind the name of whom it is spoken to."""
    small: Words = frozenset()
    """Words that are no such name."""


class Echoes(Part, frozen=True, kw_only=True, eq=False):
    """The words around what is given back."""

    case: Words = frozenset()
    """Words of a case; a statement without any speaks of what holds for everybody."""
    before_time: Words = frozenset()
    """Words before a number that make it a time of day."""
    days: Words = frozenset()
    """Names of days and months."""
    asking: Words = frozenset()
    """Words before a cue that make it a question."""
    meaning: Words = frozenset()
    """The last word of a cue that may stand behind what it speaks of ("…, do you mean?")."""
    before_tag: Words = frozenset()
    """Words before a one-word tag that make it none ("all right")."""
    ours: tuple[str, ...] = ()
    """Two words that begin what the agent has, in a sentence without any cue ("i have")."""
    turned: Mapping[str, str] = {}
    """The customer's word → the agent's ("my": "your")."""
    leads: Words = frozenset()
    """Words that may stand before what befell the customer."""
    so: Words = frozenset()
    """Words that draw a conclusion."""
    you: Words = frozenset()
    """The customer, spoken to."""
    supposes: Words = frozenset()
    """Words that begin a condition behind an apology."""


class Closing(Part, frozen=True, kw_only=True, eq=False):
    """What is said when a call is over. In braces what is filled in."""

    fell: str = ""
    """The heat came down from {peak} to {end} …"""
    fell_after: str = ""
    """… most of it after {quote}."""
    talked_over: str = ""
    """The agent came in {count} times while the customer spoke."""
    dear: str = ""
    """A message begins, to {name} …"""
    hello: str = ""
    """… or to whoever it is."""
    thanks: str = ""
    """It thanks for the call …"""
    thanks_for: str = ""
    """… about {problem}."""
    told: str = ""
    """What the customer {told}, in their own words."""
    agreed: str = ""
    """A list of promises follows."""
    ends: str = ""
    """A message ends."""
    promised: str = ""
    """{what} was promised, where the call has no message of its own."""
    late: str = ""
    """That was due on {when}, and is overdue."""
    date: str = ""
    """How such a day is written; {due} is a date."""
    capitals: Mapping[str, str] = {}
    """Words that are always written with a capital."""


class Language(Part, frozen=True, kw_only=True, eq=False):
    """A language pack."""

    code: str = ""
    """As in a checklist's `language`, without a country."""
    name: str = ""
    """In English."""
    spelling: Spelling = Spelling()
    content: ContentWords = ContentWords()
    sounds: Sounds = Sounds()
    everyday: Words = frozenset()
    """Words that are never taken for a slip of another word."""
    turning: Words = frozenset()
    """Words over which a gap in a template does not reach: what follows them means something else."""
    small: Words = frozenset()
    """Small words inside a phrase that may be misheard as some word of the same beginning and about the same length."""
    common: Words = frozenset()
    """Words of four letters and more that tell nothing by themselves, when it is explained why a phrase was not met."""
    times: Lists = {}
    """`@when` names a time, `@ahead` one that can only lie ahead, `@soon` a vague one, `@not` what looks like one and is none."""
    promises: Lists = {}
    """`@promise`: words that promise."""
    wrong: Lists = {}
    """`@owner`: what stands before a thing of the customer's; `@undergone`: before what was done to them."""
    dates: Mapping[str, str] = {}
    """Words of a time → what they mean, in the signs of `companion.core.dates`."""
    names: Names = Names()
    problem: Problem = Problem()
    apologies: Apologies = Apologies()
    ties: Words = frozenset()
    """Words that tie a feeling to what happened ("after", "because")."""
    ors: Words = frozenset()
    """Words between two ways …"""
    ands: Words = frozenset()
    """… which they are not right behind these."""
    echoes: Echoes = Echoes()
    closing: Closing = Closing()

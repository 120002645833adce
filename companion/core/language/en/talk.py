"""English talk: the words around apologies and what is given back, how names are told, and what is said when a call is over."""

from companion.core.language.en.words import CONTENT
from companion.core.language.pack import Apologies, Closing, Echoes, Names

_JOINERS = frozenset("for about of with regarding on concerning over".split())
_SUBJECTS = frozenset("he she we you your it our the these those i they there my a an his her their no nobody someone".split())
_THIS = frozenset("this that it these those".split())

APOLOGIES = Apologies(
    clausal=frozenset(("sorry",)),
    alone=frozenset(("sorry",)),
    openers=frozenset("oh hi hello hey yes no okay right well so dear there and".split()),
    resumes=_JOINERS | {"to", "you", "we", "your", "i", "that"},
    joiners=_JOINERS,
    heard=frozenset(f"to {verb}" for verb in "hear see learn know read find discover".split()),
    company=frozenset("you your yours yourselves".split()),
    that="that",
    this=_THIS,
    pronouns_of_it=frozenset(("it", "these", "those")),
    subjects=_SUBJECTS,
    auxiliaries=frozenset("is are was were has have had did do does will can could keeps kept".split()),
    pronouns=frozenset("i we you they it he she".split()),
    owners=frozenset(("our", "the", "my", "your")),
    supposes=frozenset(("if", "when")),
    us=frozenset(("i", "we")),
    doing=frozenset(("am", "will", "can", "would", "do")),
    ends=frozenset(
        """and but please can could what which how when where so thanks thank may would will however if because although since as
        unfortunately""".split()
    )
    | {"let me", "let us", "on behalf", "no i", "no you", "no that"},
    titles=frozenset("mister mr missus mrs miss ms doctor dr".split()),
    addresses=frozenset(("sir", "madam")),
    after_name=frozenset("you we i that this it there".split()),
    small=_SUBJECTS | _JOINERS | _THIS | {"to", "if", "but", "what", "which", "again"},
)

TIES = frozenset("without after when because having being by made".split())

ECHOES = Echoes(
    case=frozenset("you your was were had has have been no not never without still after since again".split()),
    before_time=frozenset("at by for from until to and around about".split()),
    days=frozenset(
        """monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november
        december christmas easter yesterday tonight""".split()
    ),
    asking=frozenset(("what", "how", "why")),
    meaning=frozenset(("mean",)),
    before_tag=frozenset(("all", "is", "are", "that")),
    ours=("i have",),
    turned={"i": "you", "me": "you", "my": "your", "am": "are", "our": "your", "us": "you", "was": "were", "you": "we", "your": "our"},
    leads=frozenset("and so but then right okay oh yes well now no sorry gosh god mate love sir madam sure great".split()),
    so=frozenset(("so",)),
    you=frozenset(("you",)),
    supposes=frozenset(("if",)),
)

NAMES = Names(
    titles={"mr": "Mr", "mister": "Mr", "mrs": "Mrs", "missus": "Mrs", "ms": "Ms", "miss": "Miss", "dr": "Dr", "doctor": "Dr"},
    own=("this is", "i am", "i'm", "it is", "it's", "my name is", "my name's", "name is"),
    stated=("my name is", "my name's", "my first name is", "my first name's"),
    greetings=("hi", "hello", "hey", "dear", "thanks", "thank you", "good morning", "good afternoon", "good evening"),
    none=CONTENT.stop
    | frozenset(
        """spelled spelt listed written under registered wrong misspelled correct attached mentioned here sir ma ma'am madam team folks uh
        um er erm ah mm hmm yeah yep""".split()
    ),
)

CLOSING = Closing(
    fell="The heat came down from {peak} to {end}.",
    fell_after="The heat came down from {peak} to {end}, most of it after “{quote}”.",
    talked_over="You came in {count} times while the customer spoke: count to two before you answer.",
    dear="Dear {name},",
    hello="Hello,",
    thanks="Thank you for talking to us.",
    thanks_for="Thank you for telling us about {problem}.",
    told="You told us: “{told}”",
    agreed="This is what we agreed:",
    ends="If anything of this is not as you remember it, just reply to this message.",
    promised="We promised you: “{what}”.",
    late="You should have heard from us by {when}. You have not, and I am sorry about that.",
    date="{due:%a} {due.day} {due:%b}",
    capitals={"i": "I"},
)

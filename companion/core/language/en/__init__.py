"""English."""

from companion.core.language.en import grammar, talk, words
from companion.core.language.pack import Language

ENGLISH = Language(
    code="en",
    name="English",
    spelling=words.SPELLING,
    content=words.CONTENT,
    sounds=words.SOUNDS,
    everyday=words.EVERYDAY,
    turning=frozenset("not never but although unless without if no".split()),
    small=frozenset("i we you me us your my am are is be been have has had that this it".split()),
    common=frozenset(
        """that this will with have from your they them would could should been just into what when some were does then than about there
        here""".split()
    ),
    times=grammar.TIMES,
    promises=grammar.PROMISES,
    wrong=grammar.WRONG,
    dates=grammar.DATES,
    names=talk.NAMES,
    problem=grammar.PROBLEM,
    apologies=talk.APOLOGIES,
    ties=talk.TIES,
    ors=frozenset(("or",)),
    ands=frozenset(("and",)),
    echoes=talk.ECHOES,
    closing=talk.CLOSING,
)

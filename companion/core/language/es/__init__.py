"""Spanish, of Spain and the Americas."""

from companion.core.language.es import grammar, talk, words
from companion.core.language.pack import Language

SPANISH = Language(
    code="es",
    name="Spanish",
    spelling=words.SPELLING,
    content=words.CONTENT,
    sounds=words.SOUNDS,
    everyday=words.EVERYDAY,
    turning=frozenset("no nunca jamas pero sino aunque sin ni si".split()),
    small=frozenset("me te le lo la se nos su tu es he ha".split()),
    common=frozenset("para como pero esta este esto cuando donde desde hasta sobre todo tiene puede usted".split()),
    times=grammar.TIMES,
    promises=grammar.PROMISES,
    wrong=grammar.WRONG,
    dates=grammar.DATES,
    names=talk.NAMES,
    problem=grammar.PROBLEM,
    apologies=talk.APOLOGIES,
    ties=talk.TIES,
    ors=frozenset(("o", "u")),
    ands=frozenset(("y",)),
    echoes=talk.ECHOES,
    closing=talk.CLOSING,
)

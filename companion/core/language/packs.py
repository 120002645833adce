"""Which languages there are, and the pack of each."""

from functools import cache

from companion.core.language.en import ENGLISH
from companion.core.language.es import SPANISH
from companion.core.language.pack import Language

KNOWN: dict[str, Language] = {pack.code: pack for pack in (ENGLISH, SPANISH)}


@cache
def pack_of(code: str) -> Language:
    """The pack for a checklist's `language`, such as `en` or `es-MX`.

    For a language that there is none for, a pack that holds nothing: phrases count as they are written. What is said when a call is over is
    said in English then.
    """
    known = KNOWN.get(code.replace("_", "-").partition("-")[0].lower())
    return known or Language(code=code, problem=ENGLISH.problem, closing=ENGLISH.closing)

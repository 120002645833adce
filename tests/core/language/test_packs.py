"""Every pack holds together: its words are in its own normal form, its grammars can be read, its dates speak in known signs."""

import re

import msgspec
import pytest

from companion.core import dates
from companion.core.language.en import ENGLISH
from companion.core.language.pack import Language
from companion.core.language.packs import KNOWN, pack_of
from companion.core.phrases import Grammar, read
from companion.core.words import normal

PACKS = pytest.mark.parametrize("language", KNOWN.values(), ids=lambda language: language.name)


def test_a_pack_is_found_by_its_code() -> None:
    assert pack_of("en") is pack_of("en-GB") is pack_of("EN_us") is ENGLISH


def test_for_a_language_without_a_pack_there_is_an_empty_one() -> None:
    language = pack_of("hu")
    assert language.code == "hu"
    assert not language.name
    assert not language.content.stop
    assert language.closing is ENGLISH.closing


@PACKS
def test_words_are_in_the_languages_own_normal_form(language: Language) -> None:
    odd = []
    parts = (language, language.content, language.problem, language.apologies, language.echoes)
    for part in parts:
        for field, words in msgspec.structs.asdict(part).items():
            if isinstance(words, frozenset) and field not in ("stop", "titles"):
                odd += [(field, word) for word in words if " ".join(normal(word, language).words) != word]
    heard = {word for _, word in odd} - {"is", "me"}  # said again and again, and joined to what stands before
    assert heard == set()


@PACKS
def test_grammars_can_be_read(language: Language) -> None:
    for lists in (language.times, language.promises, language.wrong):
        for name, templates in lists.items():
            assert name.startswith("@")
            assert all(read(template, language) for template in templates)
    Grammar({**language.times, **language.promises, **language.wrong}, {}, also=("@when", "@promise", "@owner"), language=language)
    assert {"@when", "@ahead", "@soon", "@not"} <= language.times.keys()


@PACKS
def test_dates_speak_in_known_signs(language: Language) -> None:
    known = set(re.findall(r"`(\w+)(?:=\d+)?`", dates.__doc__ or ""))
    used = {sign.partition("=")[0] for signs in language.dates.values() for sign in signs.split()}
    assert used <= known


@PACKS
def test_a_pack_says_all_that_is_said_when_a_call_is_over(language: Language) -> None:
    there = {name for name, words in msgspec.structs.asdict(language.closing).items() if words or name == "capitals"}
    assert there == set(language.closing.__struct_fields__)
    assert all(
        set(re.findall(r"\{(\w+)\}", getattr(language.closing, name))) == set(re.findall(r"\{(\w+)\}", getattr(ENGLISH.closing, name)))
        for name in there - {"capitals"}
    )

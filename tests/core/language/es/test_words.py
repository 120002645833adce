"""Spanish words: one form for those with accents and without, one stem for the forms of a word."""

import pytest

from companion.core.content import stem
from companion.core.language.es import SPANISH
from companion.core.likeness import Vocabulary
from companion.core.phrases import Grammar
from companion.core.words import normal


@pytest.mark.parametrize(
    ("said", "also"),
    [
        ("¿Cómo está?", "como esta"),
        ("¡LO SIENTO MUCHÍSIMO!", "lo siento muchisimo"),
        ("q tal, xfa", "que tal por favor"),
        ("eh, pues, lo miro", "lo miro"),
        ("mañana por la  mañana", "manana por lamanana"),
        ("manana por la manana", "manana por lamanana"),
        ("a las 5 hs", "a las 5 horas"),
        ("perdooooón", "perdon"),
        ("man\u0303ana por la man\u0303ana, adio\u0301s", "manana por lamanana adios"),
    ],
)
def test_one_normal_form(said: str, also: str) -> None:
    assert " ".join(normal(said, SPANISH).words) == also


@pytest.mark.parametrize(
    "family",
    [
        "cobraron cobrado cobro cobran cobrarme cobré",
        "factura facturas facturado facturación",
        "llegó llegado llegaba llegar llegaron",
        "perdido perdieron perdí pierde",
        "espera esperar esperando",
        "roto rota rompió rompieron romper",
        "devolver devolución devuelvo devuelto",
        "cancelación cancelaron cancelado",
        "técnico técnica técnicos",
        "pagar pagué pagaron",
    ],
)
def test_forms_of_a_word_have_one_stem(family: str) -> None:
    assert len({stem(word, SPANISH) for word in normal(family, SPANISH).words}) == 1


def test_an_ending_tells_who_does_it() -> None:
    known = Vocabulary(["disculpe", "ofrecemos"], [], [], SPANISH)
    assert known.symbols("disculpa") == ()
    assert known.symbols("ofresemos") == (("ofrecemos", 1),)


def test_the_morning_stands_in_templates_as_it_is_written() -> None:
    grammar = Grammar({}, {"rule": ["por la mañana"]}, language=SPANISH)
    assert grammar.find(normal("el lunes por la manana", SPANISH).words)
    assert not grammar.find(normal("por mañana", SPANISH).words)

"""Spanish times: what they look like, and when they are."""

import pytest

from companion.core.dates import due
from companion.core.language.es import SPANISH
from companion.core.problem import LISTS, problem
from companion.core.promises import promises
from companion.core.reading import Reader
from companion.core.times import times
from companion.core.words import normal

BEGAN = "2026-11-20T10:00:00+00:00"  # a Friday


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("mañana antes de las cinco", "2026-11-21T17:00+00:00"),
        ("manana antes de las cinco", "2026-11-21T17:00+00:00"),
        ("en dos días hábiles", "2026-11-24"),
        ("el martes a primera hora", "2026-11-24T09:00+00:00"),
        ("pasado mañana", "2026-11-22"),
        ("mañana por la mañana", "2026-11-21T12:00+00:00"),
        ("el lunes por la tarde", "2026-11-23T17:00+00:00"),
        ("a las diez de la mañana", "2026-11-20T10:00+00:00"),
        ("a las cinco y media de la tarde", "2026-11-20T17:30+00:00"),
        ("a las nueve menos cuarto", "2026-11-20T20:45+00:00"),
        ("hasta las doce de la noche", "2026-11-21T00:00+00:00"),
        ("a la una", "2026-11-20T13:00+00:00"),
        ("entre las ocho y las once", "2026-11-20T11:00+00:00"),
        ("dentro de media hora", "2026-11-20T10:30+00:00"),
        ("en un par de horas", "2026-11-20T12:00+00:00"),
        ("en 48 horas", "2026-11-22"),
        ("en cuarenta y ocho horas", "2026-11-22"),
        ("en quince días", "2026-12-05"),
        ("de tres a cinco días hábiles", "2026-11-27"),
        ("la semana que viene", "2026-11-27"),
        ("a fin de mes", "2026-11-30"),
        ("el mes que viene", "2026-12-31"),
        ("el 5 de marzo", "2027-03-05"),
        ("el día 30", "2026-11-30"),
        ("hoy a las 4", "2026-11-20T16:00+00:00"),
        ("en un ratito", None),
        ("enseguida", None),
    ],
)
def test_when_that_is(words: str, moment: str | None) -> None:
    assert due(normal(words, SPANISH).words, BEGAN, language=SPANISH) == moment


READER = Reader(
    {"will": ["<@promise>"], "past": ["(llego|llame|estuvo|llamaron)"], "asks": ["(cuando|puede)"], "fact": ["abrimos"]},
    language=SPANISH,
    also=("@when", "@ahead", "@soon", "@not", "@promise", "will", "past", "asks", "fact", *LISTS),
)


@pytest.mark.parametrize(
    ("said", "grades"),
    [
        ("Le llamo mañana antes de las cinco.", [2]),
        ("se lo mando hoy mismo", [2]),
        ("El técnico pasa el martes a primera hora", [2]),
        ("Lo tendrá en dos días hábiles", [2]),
        ("le aviso en cuanto sepa algo", [1]),
        ("lo resuelvo enseguida", [1]),
        ("Llegó hace tres días.", []),
        ("Lleva dos semanas esperando", []),
        ("Abrimos de lunes a viernes a las nueve", []),
        ("Que pase una buena tarde", []),
        ("deme un momento", []),
        ("vamos a ver, desde el jueves sin agua", []),
        ("le pido perdón por las dos horas de espera", []),
    ],
)
def test_times_promised(said: str, grades: list[int]) -> None:
    assert [hit.grade for hit in times(READER.read(said), [])] == grades


def test_a_promise_is_told_whole() -> None:
    reading = READER.read("Bueno, le devolvemos el importe antes del martes, señora.")
    (made,) = promises(reading, [hit.span for hit in times(reading, [])], BEGAN)
    assert reading.text.quote(made.what) == "le devolvemos el importe antes del martes"
    assert made.due == "2026-11-24"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("mi lavadora nueva no funciona", ("su lavadora nueva",)),
        ("Me cortaron MI LÍNEA sin avisar", ("su línea",)),
        ("mi celu no funciona", ("su celular",)),
    ],
)
def test_the_problem_keeps_its_accents(said: str, words: tuple[str, ...]) -> None:
    reader = Reader({"trouble": ["no funciona", "cortaron", "sin"]}, language=SPANISH, also=(*LISTS, "trouble"))
    assert problem(reader.read(said)) == words

"""Spanish talk: for what an apology is, and who is spoken to."""

import pytest

from companion.core.apologies import account, apologies
from companion.core.detect import Judge
from companion.core.events import CallEnded, Channel, Utterance
from companion.core.language.es import SPANISH
from companion.core.naming import name
from companion.core.reading import Hit, Reader
from companion.core.session import Session
from companion.core.updates import CallClosed
from companion.rules.load import find, load

READER = Reader(
    {
        "sorry": ["[lo] (siento|lamento) [mucho|muchisimo]", "(perdon|disculpe|disculpas)"],
        "vague": ["molestia", "molestias", "inconvenientes"],
    },
    language=SPANISH,
    also=("sorry",),
)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Siento mucho que le hayamos cobrado dos veces, voy a mirarlo", "le hayamos cobrado dos veces"),
        ("Siento haberle hecho esperar", "haberle hecho esperar"),
        ("lamento el retraso de su pedido", "el retraso de su pedido"),
        ("Lamento mucho, don Luis, lo de la factura", "la factura"),
        ("siento oír que el paquete llegó roto", "el paquete llego roto"),
        ("Perdón por la demora y gracias por avisar", "la demora"),
        ("Lo siento, el sistema va lento", ""),
        ("lo siento muchísimo", ""),
        ("siento si le molesta", ""),
    ],
)
def test_the_account(said: str, named: str) -> None:
    reading = READER.read(said)
    start, end, _ = account(reading, reading.spans("sorry")[0])
    assert " ".join(reading.words[start:end]) == named


@pytest.mark.parametrize(
    ("said", "grade"), [("lamento el retraso de su pedido", 2), ("lamento las molestias", 1), ("es el martes, perdón, jueves", 0)]
)
def test_how_full_an_apology_is(said: str, grade: int) -> None:
    reading = READER.read(said)
    assert max((hit.grade for hit in apologies(reading, [Hit(span, 1) for span in reading.spans("sorry")])), default=0) == grade


@pytest.mark.parametrize(
    ("speaker", "text", "found"),
    [
        ("customer", "hola, me llamo José y tengo un problema", "José"),
        ("customer", "buenas mi nombre es ana", "Ana"),
        ("customer", "le habla la señora Muñoz", ""),  # "la" is no name, and "la señora" nobody's own
        ("customer", "soy doña Carmen", "doña Carmen"),
        ("agent", "entiendo, señora Muñoz", "señora Muñoz"),
        ("agent", "claro que sí don luis", "don Luis"),
        ("agent", "sí señora entiendo su enojo", ""),  # "señora" is said without a name, too
        ("agent", "Buenas tardes, María, ¿en qué le ayudo?", "María"),
        ("agent", "hola, buenas tardes", ""),
    ],
)
def test_names(speaker: Channel, text: str, found: str) -> None:
    assert name(Utterance(speaker=speaker, text=text, start=0.0, end=1.0), SPANISH) == found


def test_a_call_in_spanish_is_summed_up_in_spanish() -> None:
    checklist = load(find("queja"))
    session = Session(checklist, Judge(checklist), call="7", began="2026-11-20T10:00:00+00:00")
    lines: list[tuple[Channel, str]] = [
        ("customer", "Hola, me llamo Ramón y estoy furioso: mi conexión no funciona, llevo tres días sin internet, es una vergüenza"),
        ("agent", "Don Ramón, entiendo que esté furioso, tres días sin internet. Siento mucho que nadie le llamara."),
        ("customer", "ya"),
        ("agent", "El técnico pasa mañana por la mañana, entre las nueve y las once."),
        ("customer", "gracias, así me quedo tranquilo"),
    ]
    for number, (speaker, text) in enumerate(lines):
        session.receive(Utterance(speaker=speaker, text=text, start=number * 12.0, end=number * 12.0 + 9), number * 12_000 + 10_000)
    (closed,) = [update for _, update in session.receive(CallEnded(reason="over"), 70_000) if isinstance(update, CallClosed)]
    summary = closed.summary
    assert [promise["due"] for promise in summary["promises"]] == ["2026-11-21T11:00+00:00"]
    assert {step for step, track in summary["steps"].items() if track["grade"] == 2} >= {
        "acknowledged_feelings",
        "apologized",
        "gave_timeline",
    }
    assert summary["well"].startswith("La tensión bajó de")
    assert summary["message"].splitlines()[:3] == ["Hola, Ramón:", "", "Gracias por contarnos lo que pasó con su conexión."]
    assert "– El técnico pasa mañana por la mañana, entre las nueve y las once" in summary["message"]

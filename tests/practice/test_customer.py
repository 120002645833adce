"""The customer's temper and answers, without rules: what the rules heard is told."""

from msgspec.structs import replace

from companion.core.roleplay import Script
from companion.core.updates import Evidence, FlagRaised, StepHeard
from companion.practice.customer import Customer, Reply


def heard(step: str, grade: int, words: str = "x") -> StepHeard:
    return StepHeard(step=step, utterance=0, grade=grade, score=100, evidence=(Evidence(0, 0, len(words), words),))


def raised(flag: str) -> FlagRaised:
    return FlagRaised(flag=flag, utterance=0, evidence=())


def test_the_temper_moves_by_what_is_heard_and_a_step_counts_once(script: Script) -> None:
    customer = Customer(script)
    customer.notice(heard("apologized", 1, "sorry"))
    assert customer.answer("sorry") == Reply(says="Sorry for what?")
    assert (customer.temper, customer.moves[0].words) == (50, "sorry")
    customer.notice(heard("apologized", 2))
    assert customer.answer("so sorry").says == "Thank you."
    assert customer.temper == 40  # the other half
    customer.notice(heard("apologized", 2))
    customer.answer("so sorry")
    assert (customer.temper, customer.moves[-1].points) == (40, 0)


def test_missteps_count_every_time(script: Script) -> None:
    customer = Customer(script)
    for temper in (75, 90):
        customer.notice(raised("blame"))
        assert customer.answer("your fault").ending is None
        assert customer.temper == temper
    customer.notice(raised("blame"))
    assert customer.answer("your fault") == Reply(says="I have had enough. Goodbye.", ending="hung_up")
    assert customer.temper == 100


def test_one_turn_calms_only_so_far_and_the_rest_can_be_had_later(script: Script) -> None:
    customer = Customer(script)
    customer.notice(heard("offered_choices", 2))
    assert customer.answer("a refund or a new one?").says == "The money, please."
    assert customer.temper == 35
    customer.notice(heard("offered_choices", 2))
    customer.answer("a refund or a new one?")
    assert customer.temper == 20


def test_whoever_cuts_in_is_not_listened_to(script: Script) -> None:
    customer = Customer(script)
    customer.cut_off("so sorry")
    customer.notice(heard("apologized", 2))
    assert customer.answer("so sorry").says == "Let me finish!"
    assert customer.temper == 70


def test_nothing_and_silence(script: Script) -> None:
    customer = Customer(script)
    assert customer.answer("okay then").says in script.lines[-1].says
    assert customer.temper == 63
    assert customer.wait().says == "Hello?"
    assert (customer.temper, customer.turns) == (68, 1)


def test_what_the_script_does_not_name_is_nothing(script: Script) -> None:
    customer = Customer(script)
    customer.notice(heard("thanked", 2))
    customer.answer("thank you")
    assert [move.what for move in customer.moves] == ["nothing"]


def test_what_moved_them_already_is_nothing_the_second_time(script: Script) -> None:
    customer = Customer(replace(script, moves={"thanked": -5, "nothing": 3}))
    for temper in (55, 58):
        customer.notice(heard("thanked", 2))
        customer.answer("thank you")
        assert customer.temper == temper


def test_an_ending_needs_its_steps(script: Script) -> None:
    customer = Customer(script)
    customer.temper = 10
    assert customer.answer("okay then").ending is None
    for what in ("apologized", "offered_choices"):
        customer.notice(heard(what, 1))
    assert customer.answer("sorry, or that?").ending == "settled"


def test_patience_ends(script: Script) -> None:
    customer = Customer(script)
    endings = [customer.answer("okay then").ending for _ in range(6)]
    assert endings == [None] * 5 + ["manager"]


def test_the_seed_picks_the_wording_and_all_come_in_turn(script: Script) -> None:
    openings = {tuple(Customer(script, seed).opening()) for seed in range(20)}
    assert len(openings) == 2
    said = [Customer(script, 3).answer("well").says for _ in range(3)]
    assert len(set(said)) == 1
    customer = Customer(script, 3)
    customer.temper = 0
    assert {customer.answer("well").says for _ in range(3)} == set(script.lines[-1].says)


def test_pauses_are_a_persons(script: Script) -> None:
    pauses = {Customer(script, seed).pause() for seed in range(20)}
    assert len(pauses) > 5
    assert all(0.5 < pause < 1.6 for pause in pauses)

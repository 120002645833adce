"""Where it is worth listening again."""

from msgspec.structs import replace

from companion.report.moments import MOST, moments
from tests.report.week import digest


def test_a_slip_says_what_the_heat_did_next() -> None:
    first = moments(digest("furious"))[0]
    assert (first.sort, first.at, first.words) == ("slip", 8000, "policy")
    assert first.title == "Hides behind policy; the heat rose from 82 to 96"
    assert [said.speaker for said in first.excerpt] == ["customer", "agent", "customer"]


def test_what_went_well_is_among_them_and_there_are_never_many() -> None:
    call = digest("furious")
    found = moments(
        replace(call, flags=call.flags + tuple(replace(flag, title=f"{flag.title} {n}") for n in range(5) for flag in call.flags))
    )
    assert len(found) == MOST
    assert [moment.title for moment in found if moment.sort == "calmed"] == [
        "The heat fell from 66 to 21 after this: Heard them out, Offered the supervisor"
    ]
    assert [moment.at for moment in found] == sorted(moment.at for moment in found)


def test_what_never_came_is_one_moment_where_the_customer_was_most_upset() -> None:
    call = replace(digest("furious"), flags=())
    (missed,) = [moment for moment in moments(call) if moment.sort == "missed"]
    assert missed.title == "Not said after this: Saw the feeling, Apologised, Offered a choice"
    assert missed.words == "terrible let me talk to your supervisor i am angry"


def test_a_long_silence_is_one() -> None:
    found = moments(digest("furious")) + moments(digest("delivery"))
    assert [moment.title for moment in found if moment.sort == "silence"] == ["40 s of silence"]


def test_a_rise_after_an_answer_without_a_slip_is_one() -> None:
    (rise,) = [moment for moment in moments(digest("harm")) if moment.sort == "heat"]
    assert (rise.title, rise.words) == ("The heat rose from 50 to 68", "i understand")


def test_a_calm_call_has_none() -> None:
    assert moments(digest("1 agent: hello\n3 customer: good morning\n6 end")) == []

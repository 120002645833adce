"""Was the customer heard fully? From who speaks when, never from a phrase."""

from companion.core.checklist import Watch
from companion.core.events import Channel, Utterance
from companion.core.floor import Floor
from companion.core.language.en import ENGLISH
from companion.core.listening import Listening

WATCH = Watch(explanation=4)


class Heard:
    def __init__(self) -> None:
        self.listening = Listening("heard", WATCH, Floor(WATCH, timed=True, language=ENGLISH), language=ENGLISH)
        self.index = -1

    def __call__(self, speaker: Channel, text: str, start: float = 0.0) -> int:
        """The grade of the step that this turn meets; 0 if it meets none."""
        self.index += 1
        words = tuple((word, start + n, start + n + 0.9, 1.0) for n, word in enumerate(text.split()))
        hit = self.listening.hear(self.index, Utterance(speaker=speaker, text=text, start=start, end=start + 9, words=words or None))
        self.hit = hit
        return hit.grade if hit else 0


def test_who_lets_them_finish_has_heard_them() -> None:
    heard = Heard()
    assert heard("customer", "one two three four") == 0
    assert heard("agent", "i will look into it") == 1
    assert heard.hit is not None
    assert heard.hit.score == 33
    assert heard.hit.evidence[0].text == "one two three four"


def test_a_long_story_over_several_turns_is_heard_fully() -> None:
    heard = Heard()
    heard("customer", "one two three four five six")
    assert heard("agent", "mm okay") == 0
    assert heard("customer", "seven eight nine ten") == 0
    assert heard("agent", "Please – I’m listening.") == 0
    heard("customer", "eleven twelve")
    assert heard("agent", "i will look into it") == 2
    assert heard("agent", "right away for you") == 0  # once


def test_a_few_words_are_no_story() -> None:
    heard = Heard()
    heard("customer", "yes please")
    assert heard("agent", "i will look into it") == 0
    heard("customer", "yes")
    assert heard("agent", "i will look into it") == 0


def test_a_customers_back_channel_is_not_part_of_it() -> None:
    heard = Heard()
    heard("customer", "yeah sure")
    heard("customer", "")
    assert heard("agent", "i will look into it") == 0


def test_what_was_said_before_an_interruption_does_not_count() -> None:
    heard = Heard()
    heard("customer", "one two three four five")
    heard.listening.interrupted(3.0)
    assert heard("agent", "i will look into it") == 0
    heard("customer", "one two three four five six seven", start=0.0)  # four of them from second 3 on
    assert heard("agent", "i will look into it") == 1


def test_going_on_said_in_a_long_turn_is_a_turn_of_its_own() -> None:
    heard = Heard()
    heard("customer", "one two three four")
    assert heard("agent", "go on then but first of all i have to tell you what our terms and conditions say") == 1

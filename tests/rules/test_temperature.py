"""What heats in the ready checklist, and what does not: every kind of complaint said plainly, beside service talk in the same words."""

import pytest

from companion.core.detect import Judge, Memory
from companion.core.events import Utterance
from companion.rules.load import find, load

HOT = {
    "waiting": [
        "I've been standing in this queue since twenty past eight",
        "we've been sat out there for two hours and nobody has said a word",
        "a whole family got served before us and they came in after us",
        "how much longer are we supposed to stand out here",
        "it's taken forever just to get to a person",
        "we sat in from eight till six",
        "I've been on my feet since lunch",
    ],
    "again": [
        "that's the fourth time this month the lift has gone",
        "how many more times do I have to spell it",
        "here we go again, the same old story",
        "I told your colleague all of that on Monday",
        "I did ring, I rang at nine and at ten",
        "every single week there is something",
        "I have to start all over again from the beginning again",
        "I asked you nicely twice",
    ],
    "nobody": [
        "no call, no letter, not a word from any of you",
        "not one of you thought to lift the phone",
        "your fitter never turned up and never rang",
        "is there nobody who can open that door",
    ],
    "money": [
        "you took ninety pounds out of my account",
        "what am I paying you for then",
        "I pay my rent on time every month and this is what I get",
        "I paid for that in full",
        "a taxi out of my own pocket",
    ],
    "passed around": [
        "I get pushed from one desk to the next",
        "everybody I speak to says it's somebody else",
        "three different people, three different answers",
    ],
    "against what was said": [
        "no you did not, I was there",
        "that's not what it says in your own letter",
        "so you're saying I made it up",
        "you can't just take it away",
        "you were the one who told me to send it back",
        "I don't believe a word of it",
        "that's what the last fella said",
        "your driver just threw it over the wall",
        "show me where it says that",
        "you had weeks to tell us",
        "you were quick enough to take it",
    ],
    "refusals": [
        "I'm not filling that in a third time",
        "I don't want another voucher",
        "don't tell me it's in the post",
        "an apology won't help me tonight",
        "I don't want to hear about your system",
        "I haven't finished",
        "you can keep your voucher",
    ],
    "questions that want no answer": [
        "how hard can it be to write down a number",
        "what difference does that make to me",
        "why was I not told before I drove here",
        "whose job is it then",
        "do you think I have nothing better to do",
        "how can it be delivered when the step is empty",
        "is that your answer",
        "are you going to mend it or not",
        "why do I bother",
        "what were we meant to do",
        "would you leave your own mother like that",
    ],
    "demands": ["so get someone who can", "you need to fix this today", "just put me on to anyone who knows what they are doing"],
    "who suffers": [
        "we have no hot water and there's a three week old in the house",
        "I can't sleep and I can't work",
        "my shop is losing customers by the hour",
        "my mother is eighty eight and she's on the floor",
        "it's making me ill",
        "I could cry",
        "the roof has come down",
        "it fell apart in a week",
        "we could have been killed",
    ],
    "dry and rude": [
        "well isn't that just lovely",
        "oh, charming",
        "you lot couldn't run a bath",
        "this is doing my head in",
        "it's like talking to a brick wall",
        "what sort of outfit is this",
        "crikey, that's another morning wasted",
        "you had one job",
        "you have no idea",
        "oh, that's rich",
        "excuses, excuses",
        "so typical",
    ],
}

COLD = [
    "I'm not at all upset, it's all right",
    "my son got an A** and two A*s",
    "thank you ever so much for all your help",
    "when is our rubbish being picked up",
    "sorry, the twins are screaming in the back",
    "it's oh one six three, oh one six three",
    "hi, I'd like to move my appointment to Thursday if I can",
    "I need a room for two nights with a view of the sea",
    "yes, that's right, it's the one in the high street",
    "no, that's all, thank you very much",
    "no it isn't urgent at all",
    "I don't know the number, sorry, I'll have a look",
    "could you put it through on the card ending in nine",
    "we could do with three chairs and a table",
    "I hate to be a bother but could you say that again slowly",
    "so where do I find the form",
    "how long does the train take",
    "what is the difference between these two",
    "they told me I could pick the keys up here",
    "I think I paid twelve pounds for it",
    "it has been sent to my neighbour, that's fine",
    "my kids want to see the castle",
    "can I come in before nine",
    "great, now all I need is the address",
    "is that the one with the balcony",
    "let's keep going with the next question",
    "could you check your notes for me",
    "I've got it written down somewhere here",
    "can you come on Tuesday as well",
    "we can wait, there's no rush",
    "what did you say, sorry, I didn't catch it",
    "which one is it, the red or the green",
    "would you put it in writing for my brother",
    "he is in until six",
]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load(find("complaint")))


def _upset(judge: Judge, text: str) -> float:
    said = Utterance(speaker="customer", text=text, start=0.0, end=1.0)
    return judge.judge(said, 0, Memory(language=judge.language)).upset


@pytest.mark.parametrize("kind", HOT)
def test_a_complaint_in_plain_words_is_heard(kind: str, judge: Judge) -> None:
    heard = {text: round(_upset(judge, text)) for text in HOT[kind]}
    assert {text: heat for text, heat in heard.items() if heat < 8} == {}
    assert all(heat < 70 for heat in heard.values()), "no single sentence without an insult is an alert"


@pytest.mark.parametrize("text", COLD)
def test_service_talk_stays_cold(text: str, judge: Judge) -> None:
    assert _upset(judge, text) <= 10


@pytest.mark.parametrize("kind", HOT)
def test_small_letters_and_no_marks_are_heard_as_well(kind: str, judge: Judge) -> None:
    for text in HOT[kind]:
        bare = text.lower().translate(str.maketrans("", "", ",.!?"))
        assert _upset(judge, bare) >= 8, bare

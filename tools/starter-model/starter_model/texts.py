"""What people say on calls: sentences of the public sources and of our own, and which of them are kept out of training."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .grammar import WORDING, Grammar
from .sources import ABCD, DSTC11, MULTIDOGO, PICOVOICE, STAR, Mirrors
from .spoken import sentences

TRADES = ("airline", "fastfood", "finance", "insurance", "media", "software")
KEPT_DIALOGUE = (40, 7)
"""Of the STAR dialogues, those whose number leaves 7 when divided by 40 are for judging only."""


@dataclass(frozen=True)
class Texts:
    """Sentences by where they come from, as they are spoken."""

    star: list[str]
    kept: list[str]
    dstc11: list[str]
    multidogo: Counter[str]
    abcd: list[str]
    coffee: list[str]
    own: list[str]

    @property
    def public(self) -> list[str]:
        """All sentences of other people that may be trained on, each once."""
        return list(dict.fromkeys([*self.star, *self.dstc11, *self.multidogo, *self.abcd]))


def gather(mirrors: Mirrors, own: int) -> Texts:
    """Read all sources, and draw `own` sentences from our own wording."""
    star, kept = _star(mirrors)
    return Texts(
        star=star,
        kept=kept,
        dstc11=_dstc11(mirrors),
        multidogo=_multidogo(mirrors),
        abcd=_abcd(mirrors),
        coffee=sentences(mirrors.open(PICOVOICE).read("data/watson/corpus.txt")),
        own=Grammar().sentences(own, seed=7),
    )


def own_words() -> list[str]:
    """Common words that the sources may lack."""
    return (WORDING / "words.txt").read_text(encoding="utf-8").split()


def own_kept() -> list[str]:
    """Sentences written by hand for judging; nothing is trained on them."""
    return (WORDING / "kept.txt").read_text(encoding="utf-8").splitlines()


def _star(mirrors: Mirrors) -> tuple[list[str], list[str]]:
    said: list[str] = []
    kept: list[str] = []
    for _, content in mirrors.open(STAR).files("dialogues"):
        dialogue = json.loads(content)
        every, rest = KEPT_DIALOGUE
        into = kept if dialogue.get("DialogueID", 0) % every == rest else said
        for event in dialogue.get("Events", []):
            if event.get("Action") in ("utter", "pick_suggestion") and event.get("Text"):
                into += sentences(event["Text"])
    return said, kept


def _dstc11(mirrors: Mirrors) -> list[str]:
    said = []
    for path, content in mirrors.open(DSTC11).files("dstc11"):
        if path.endswith("induced-intents.json") and re.search("T27|T13|Baseline", path):
            for quoted in re.findall(r'"((?:[^"\\\\]|\\\\.)+)"', content.decode("utf-8")):
                if " " in quoted:
                    said += sentences(quoted)
    return list(dict.fromkeys(said))


def _multidogo(mirrors: Mirrors) -> Counter[str]:
    repository = mirrors.open(MULTIDOGO)
    said: Counter[str] = Counter()
    for trade in TRADES:
        for level in ("sentence", "turn"):
            table = repository.read(f"data/paper_splits/splits_annotated_at_{level}_level/{trade}/train.tsv")
            for row in csv.reader(table.splitlines(keepends=True), delimiter="\t"):
                conversation = next((number for number, cell in enumerate(row) if cell.startswith("<CONV>")), None)
                if conversation is not None and len(row) >= 6:
                    said.update(sentences(row[conversation + 1]))
    return said


def _abcd(mirrors: Mirrors) -> list[str]:
    repository = mirrors.open(ABCD)
    chats: Iterable[dict[str, list[tuple[str, str]]]] = json.loads(repository.read("data/abcd_sample.json"))
    written = [text for chat in chats for who, text in chat.get("original", []) if who != "action"]
    written += re.findall(r'"([^"]{15,})"', repository.read("data/guidelines.json"))
    return [sentence for text in written for sentence in sentences(text)]

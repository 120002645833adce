"""What judging an utterance costs, and whether it grows: `python bench/detect.py [--checklist FILE] [--utterances N]`.

The turns of `turns.jsonl` and the checklist's own examples are said over and over, as one long call. Times are processor time of one
process, in milliseconds, after a warm-up. The comparison is what a plain fuzzy matcher would do: rapidfuzz's `partial_ratio` of the same
utterances against the same phrases, each template reduced to its shortest plain wording.
"""

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

from rapidfuzz import fuzz, process
from sides import HEADER, figure, line, row

from companion.core.checklist import Checklist
from companion.core.detect import Judge, Memory
from companion.core.events import Utterance
from companion.rules.load import find, load

_TURNS = Path(__file__).with_name("turns.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checklist", default="complaint")
    parser.add_argument("--utterances", type=int, default=10_000, help="how long the call is; 10,000 are about eight hours")
    args = parser.parse_args()
    checklist = load(find(args.checklist))
    utterances = list(islice(cycle(_said(checklist)), args.utterances))
    begun = time.process_time()
    judge = Judge(checklist)
    made = (time.process_time() - begun) * 1000
    memory = Memory("2026-11-20T10:00:00+00:00", language=judge.language)
    for index, utterance in enumerate(utterances[:300]):
        judge.judge(utterance, index, memory)

    def judged(utterance: Utterance, index: int) -> None:
        judge.judge(utterance, index, memory)
        memory.add(index, utterance)

    phrases = _phrases(checklist)

    def matched(utterance: Utterance, index: int) -> None:
        process.extract(utterance.text.lower(), phrases, scorer=fuzz.partial_ratio, score_cutoff=85, limit=None)

    ours = _times(judged, utterances)
    plain = _times(matched, utterances[: min(1000, len(utterances))])
    quarter = len(ours) // 4
    first, last = statistics.median(ours[:quarter]), statistics.median(ours[-quarter:])
    judging, matching = statistics.median(ours), statistics.median(plain)
    print(HEADER)
    question = f"judging an utterance by `{checklist.id}` / rapidfuzz's `partial_ratio` over the same {len(phrases):,} phrases"
    print(row(question, figure(judging, "ms"), figure(matching, "ms"), [judging / matching], 1))
    p99 = figure(_p99(ours), "ms")
    print(line("the same, at the 99th percentile", p99, figure(_p99(plain), "ms"), p99, "≤ 8 ms", _p99(ours) <= 8))
    print(f"\nThe checklist is compiled in {made:.0f} ms. Of {len(ours):,} utterances of one call, one of the first quarter costs")
    print(f"{first:.3f} ms at the median, one of the last {last:.3f} ms ({last / first - 1:+.1%}).")


def _said(checklist: Checklist) -> list[Utterance]:
    texts = [(turn["speaker"], turn["text"]) for turn in map(json.loads, _TURNS.read_text("utf-8").splitlines()) if "text" in turn]
    for rule in (*checklist.steps, *checklist.flags):
        for example in (*rule.examples.hit, *rule.examples.full, *rule.examples.thin, *rule.examples.miss):
            texts.append((rule.speaker, example.text))
    return [Utterance(speaker=speaker, text=text, start=0.0, end=1.0) for speaker, text in texts]


def _phrases(checklist: Checklist) -> list[str]:
    templates = [template for items in checklist.lists.values() for template in items]
    for rule in (*checklist.steps, *checklist.flags):
        templates += [*rule.says, *rule.unless]
    templates += [*checklist.heat.words, *checklist.heat.soothe]
    plain = [re.sub(r"\[[^\[\]]*\]|<[^<>]*>|\.{2,3}|\*", " ", template) for template in templates]
    while any("(" in phrase for phrase in plain):
        plain = [re.sub(r"\(([^()|]*)(\|[^()]*)?\)", r"\1", re.sub(r"\[[^\[\]]*\]", " ", phrase)) for phrase in plain]
    return [" ".join(phrase.split()) for phrase in plain if phrase.strip()]


def _times(do: Callable[[Utterance, int], None], utterances: Sequence[Utterance]) -> list[float]:
    took = []
    for index, utterance in enumerate(utterances):
        begun = time.process_time()
        do(utterance, index)
        took.append((time.process_time() - begun) * 1000)
    return took


def _p99(took: Sequence[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


if __name__ == "__main__":
    main()

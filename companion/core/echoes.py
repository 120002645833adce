"""Paraphrase: does the agent give back what the customer told? Judged against the customer's own words, never from a phrase alone.

Where the agent speaks about the customer's case (after `<back_cue>`, after an apology or a feeling, or in a statement about "you" and "your"), the content
words that the customer used before are counted, folded by inflection and by the checklist's lists of words that mean the same. Instructions, requests and
questions for something new end such a stretch. Source: reflective listening (Rogers & Farson, 1957); "paraphrase" and "summarise" in LEAPS.
"""

from companion.core.reading import Hit, Reading

_REACH = 16


def echoes(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """Stretches that give the customer's words back: two content words full, one thin."""
    told: set[str] = set()
    for turn in reading.before:
        if turn.speaker == "customer":
            told |= turn.keys
    if not told:
        return []
    keys = reading.content.keys(reading.words)
    stops = sorted(span[0] for span in reading.spans("turns_away"))
    found: list[Hit] = list()
    for weight, name in ((0, "back_cue"), (1, "reaction"), (2, "about_you")):
        for start, cue_end in reading.spans(name):
            end = min([len(keys), start + _REACH, *(stop for stop in stops if stop >= cue_end)])
            given = [at for at in range(start, end) if keys[at] and keys[at] in told]
            strong = {keys[at] for at in given if keys[at] not in reading.vague}
            new = {keys[at] for at in range(start, end) if keys[at] and keys[at] not in told and keys[at] not in reading.vague}
            if len(strong) < (1, 1, 2)[weight] or len(new) > 2 * len(strong) + 2:
                continue
            grade = 2 if len(strong) >= 2 else 1
            found.append(Hit((start, given[-1] + 1), grade, min(100, 40 + 20 * len(strong))))
    return found

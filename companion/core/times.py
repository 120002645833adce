"""Times promised: is a time named for something that we will do, or that will happen for the customer? And when is that?

A time by itself is no promise. It must stand near words about the future (`<will>`), and not near those of the past (`<past>`), of asking
or instructing (`<asks>`), or of opening hours and product facts (`<fact>`); those lists are the checklist's. What a time looks like is
grammar and stands here.
"""

from companion.core.reading import Hit, Reading
from companion.core.words import Span

GRAMMAR: dict[str, tuple[str, ...]] = {
    "@digit": (
        "(0|1|2|3|4|5|6|7|8|9|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
        "fifteen|sixteen|seventeen|eighteen)",
        "(nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|@figure)",
        "(twenty|thirty|forty|fifty) (one|two|three|four|five|six|seven|eight|nine)",
    ),
    "@number": ("<@digit>", "<@digit> (to|or|and|through) <@digit>", "<@digit> <@digit>"),
    "@few": ("[a|another|the next|the next] (few|several|couple) [more|of|of more]", "some"),
    "@a": ("a", "an", "another", "one more", "half an"),
    "@unit": (
        "[business|working|calendar|more|additional] (second|seconds|minute|minutes|hour|hours|day|days|week|weeks|"
        "month|months|night|nights|fortnight)",
    ),
    "@weekday": (
        "(monday|tuesday|wednesday|thursday|friday|saturday|sunday|mondays|fridays|weekend|christmas|easter)",
    ),
    "@month": ("(january|february|march|april|june|july|august|september|october|november|december|jan|feb|aug|sept|sep|oct|nov|dec)",),
    "@clock": (
        "(noon|midday|midnight|lunchtime|teatime)",
        "<@digit> [<@digit>] (am|pm|oclock|p|a m|p m)",
        "(half past|quarter past|quarter to|ten past|five past|twenty past|ten to|twenty to) <@digit>",
    ),
    "@part": ("(morning|afternoon|evening|night|lunch|lunchtime)",),
    "@date": (
        "<@weekday> [<@part>]", "(tomorrow|tonight) [<@part>]", "next (week|month|year|<@weekday>|business day|working day|day|morning)",
        "this (week|weekend|afternoon|evening|month|coming week|<@weekday>)",
        "the (end|close|start|beginning) of .. (day|week|month|business|today|the day)",
        "(end|close) of (day|play|business|the day|the week)", "the (same|following|next) [business|working] day", "the weekend",
        "[the] <@digit> [of] <@month>", "<@month> [the] <@digit>", "the <@digit> (st|nd|rd|th) [of <@month>]",
        "the (first|second|third|fourth|fifth|tenth|fifteenth|twentieth) of <@month>",
        "the (sixth|seventh|eighth|ninth|eleventh|twelfth|thirteenth|fourteenth|sixteenth|seventeenth|eighteenth|"
        "nineteenth|thirtieth) [of <@month>]",
        "(first thing|later) (tomorrow|today|this (afternoon|evening|week)|in the morning|tonight)", "later (today|on today)",
    ),
    "@span": (
        "<@number> <@unit>", "half an hour", "an hour or (so|two)", "overnight",
    ),
    "@loose": (
        "<@few> <@unit>",
        "<@few> [short|working|business] (minutes|hours|days|weeks|hour|minute|day|week|months|month|fortnight) [or (so|two|less)]",
        "a (minute|day|week|month) or (so|two)",
    ),
    "@when": (
        "(within|in|inside) [the (next|coming|following)] [around|about|approximately|roughly|up to|under|less than|"
        "a maximum of|max|only|just] (<@span>|<@a> (hour|day|week|month|fortnight))",
        "[the|another|around|about|approximately|roughly|up to|at least|maximum] <@span>",
        "[by|on|before|until|from|for|no later than] [the] <@date> [at <@clock>|<@clock>|by <@clock>]",
        "[by|at|before|around|about|from|until|for] <@clock> [<@date>]", "(by|before|at|around) (<@digit> [<@digit>]|today|then|<@month>)",
        "same day", "<@span> from (now|today)", "<@span> time", "today (at|by|before) <@digit>", "by (today|the end of today)",
        "(between|from) <@digit> and <@digit>",
        "(take|takes|about|around|be|give (me|us)) <@a> (hour|day|week|month|fortnight)", "all day (today|tomorrow)",
        "in time for <@date>", "today", "this morning", "[the] earliest (is|we have is|would be) .. <@date>", "<@digit> <@digit> hours",
        "(later|earlier|sometime|some time|again|back|first thing|early|late) (today|tomorrow|tonight|this <@part>|"
        "next week|on <@weekday>|in the <@part>)",
        "24 7",
    ),
    "@not": (
        "for [at least|about|around|up to] [the (last|past)] (<@span>|<@loose>)",
        "(after|every|each|past|last|previous|over the (last|past)|in the (last|past)) [the|last|past] <@span>",
        "<@span> [or (more|less)] (ago|before|earlier|old|prior|in advance)",
    ),
    "@soon": (
        "(shortly|soon|momentarily|promptly|presently|imminently|immediately|straightaway|straight away|right away)",
        "as (soon|quickly|fast|early) as",
        "(in|within) (a|the next|another) (minute|moment|second|while|bit|short while|few moments|couple of moments)",
        "in (due course|no time|a little while|a short while|the near future|the meantime|the coming <@unit>|the "
        "next few <@unit>|next to no time)",
        "(any (minute|moment|time|day) now|before (long|you know it)|at (our|the) earliest)",
        "the (soonest|earliest) [we|i] (can|could|possible)",
        "with (immediate|instant) effect", "without (any) [further] delay", "(a few|few|a couple of|couple of|a couple) minutes",
        "in a (sec|jiffy|mo|bit)",
        "later on", "the moment", "[within|in|allow|for] [about|around|just|only|the next] <@loose>", "<@few> <@unit> from now",
        "over the (next|coming) (few|couple of|several) <@unit>",
    ),
}  # fmt: skip

LISTS = ("@when", "@soon", "@not", "soon", "will", "past", "asks", "fact", "no_time")
_BEFORE, _AFTER = 12, 9
"""Words before and after a time in which what will happen is looked for."""


def times(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """A `says` phrase stands on its own; a time stands with words about the future close by."""
    found = list(hits)
    explicit = _widest(reading.spans("@when"))
    vague = _widest(reading.spans("@soon", "soon"))
    for span in explicit:
        if _ours(reading, span):
            found.append(Hit(span, 2, 95))
    for span in vague:
        if _ours(reading, span) and not any(span[0] < last and first < span[1] for first, last in explicit):
            found.append(Hit(span, 1, 85))
    return found


def _ours(reading: Reading, span: Span) -> bool:
    """Is this time about something of ours in the future?"""
    if reading.touches("no_time", span) or reading.touches("@not", span):
        return False
    lo, hi = span[0] - _BEFORE, span[1] + _AFTER
    will = [s for s in reading.spans("will") if lo <= s[0] and s[1] <= hi]
    if not will:
        return False
    nearest = min(_distance(s, span) for s in will)
    against = [s for s in reading.spans("past", "asks", "fact") if lo <= s[0] and s[1] <= hi]
    return all(_distance(s, span) >= nearest for s in against)


def _distance(one: Span, other: Span) -> int:
    return max(other[0] - one[1], one[0] - other[1], 0)


def _widest(spans: list[Span]) -> list[Span]:
    """Without those that lie inside another."""
    return [one for one in spans if not any(o != one and o[0] <= one[0] and one[1] <= o[1] for o in spans)]

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
        "(billing|statement|pay) (cycle|cycles|period|periods)",
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
        "the (twenty|thirty) (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth) [of <@month>]",
        "(your|the) next (statement|bill|invoice|delivery|payslip)",
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
    "@ahead": (
        "(within|inside|in under) [the (next|coming)] [about|around|approximately|up to] "
        "(<@span>|<@a> (hour|day|week|month|fortnight)|the (hour|day|week))",
        "(by|before|no later than) [the] [latest|end of|close of] <@date>",
        "(by|before) <@clock>",
        "before (lunch|[the] close of (play|business)|the (end|day) [of]|[the] weekend|christmas)",
        "within (minutes|hours|days|the (hour|day|week))",
        "(tomorrow|tonight) [<@part>]",
        "(first thing|later) (tomorrow|today|tonight)",
        "next (week|month|<@weekday>)",
        "[in] [about|around|roughly|approximately|another] <@number> more <@unit>",
        "<@span> from (now|today)",
        "(by|before|inside) (the (hour|day)|tonight|today)",
        "in [about|around|roughly|approximately|under|less than] <@number> (minutes|hours|days|weeks)",
        "in (half an hour|an hour|a fortnight)",
        "(at|about|by|around) (half|quarter) (past|to)",
        "this time (tomorrow|next week)",
        "<@span> (tops|max|at (most|the most|the outside|the latest))",
        "(latest|earliest) [by] <@date>",
    ),
    "@not": (
        "for [at least|about|around|up to] [the (last|past)] (<@span>|<@loose>)",
        "(after|every|each|past|last|previous|over the (last|past)|in the (last|past)) [the|last|past] <@span>",
        "<@span> [or (more|less)] (ago|earlier|old|prior|in advance)",
        "(one second|just a second|two seconds)",
        "<@digit> hour (clock|service|line|period|shift)",
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

LISTS = ("@when", "@ahead", "@soon", "@not", "soon", "will", "past", "asks", "fact", "no_time")
_BEFORE, _AFTER = 16, 9
"""Words before and after a time in which what will happen is looked for."""
_BEHIND = 3
"""Words behind a time in which the past or a fact still belongs to it."""
_NEAR = 7
"""Words around a time that lies ahead by itself in which the past, a question or a fact would take it back."""


def times(reading: Reading, hits: list[Hit]) -> list[Hit]:
    """A `says` phrase stands on its own; a time stands with words about the future close by, or if it can only lie ahead."""
    found = list(hits)
    explicit = _widest([*reading.spans("@when", "@ahead")])
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
    first = max((start for start in reading.text.starts if start <= span[0]), default=0)
    last = reading.sentence(span[1] - 1, _AFTER + 1)
    against = [s for s in reading.spans("past", "fact") if first <= s[0] and s[1] <= min(last, span[1] + _BEHIND)]
    against += [s for s in reading.spans("asks") if first <= s[0] and s[1] <= span[0]]
    if reading.touches("@ahead", span) and all(_distance(s, span) > _NEAR for s in against):
        return True
    will = [s for s in reading.spans("will") if max(first, span[0] - _BEFORE) <= s[0] and s[1] <= last]
    nearest = min((_distance(s, span) for s in will), default=99)
    return nearest < 99 and all(_distance(s, span) >= nearest for s in against)


def _distance(one: Span, other: Span) -> int:
    return max(other[0] - one[1], one[0] - other[1], 0)


def _widest(spans: list[Span]) -> list[Span]:
    """Without those that lie inside another."""
    return [one for one in dict.fromkeys(spans) if not any(o != one and o[0] <= one[0] and one[1] <= o[1] for o in spans)]

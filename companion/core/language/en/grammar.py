"""English grammar: what times and promises look like, what a time means, and how a customer's words for the problem are turned."""

from companion.core.language.pack import Problem

TIMES: dict[str, tuple[str, ...]] = {
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
        "(half past|half|quarter past|quarter to|ten past|five past|twenty past|twenty five past|ten to|five to|twenty to|twenty five to) "
        "(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|@figure)",
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
        "<@number> <@unit>", "<@digit> and a half <@unit>", "(a quarter|three quarters) of an hour",
        "half an hour", "an hour or (so|two)", "overnight",
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
        "in time for <@date>", "the back of <@digit>", "(by|before|in|during) the (morning|afternoon|evening)",
        "by (morning|evening|night|lunch|dinner|eod|cob)", "(back|there|out|over|round|you|it|them|up) first thing", "today",
        "this morning", "[the] earliest (is|we have is|would be) .. <@date>", "<@digit> <@digit> hours",
        "(later|earlier|sometime|some time|again|back|first thing|early|late) (today|tomorrow|tonight|this <@part>|"
        "next week|on <@weekday>|in the <@part>)",
        "24 7",
    ),
    "@ahead": (
        "in the (next|coming) (hour|half hour|day|week|fortnight|<@span>)",
        "(i|they|he|she) (would say|say|reckon|think) [about] a fortnight",
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
        "(less than|under|no (more|longer) than|not more than|at most|inside of) (<@span>|<@a> (minute|hour|day|week|month|fortnight))",
        "<@span> away", "<@digit> (minutes|minute) out", "an hour and a half", "(half|three quarters of) an hour",
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
        "(in|within|inside) (a|the next|another) (minute|moment|second|while|bit|short while|few moments|couple of moments)",
        "in (due course|no time|a little while|a short while|the near future|the coming <@unit>|the "
        "next few <@unit>|next to no time)",
        "(any (minute|moment|time|day) now|before (long|you know it)|at (our|the) earliest)",
        "the (soonest|earliest) [we|i] (can|could|possible)",
        "with (immediate|instant) effect", "without (any) [further] delay", "(a few|few|a couple of|couple of|a couple) minutes",
        "in a (sec|jiffy|mo|bit)",
        "later on", "the moment", "[within|in|allow|for] [about|around|just|only|the next] <@loose>", "<@few> <@unit> from now",
        "over the (next|coming) (few|couple of|several) <@unit>",
    ),
}  # fmt: skip

PROMISES: dict[str, tuple[str, ...]] = {
    "@promise": (
        "(i|we|you|they|it|he|she|somebody|someone|the ..|a ..|our ..|your ..|my ..) [also|then|now|just] (will|"
        "shall) [also|then|now|just|personally|definitely] [not]",
        "(i am|we are) going to", "let me [just] (call|ring|email|send|check|find|get|look|speak|arrange|book)",
        "(should|will) (be|arrive|receive|have|get|reach|hear|land|come)", "please allow",
        "(it|that|this|they) (takes|take|can take|will take|usually takes)",
    ),
}  # fmt: skip

_NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty""".split()
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth""".split()
_TENS = {word: 10 * ten for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = "january february march april may june july august september october november december".split()

DATES: dict[str, str] = (
    {word: f"number={number}" for number, word in enumerate(_NUMBERS)}
    | {f"{tens} {word}": f"number={ten + one}" for tens, ten in _TENS.items() for one, word in enumerate(_NUMBERS[:10]) if one}
    | {tens: f"number={ten}" for tens, ten in _TENS.items()}
    | {"oh": "zero", "a": "count=1", "an": "count=1", "couple": "count=2"}
    | {word: f"nth={number}" for number, word in enumerate(_ORDINALS, start=1)}
    | {"thirtieth": "nth=30", "second": "nth=2 seconds=1", "the": "dated", "of": "of"}
    | dict.fromkeys(("st", "nd", "rd", "th"), "ordinal")
    | {form: f"weekday={number}" for number, word in enumerate(_WEEKDAYS) for form in (word, word + "s")}
    | {word: f"month={number}" for number, word in enumerate(_MONTHS, start=1)}
    | {
        form: f"seconds={seconds}"
        for unit, seconds in (("minute", 60), ("hour", 3600), ("day", 86400), ("week", 604800), ("fortnight", 1209600))
        for form in (unit, unit + "s")
    }
    | {"seconds": "seconds=1", "half an": "half", "business": "working", "working": "working", "calendar": "between"}
    | dict.fromkeys(("thing", "month"), "other")
    | {"half": "other past=30", "hour and a half": "seconds=5400"}
    | {  # without the preposition it may be a range: "between five to six"
        f"{by} {word} to": f"number={n} past=-{n}"
        for by in ("at", "by", "before", "around")
        for word, n in (("five", 5), ("ten", 10), ("twenty", 20))
    }
    | {"next": "next", "weekend": "weekend", "next week": "week=1", "next month": "months=1"}
    | dict.fromkeys(("this week", "the week", "end of week"), "week=0")
    | dict.fromkeys(("this month", "the month", "end of month"), "months=0")
    | {"tomorrow": "day=1", "next day": "day=1", "next morning": "day=1 part=12 early", "tonight": "day=0 part=21 late=2"}
    | dict.fromkeys(("today", "this", "the day"), "day=0")
    | {f"{end} of {the}{day}": "day=0" for end in ("end", "close") for the in ("", "the ") for day in ("day", "play", "business")}
    | {"morning": "part=12 early", "noon": "part=12", "midday": "part=12", "lunchtime": "part=13", "afternoon": "part=17 late=1"}
    | {"evening": "part=21 late=2", "night": "part=21 late=2 seconds=86400", "nights": "seconds=86400", "midnight": "part=24"}
    | {"am": "am", "a m": "am", "pm": "pm", "p m": "pm", "oclock": "oclock"}
    | {"half past": "past=30", "quarter past": "past=15", "past": "past=0", "quarter to": "past=-15"}
    | dict.fromkeys(("by", "at", "before", "around"), "at")
    | {"between": "range", "and": "and"}
    | dict.fromkeys("soon sooner soonest shortly moment moments momentarily while immediately away".split(), "undated")
)

WRONG: dict[str, tuple[str, ...]] = {
    "@undergone": ("(i|we) (was|were|got|have been|had been|am being|are being|keep being|keep getting)",),
    "@owner": ("(my|our|the|this|that|your)",),
}

PROBLEM = Problem(
    undergone="being",
    thing="what happened with {thing}",
    yours="your",
    turned={
        "my": "your", "our": "your", "me": "you", "us": "you", "i": "you", "we": "you", "am": "are", "your": "our", "myself": "yourself",
    },
    closes=frozenset(
        "is was are were has have had does did do will can could would keeps keep kept never still arrived came "
        "broke stopped went failed died got that which "
        "who and but because so since when i we you he she they it not just only always already again for with from at on in to of".split()
    ),
    joins=frozenset("and but because so i we".split()),
    articles=frozenset(("a", "an", "the")),
    loose_ends=frozenset(
        """a an the this that it i you he she we they me him her us them my your his our their to of in on at by for from with about if when
        while until after before than then so and or but not no be is are was were been being have has had do does did can could will would
        may might must shall should just still again now fault way part end name mother father mum mom dad wife husband partner son daughter
        child children kids baby family friend brother sister manager supervisor colleague city house home day time life job per each every
        one two three four five six seven eight nine ten monday tuesday wednesday thursday friday saturday sunday january february march
        april may june july august september october november december""".split()
    ),
    participles=(
        frozenset("told left kept sent cut put given made hung sold lost taken held shut thrown sworn lied stood without".split()),
        ("ed",),
    ),
)  # fmt: skip

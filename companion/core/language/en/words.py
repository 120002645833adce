"""English words: how they are spelled, which of them say something, how they sound."""

from companion.core.language.pack import ContentWords, Sounds, Spelling

_SHORT = {"m": "am", "ve": "have", "ll": "will", "d": "would", "re": "are", "s": "is"}
_PRONOUNS = "i you he she it we they that there what who".split()
_NOT = "don didn doesn isn wasn aren weren hasn haven hadn wouldn couldn shouldn mustn needn".split()

SPELLING = Spelling(
    # "oh" is no filler: "oh no" is a feeling
    fillers=frozenset("um umm uhm uh uhh er err erm ehm ah ahh eh hm hmm mm mmm mhm huh".split()),
    whole={
        "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not", "shan't": "shall not",
        "ain't": "is not", "aint": "is not", "let's": "let us", "lets": "let us", "y'all": "you", "yall": "you", "im": "i am",
        "ive": "i have", "youre": "you are", "youve": "you have", "youll": "you will", "theyre": "they are", "theyve": "they have",
        "thats": "that is", "whats": "what is", "theres": "there is", "hes": "he is", "shes": "she is", "its": "it is", "weve": "we have",
        "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not", "wasnt": "was not", "arent": "are not",
        "werent": "were not", "hasnt": "has not", "havent": "have not", "hadnt": "had not", "wouldnt": "would not", "couldnt": "could not",
        "shouldnt": "should not", "u": "you", "ur": "your", "r": "are", "ya": "you", "pls": "please", "plz": "please", "plse": "please",
        "thx": "thanks", "thnx": "thanks", "tnx": "thanks", "thks": "thanks", "ty": "thanks", "cheers": "thanks", "gonna": "going to",
        "wanna": "want to", "gotta": "got to", "lemme": "let me", "gimme": "give me", "dunno": "do not know",
        "asap": "as soon as possible", "btw": "by the way", "idk": "i do not know", "bc": "because", "coz": "because", "cuz": "because",
        "cos": "because", "tmrw": "tomorrow", "tmw": "tomorrow", "tomorow": "tomorrow", "hrs": "hours", "hr": "hour", "mins": "minutes",
        "min": "minute", "secs": "seconds", "sec": "second", "wk": "week", "wks": "weeks", "yrs": "years", "yr": "year", "mon": "monday",
        "tues": "tuesday", "tue": "tuesday", "weds": "wednesday", "thurs": "thursday", "thur": "thursday", "fri": "friday", "yep": "yes",
        "yeah": "yes", "yup": "yes", "yea": "yes", "ok": "okay", "k": "okay", "nope": "no", "acct": "account", "info": "information",
        "msg": "message", "msgs": "messages", "num": "number", "re": "about", "appt": "appointment", "apols": "apologies", "soz": "sorry",
        "sry": "sorry", "srry": "sorry", "prob": "problem", "probs": "problems", "cust": "customer", "n": "and", "y": "why",
        "ppl": "people", "mgr": "manager", "mngr": "manager", "goin": "going", "wasn": "was not", "o'clock": "oclock", "ma'am": "madam",
        "yous": "you", "til": "until", "till": "until", "anymore": "any more", "alright": "all right", "everytime": "every time",
        "alot": "a lot", "tho": "though", "thru": "through", "nite": "night", "tonite": "tonight", "2moro": "tomorrow", "2day": "today",
        "wtf": "what the fuck", "omg": "oh my god", "tech": "technician", "uh oh": "uhoh", "whilst": "while", "amongst": "among",
        "i'd": "i would", "d'you": "do you", "d'ya": "do you", "dya": "do you", "aye": "yes", "nah": "no", "naw": "no", "nae": "no",
        "cannae": "can not", "dinnae": "do not", "didnae": "did not", "doesnae": "does not", "isnae": "is not", "wasnae": "was not",
        "wisnae": "was not", "wouldnae": "would not", "couldnae": "could not", "shouldnae": "should not", "havenae": "have not",
        "willnae": "will not", "naebody": "nobody", "youse": "you", "ye": "you", "yer": "your", "yourself's": "yourselves",
        "innit": "is not it", "imma": "i am going to", "gonnae": "going to", "tryna": "trying to", "hafta": "have to", "outta": "out of",
        "kinda": "kind of", "sorta": "sort of", "coulda": "could have", "shoulda": "should have", "woulda": "would have",
        "musta": "must have", "nowt": "nothing", "owt": "anything", "summat": "something", "nothin": "nothing", "somethin": "something",
        "'em": "them", "'cause": "because", "'cos": "because", "hiya": "hi", "ta": "thanks",
    },
    shortened={"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"},
    possessive=("'s", "is"),
    subjects=frozenset(
        "it that this what where who how when why there here he she everything something nothing everyone someone one name".split()
    ),
    parted={
        f"{pronoun} {end}": f"{pronoun} {verb}" for pronoun in _PRONOUNS for end, verb in _SHORT.items() if (pronoun, end) != ("i", "s")
    }
    | {f"{stem} t": f"{stem[:-1]} not" for stem in _NOT}
    | {"won t": "will not", "can t": "can not", "ain t": "is not"},
    joined=("uh oh",),
    masked=tuple(
        """fuck shit damn bitch fucking shitty bastard bullshit cunt asshole arsehole crap hell dick fucked fucker piss pissed prick wanker
        bollocks bloody bastards assholes arseholes bitches wankers goddamn dickhead motherfucker scumbag twat""".split()
    ),
    endings=(
        ("isation", "ization", 10), ("ising", "izing", 8), ("ised", "ized", 7), ("ises", "izes", 7), ("ise", "ize", 6),
        ("our", "or", 6), ("ours", "ors", 6), ("oured", "ored", 6), ("ouring", "oring", 6),
    ),
    asides={"know": ("you", frozenset("do did if let lets as how would can should could what not to already so".split()))},
)  # fmt: skip

CONTENT = ContentWords(
    stop=frozenset(
        """i you he she it we they me him her us them my your his its our their mine yours ours theirs myself yourself yourselves ourselves
        itself themselves this that these those who whom whose which what where when why how here there a an the and or but if because as
        until while of at by for with about against between into through during before after above below to from up down in out on off over
        under again further then once am is are was were be been being have has had having do does did doing done will would shall should
        can could may might must ought need not no nor only own same so than too very just now also ever never always still yet even already
        really quite rather well maybe perhaps please thanks thank okay yes hello hi hey dear good morning afternoon evening day today madam
        sir mister miss bye goodbye sorry apologize apologizes apologies right sure certainly course absolutely exactly correct definitely
        obviously actually basically oh let get gets got getting gotten go goes going went gone come comes coming came make makes made
        making take takes took taken taking give gives gave given giving put say says said saying tell tells told see sees saw seen seeing
        know knows knew known think thinks thought want wants wanted like likes liked look looks looking looked try tries tried trying use
        uses used using keep keeps kept help helps helped helping ask asks asked asking mean means meant thing things something anything
        nothing everything someone anyone everyone somebody anybody nobody one ones two way ways bit lot lots kind sort much many more most
        less least few some any all both each every other others another such back around away first last next able sound sounds seem seems
        happen happens happened happening find finds found understand understood hear hears heard feel feels felt glad happy assist
        assistance contact reach able us guys any thing time times great nice fine moment minute minutes second seconds possible without
        within let lets per via cause since though although however unless instead else ahead follow following continue show shows showing
        provide provided confirm check checked number name address email details information details hope wish welcome available able dm pm
        direct message private link click url team concern concerns bear hold patience yesterday tomorrow tonight hour hours days week weeks
        month months year years zero three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand double triple nought monday tuesday
        wednesday thursday friday saturday sunday""".split()
    ),
    irregular={
        "broke": "break", "broken": "break", "bought": "buy", "sent": "send", "paid": "pay", "lost": "lose", "left": "leave",
        "stole": "steal", "stolen": "steal", "brought": "bring", "spoke": "speak", "spoken": "speak", "spent": "spend", "sold": "sell",
        "stuck": "stick", "waited": "wait", "written": "write", "wrote": "write", "driven": "drive", "drove": "drive", "froze": "freeze",
        "frozen": "freeze", "flew": "fly", "flown": "fly", "fell": "fall", "fallen": "fall", "threw": "throw", "thrown": "throw",
        "torn": "tear", "tore": "tear", "worn": "wear", "shut": "shut", "chose": "choose", "chosen": "choose", "began": "begin",
        "begun": "begin", "met": "meet", "slept": "sleep", "woke": "wake", "woken": "wake", "rang": "ring", "rung": "ring", "hung": "hang",
        "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot", "delivery": "deliver",
        "deliveries": "deliver", "payment": "pay", "cancellation": "cancel", "subscription": "subscribe", "replacement": "replace",
        "booking": "book", "flight": "fly", "flights": "fly", "arrival": "arrive", "installation": "install", "connection": "connect",
        "reservation": "reserve", "purchase": "buy", "purchased": "buy", "purchases": "buy", "complaint": "complain",
        "complaints": "complain", "seats": "seat", "seating": "seat", "missing": "miss", "lies": "lie", "lying": "lie", "died": "die",
        "dying": "die", "dead": "die", "charge": "charg", "later": "late", "faulty": "fault", "noisy": "noise", "dirty": "dirt",
        "leaking": "leak", "leaky": "leak", "smelly": "smell", "damage": "damag", "news": "news", "care": "care", "cares": "care",
        "cared": "care", "caring": "care", "failure": "fail", "closure": "clos",
    },
    endings=("ing", "ed", "es", "s"),
    kept=("ss", "us", "is"),
    doubling=frozenset(("ing", "ed")),
    undoubled="ls",
    finals=(("ll", "l", 6), ("ie", "y", 2), ("i", "y", 1), ("e", "", 4)),
    numbers={
        word: str(number)
        for number, word in enumerate(
            """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
            nineteen twenty""".split()
        )
    }
    | {str(number): str(number) for number in range(100)}
    | {
        "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "a": "1", "an": "1",
        "half": "½",
    },
    read_out=frozenset("oh o nought naught nil double treble triple".split()),
    ordinals={"twice": "2", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6"},
    units={
        form: unit
        for unit in (
            "minute", "hour", "day", "night", "week", "month", "year", "time", "pound", "euro", "dollar", "mile", "call", "email",
            "people", "child",
        )
        for form in (unit, unit + "s")
    }
    | {"children": "child", "kids": "child", "mins": "minute"},
)  # fmt: skip

SOUNDS = Sounds(
    spelled=(
        ("ph", "f"), ("ck", "k"), ("tion", "shn"), ("gh", ""),
        ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("ge", "se"), ("gi", "si"), ("gy", "sy"), ("c", "k"), ("g", "k"), ("j", "s"),
        ("z", "s"), ("x", "s"), ("q", "k"), ("v", "f"), ("d", "t"), ("b", "p"),
    ),
)  # fmt: skip

EVERYDAY = frozenset(
    """about above across actually added address after again agent alone along already although always among amount another answer anyone
    anything around asked asking aware based because become before began begin behind being below better between black board bought bring
    broken brought build built busy button called caller calling calls careful cards carry caught chance change changed changes check
    checked choice clean clear clearer click close closed colder could count couple course cover crash credit currently daily dating dealt
    dealing delivered details device didn different directly doing doors doubt dream dress drive driver during early earth eight either
    email empty ending enough enter entered entry error evening event every exact except extra facing facts fault favor field fifty fight
    filed final finally finish first fixed fixes floor folder follow forget former forward found fourth frame fresh front fully further
    general getting given giving going grand great green ground group grown guess happen hands happened hardly having heard heart heavy
    hello helped hence holder hours house however human hundred ideal image inside instead issue issued items itself joint judge keeps kept
    knows known large later latest laugh learn least legal letter level light likely limit lines listed little lived living local located
    looked looks loved lower lucky lunch major makes making maybe means meant might minor minute model month months mother moved music named
    nearly needed needs never newer night noise normal north noted notes nothing number occur offer office often older opened order orders
    other others outer owner pages paper parts party phone phones photo piece place placed plain planes plans plate please plenty point
    ports posted power press pretty price print prior proper public pulled purse quick quickly quiet quite quote radio raise ranges rated
    rates rather reach reached reads ready really reason received recent refer reply report reset right river rooms rough round route royal
    rules saved saying says scene scope score screen second seems seen sells sense serve served series server seven shall shape share sharp
    sheet shift ships shirt shoes shop short should showed shown shows since sixth sixty size skill sleep slight slow small smart smile
    solid solve solved some sorts sound source south space speak speed spend spent split spoke sport staff stage stand start stated states
    station stayed steps stick still stock stone stood store stories story strange street strong style super sweet table taken takes taking
    talks taste teach teams tells tenth terms texts thank their theme there these thick thing things think third those though thought three
    throw title today together token tomorrow topic total touch tough tower track trade train travel treat tried tries trips truck truly
    trust truth trying turned turns twice types under union until upper using usual value video visit voice waste watch water wearing weekly
    weeks weird whether which while white whole whose willing woman women words worked works world worse worst worth would write writes
    written wrong wrote years young yours""".split()
)

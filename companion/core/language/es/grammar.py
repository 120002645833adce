"""Spanish grammar: what times and promises look like, what a time means, and how a customer's words for the problem are turned."""

from companion.core.language.es.words import NUMBERS
from companion.core.language.pack import Problem

_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_WEEKDAYS = "lunes martes miercoles jueves viernes sabado domingo".split()
_HOUR = "[en punto] [y (media|cuarto|pico|<@digit>)|menos (cuarto|<@digit>)]"
_PART = "[[de|por|en] (lamanana|la (tarde|noche|madrugada))|al mediodia|a (primera|ultima) hora]"

TIMES: dict[str, tuple[str, ...]] = {
    "@digit": (*NUMBERS, "un", "una", "@figure"),
    "@number": ("<@digit>", "<@digit> (o|a|u|y) <@digit>", "<@digit> <@digit>"),
    "@few": ("(unos|unas|pocos|pocas|algunos|algunas|un par de) [pocos|pocas|cuantos|cuantas]",),
    "@unit": (
        "(segundo|segundos|minuto|minutos|minutito|minutitos|hora|horas|horita|horitas|dia|dias|diitas|semana|semanas|semanita|mes|meses|ano|"
        "anos) [habil|habiles|laborable|laborables|natural|naturales|corridos]",
    ),
    "@weekday": (f"({'|'.join(_WEEKDAYS)})",),
    "@month": (f"({'|'.join(_MONTHS)})",),
    "@clock": (
        f"(la|las) <@digit> [<@digit>] {_HOUR} [de (lamanana|la (tarde|noche))|del (mediodia|dia)|am|pm|a m|p m|horas]",
        "<@digit> [<@digit>] (am|pm|a m|p m)", "(mediodia|medianoche)",
    ),
    "@date": (
        f"[el|este|mismo|proximo|el proximo|este mismo|este proximo] <@weekday> [que viene|proximo|siguiente|mismo] {_PART}",
        f"(hoy|manana|pasado manana) [mismo] {_PART}",
        f"[el] [dia] <@digit> de <@month> {_PART}", f"el dia <@digit> {_PART}",
        "esta [misma] (tarde|noche|semana)", "este [mismo] (fin de semana|mes)", "[el] fin de semana",
        "la (proxima|siguiente|otra) semana", "la semana (que viene|que entra|proxima|entrante|siguiente)",
        "el (proximo|siguiente) (mes|ciclo|recibo)", "el mes (que viene|que entra|proximo|entrante)",
        "(final|finales|fin|fines|principios|mediados) (de|del) [la|este] (mes|semana|ano|dia)",
        "la (proxima|siguiente) (factura|quincena|nomina)", "el siguiente dia [habil]", "(navidad|reyes|semana santa)",
    ),
    "@span": ("<@number> <@unit>", "media (hora|horita)", "(una|un) (hora|horita|dia|semana|mes) [y media|o dos]"),
    "@loose": ("<@few> <@unit>",),
    "@when": (
        "[en|dentro de|en menos de|en cosa de|en [un|el] plazo de|en no mas de|de aqui a|tarda|tardara] [maximo|como maximo|mas o menos|"
        "aproximadamente|unos|unas|unos aproximadamente|las proximas|los proximos|menos de|solo|alrededor de] <@span>",
        "[para|antes de|antes del|hasta|a mas tardar|desde|a partir de|a partir del|del|al|sin falta] <@date> "
        "[[sin falta] [a|antes de|entre|sobre|hacia|a eso de|para|a partir de] <@clock> [[a|y|y a] <@clock>]]",
        "(a|antes de|para|sobre|hacia|entre|a eso de|hasta|a partir de) <@clock> [[a|y|y a] <@clock>] [<@date>|del <@date>]",
        "a (primera|ultima) hora [de (lamanana|la tarde)|del <@weekday>|de manana]", "hoy [mismo]", "en el dia", "el mismo dia",
    ),
    "@ahead": (
        "(dentro de|en menos de|en cosa de|en [un|el] plazo de|en no mas de|de aqui a|en [un] maximo [de]) [unos|unas|las proximas|"
        "los proximos|solo] <@span>",
        "en (unos|unas|aproximadamente|maximo|las proximas|los proximos) [aproximadamente] <@span>", "en <@number> <@unit>",
        "en (media hora|media horita|una hora|un dia|una semana)",
        "(a mas tardar|como (mucho|muy tarde|maximo|tarde)|sin falta) [en|el|a|antes de] (<@date>|<@clock>|<@span>)",
        "<@span> (como (mucho|maximo)|maximo|a mas tardar)", "(antes (de|del)|a partir (de|del)) (<@date>|<@clock>)",
        f"(manana|pasado manana) {_PART}",
        "la (proxima|siguiente) semana", "la semana (que viene|que entra|proxima|entrante)", "el mes (que viene|que entra)",
        "(el <@weekday>|el dia <@digit>) (que viene|sin falta|a (primera|ultima) hora)", "(hoy|esta) (mismo|misma) [tarde|noche|semana]",
        "a (fin|fines|final|finales) de (mes|semana)", "el (proximo|siguiente) (<@weekday>|mes|dia habil)", "en el dia de (hoy|manana)",
    ),
    "@not": (
        "(hace|hacia|desde hace|durante|llevo|lleva|llevas|llevamos|llevan|tras|despues de|cada|por) [mas de|casi|ya|unos|unas|como] "
        "(<@span>|<@loose>)",
        "<@span> (esperando|llamando|reclamando|atras|antes|despues|de (espera|retraso|antiguedad|garantia|atraso|demora))",
        "(todos los|todas las|los|las) (<@weekday>|dias|semanas|meses|noches)", "de <@weekday> a <@weekday>",
        "(el|la) (<@weekday>|semana|mes) (pasado|pasada)", "el pasado <@weekday>", "(solo|nada mas|espereme|dame|deme) (un|una) <@unit>",
        "desde [el|la|las] (<@date>|<@weekday>|<@clock>|<@span>)", "por (las|los|estas|estos|esas|esos|sus) [<@few>] <@span>",
        "estamanana", "atencion las <@digit> horas", "las 24 horas del dia", "<@span> de [la] (oferta|contrato|permanencia|vida)",
        "garantia de <@span>", "(primera|segunda|tercera|cuarta) vez", "(un|una) <@unit> (por favor|mas|nada mas)",
    ),
    "@soon": (
        "(pronto|enseguida|ahorita|inmediatamente|proximamente)", "en (seguida|breve)", "(lo|la) (antes|mas (pronto|rapido)) [que]",
        "cuanto antes", "a la [mayor] brevedad", "(ya|ahora) mismo", "al (tiro|toque)", "de inmediato", "(inmediata|inmediato)",
        "en (un|unos|un par de) (momento|momentito|momentos|momentitos|rato|ratito|instante|segundo|segundos|segundito|segunditos)",
        "en (cuanto|lo que)", "tan pronto [como]", "apenas (tenga|tengamos|sepa|salga|llegue|me)", "en <@loose>", "<@loose>", "mas tarde",
        "(estos|los proximos|unos) dias", "en el transcurso (de|del) .. (dia|semana|manana|tarde|lamanana)",
    ),
}  # fmt: skip

_AR = """llam envi mand cambi abon ingres reembols resolv solucion arregl avis confirm activ gestion tramit entreg carg reintegr repon marc
    contact regres pas visit lleg deposit acredit reactiv desbloque agend program notific inform dej""".split()
_ER_IR = "devolv escrib recib resolv repond".split()
_TOLD = [
    *(stem + end for stem in _AR for end in "o amos are aremos ara aran".split()),
    *(stem + end for stem in _ER_IR for end in "o emos imos ere ire eremos iremos era ira eran iran".split()),
    *"""envio devuelvo devolvemos resuelvo escribo hago haremos hare doy daremos dare pongo pondre pondremos tengo tendre tendremos vuelvo
    tendra tendras tendran recibira recibiras recibiran sera seran estara estaras estaran quedara quedaran vera veras veran saldra saldran
    podra podras vendra vendran ira iran llega llegan sale salen viene vienen cae caera caeran tarda tardara tardan queda quedan envian
    mandan llaman entregan pasan acreditan abonan reintegran repone reponen te marco""".split(),
]

PROMISES: dict[str, tuple[str, ...]] = {
    "@promise": (
        f"[le|te|se lo|se la|se los|se las|te lo|te la|lo|la|los|las|les|os|me] ({'|'.join(dict.fromkeys(_TOLD))})",
        "(el|la|un|una|nuestro|nuestra|su|tu) .. (pasa|pasan|llega|llegan|va|van|sale|salen|viene|vienen|llama|visita|queda|vuelve)",
        "(se|te) (lo|la|los|las) (llevo|llevan|llevamos|traen|traemos|dejan)",
        "(voy|vas|va|vamos|vais|van) a", "(le|te|lo|la|les|se lo|te lo) va a",
        "(lo|la|los|las) (tiene|tienes|tenes|tendra|ve|vera|recibe|recibis)", "(tiene|tienes|tenes) (el|la|su|tu|los|las)",
        "(deberia|deberias|deberian) (llegar|tener|recibir|estar|ver|quedar)", "me comprometo", "quedamos en", "a que quede",
    ),
}  # fmt: skip

DATES: dict[str, str] = (
    {word: f"number={number}" for word, number in NUMBERS.items()}
    | {"un": "count=1", "una": "count=1", "un par de": "count=2", "par de": "count=2", "y": "and"}
    | {"primero": "nth=1", "el": "dated numbered", "el dia": "dated numbered", "dia": "numbered seconds=86400", "de": "of"}
    | {word: f"weekday={number}" for number, word in enumerate(_WEEKDAYS)}
    | {word: f"month={number}" for number, word in enumerate(_MONTHS, start=1)}
    | {
        form: f"seconds={seconds}"
        for unit, seconds in (("segundo", 1), ("minuto", 60), ("minutito", 60), ("hora", 3600), ("horita", 3600), ("semana", 604800))
        for form in (unit, unit + "s")
    }
    | {"dias": "seconds=86400", "noches": "seconds=86400", "media": "half", "la noche": "part=21 late=2"}
    | dict.fromkeys(("habil", "habiles", "laborable", "laborables"), "working")
    | {"hoy": "day=0", "manana": "day=1", "pasado manana": "day=2", "esta": "day=0", "este": "day=0", "el mismo dia": "day=0"}
    | dict.fromkeys(("fin de semana", "finde"), "weekend")
    | dict.fromkeys(("esta semana", "esta misma semana", "fin de la semana", "final de la semana", "fines de semana"), "week=0")
    | dict.fromkeys(
        ("la semana que viene", "la semana que entra", "la proxima semana", "la siguiente semana", "la semana proxima", "semana entrante"),
        "week=1",
    )
    | {f"{end} {of} mes": "months=0" for end in ("fin", "fines", "final", "finales") for of in ("de", "del", "de este")}
    | {"este mes": "months=0", "este mismo mes": "months=0", "el mes que viene": "months=1", "el proximo mes": "months=1"}
    | {"lamanana": "part=12 early", "primera hora": "part=9", "ultima hora": "part=18", "mediodia": "part=12", "medianoche": "part=24"}
    | {"tarde": "part=17 late=1", "la tarde": "part=17 late=1", "noche": "part=21 late=2", "madrugada": "part=6 early"}
    | {"am": "am", "a m": "am", "pm": "pm", "p m": "pm", "las": "at", "la una": "clock=1", "entre": "range", "y las": "and", "a las": "at"}
    | {"y media": "after=30", "y cuarto": "after=15", "menos cuarto": "after=-15"}
    | {f"y {word}": f"after={number}" for word, number in NUMBERS.items() if number in (5, 10, 20, 25)}
    | {f"menos {word}": f"after=-{number}" for word, number in NUMBERS.items() if number in (5, 10, 20, 25)}
    | dict.fromkeys(
        "pronto enseguida seguida breve ahorita inmediatamente inmediato momento momentito rato ratito instante".split(), "undated"
    )
)

WRONG: dict[str, tuple[str, ...]] = {"@owner": ("(mi|nuestro|nuestra|su)",)}

PROBLEM = Problem(
    thing="lo que pasó con {thing}",
    yours="su",
    turned={"mi": "su", "nuestro": "su", "nuestra": "su", "su": "nuestro", "me": "le", "nos": "les", "yo": "usted"},
    closes=frozenset(
        """es esta estan era fue fueron son ha han he hemos habia tiene tenia tuvo hace hizo va iba no nunca ya todavia aun se me nos le les
        que quien y o pero porque desde cuando sin con por a al en de del para llego llega llegaron vino dejo dejaron funciona funcionaba
        perdio perdieron rompio sigue lleva si como tan muy solo otra siempre ni""".split()
    ),
    joins=frozenset("y o pero porque que".split()),
    articles=frozenset("el la los las un una".split()),
    loose_ends=frozenset(
        """el la los las un una de del en a al con por para y o que su sus mi no si se me nos le muy mas hijo hija madre padre mujer marido
        esposo esposa novio novia hermano hermana familia bebe nino nina casa ciudad dia semana mes nombre parte vida amigo amiga jefe jefa
        supervisor supervisora companero companera""".split()
    ),
)

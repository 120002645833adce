"""Spanish talk: the words around apologies and what is given back, how names are told, and what is said when a call is over."""

from companion.core.language.es.words import CONTENT
from companion.core.language.pack import Apologies, Closing, Echoes, Names

_JOINERS = frozenset("por de que con sobre respecto lo".split())
_SUBJECTS = frozenset(
    """el la los las su sus tu tus este esta estos estas ese esa eso esto un una nuestro nuestra haber haberle haberte haberlo haberla
    haberles haberlos habernos""".split()
)

APOLOGIES = Apologies(
    clausal=frozenset(
        "siento sentimos lamento lamentamos disculpe disculpa disculpen disculpenos disculpame perdone perdona perdonen perdonenos".split()
    ),
    complete=frozenset(("lo",)),
    alone=frozenset("perdon perdone perdona disculpe disculpa".split()),
    openers=frozenset("ah ay uy hola si no bueno vale okay senor senora mire mira claro y ya entonces oiga oh hijole listo".split()),
    resumes=_JOINERS | _SUBJECTS | {"si", "pero"},
    company=frozenset("usted ustedes su sus suyo suya suyos suyas le les tu tus te os vosotros vuestro vuestra vuestros vuestras".split()),
    joiners=_JOINERS,
    heard=frozenset("oir escuchar saber leer".split()),
    subjects=_SUBJECTS,
    auxiliaries=frozenset("es esta estan era eran fue fueron ha han he hemos haya hayan hayamos hubo habia tuvo tiene puede va".split()),
    pronouns=frozenset("yo nosotros usted ustedes ella tu vos".split()),
    owners=frozenset("el la los las nuestro nuestra".split()),
    supposes=frozenset(("si", "cuando")),
    us=frozenset(("hemos", "he")),
    ends=frozenset(
        """y pero me cual como donde gracias voy vamos ahora ahorita entonces dejeme dejame permitame digame dime aunque porque puede puedes
        podria podrias podes""".split()
    )
    | {"por favor", "sin embargo", "asi que", "le voy", "te voy", "le puedo", "te puedo", "le mando", "te mando", "le envio", "le ofrezco"},
    addresses=frozenset("senor senora senorita caballero".split()),
    titles=frozenset(("don", "dona", "doctor", "doctora")),
    after_name=frozenset("por que de".split()),
    small=_JOINERS | _SUBJECTS | {"si", "mucho", "a", "pero", "no"},
)

TIES = frozenset("sin despues tras cuando porque por con desde llevando siendo encima".split())

ECHOES = Echoes(
    case=frozenset(
        "su sus tu tus usted ustedes vos le te les se era fue fueron habia ha han no nunca nadie sin todavia aun desde otra otro".split()
    ),
    before_time=frozenset("a las la de para hasta y sobre entre el".split()),
    days=frozenset(
        """lunes martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre
        noviembre diciembre navidad ayer anoche""".split()
    ),
    asking=frozenset("que como cual".split()),
    meaning=frozenset(("decir", "refiere")),
    before_tag=frozenset("todo todos esta es".split()),
    ours=("yo tengo", "tengo aqui", "aqui tengo"),
    so=frozenset(("asi", "entonces")),
    you=frozenset("su sus tu tus usted ustedes vos le te les se lo la".split()),
    supposes=frozenset(("si",)),
)

_TITLES = {"señor": "señor", "sr": "señor", "señora": "señora", "sra": "señora", "señorita": "señorita", "srta": "señorita"}
_TITLES |= {"don": "don", "doña": "doña", "doctor": "doctor", "doctora": "doctora"}

NAMES = Names(
    titles=_TITLES | {title.replace("ñ", "n"): spoken for title, spoken in _TITLES.items()},
    alone=frozenset("señor sr señora sra señorita srta senor senora senorita doctor doctora".split()),
    own=("soy", "soy el", "soy la", "habla", "le habla", "mi nombre es", "me llamo"),
    stated=("mi nombre es", "me llamo"),
    greetings=(
        "hola", "buenos días", "buenos dias", "buenas tardes", "buenas noches", "buenas", "gracias", "muchas gracias", "estimado",
        "estimada",
    ),
    none=CONTENT.stop | frozenset("cliente usuario todos equipo qué cómo".split()),
)  # fmt: skip

CLOSING = Closing(
    fell="La tensión bajó de {peak} a {end}.",
    fell_after="La tensión bajó de {peak} a {end}, sobre todo después de «{quote}».",
    talked_over="Ha hablado {count} veces encima del cliente: cuente hasta dos antes de responder.",
    dear="Hola, {name}:",
    hello="Hola:",
    thanks="Gracias por hablar con nosotros.",
    thanks_for="Gracias por contarnos {problem}.",
    told="Nos contó: «{told}»",
    agreed="Esto es lo que acordamos:",
    ends="Si algo de esto no es como lo recuerda, responda a este mensaje.",
    promised="Le prometimos: «{what}».",
    late="Tendría que haber sabido de nosotros el {when}. No ha sido así, y lo siento.",
    date="{due.day}/{due.month}",
)

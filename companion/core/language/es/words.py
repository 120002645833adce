"""Spanish words, without their accents: how they are spelled, which of them say something, how they sound."""

from companion.core.language.pack import ContentWords, Sounds, Spelling

UNITS = {
    unit: one
    for one in (
        "minuto", "hora", "dia", "noche", "semana", "ano", "euro", "peso", "llamada", "correo", "persona", "hijo", "nino", "visita",
    )
    for unit in (one, one + "s")
} | {
    "mes": "mes", "meses": "mes", "vez": "vez", "veces": "vez", "sol": "sol", "soles": "sol", "dolar": "dolar", "dolares": "dolar",
}  # fmt: skip

_UP_TO_NINETY_NINE = [
    *"cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho".split(),
    *"diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve".split(),
    *(
        ten if not number else f"{ten} y {one}"
        for ten in "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
        for number, one in enumerate(["", *"uno dos tres cuatro cinco seis siete ocho nueve".split()])
    ),
]
NUMBERS = {word: number for number, word in enumerate(_UP_TO_NINETY_NINE)} | {"veintiun": 21, "cien": 100}

SPELLING = Spelling(
    letters=dict(zip("áéíóúüñàèìòùâêîôûï", "aeiouunaeiouaeioui", strict=True)),
    fillers=frozenset("eh ehm em mm mmm hm hmm uh um pues".split()),
    whole={
        "q": "que", "k": "que", "ke": "que", "xq": "porque", "pq": "porque", "porq": "porque", "x": "por", "tb": "tambien",
        "tmb": "tambien", "tambn": "tambien", "d": "de", "xfa": "por favor", "porfa": "por favor", "porfis": "por favor",
        "xfavor": "por favor", "ud": "usted", "uds": "ustedes", "vd": "usted", "vds": "ustedes", "sr": "senor", "sra": "senora",
        "srta": "senorita", "tlf": "telefono", "tel": "telefono", "nro": "numero", "num": "numero", "hs": "horas", "hrs": "horas",
        "hr": "hora", "min": "minutos", "mins": "minutos", "finde": "fin de semana", "ok": "okay", "okey": "okay", "oki": "okay",
        "pa": "para", "pal": "para el", "toy": "estoy", "aki": "aqui", "kiero": "quiero", "bn": "bien", "msj": "mensaje",
        "grax": "gracias", "setiembre": "septiembre", "horita": "ahorita", "ahoritita": "ahorita", "enseguidita": "enseguida",
        "prontito": "pronto", "nomas": "solo", "seg": "segundos", "dnd": "donde", "cdo": "cuando", "dsd": "desde", "depto": "departamento",
        "compu": "computadora", "refri": "refrigerador", "tele": "television", "cel": "celular", "celu": "celular",
        "la manana": "lamanana", "esta manana": "estamanana",
    },
    joined=tuple(f"{the} {morning}" for the in ("la", "esta") for morning in ("mañana", "manana", "man\u0303ana")),
)  # fmt: skip

_AR = "ar arme arte arle arlo arla arse arnos arles arlos arlas ando andome andole andolo ado ados ada adas aron aste amos aba aban"
_AR += " abamos are ara aran aremos aria arian ariamos acion aciones amiento amientos"
_ER = "er erme erte erle erlo erla erse ernos erles erlos erlas iendo iendome ido idos ida idas ieron iste imos ia ian iamos ere era eran"
_ER += " eremos eria erian io iera ieran"
_IR = "ir irme irte irle irlo irla irse irnos irles irlos irlas ire ira iran iremos iria irian icion iciones imiento imientos"

CONTENT = ContentWords(
    stop=frozenset(
        """yo tu vos usted ustedes vosotros nosotros el ella ellos ellas ello me te se nos os le les lo la los las mi mis su sus tus nuestro
        nuestra nuestros nuestras vuestro vuestra suyo suya mio mia tuyo tuya un una unos unas uno al del de a ante bajo con contra desde
        durante en entre hacia hasta para por segun sin sobre tras y e o u ni que quien quienes cual cuales cuyo como cuando donde cuanto
        cuanta cuantos cuantas porque pues si no mas menos muy mucho mucha muchos muchas muchisimo tan tanto tanta tantos tantas poco poca
        pocos pocas todo toda todos todas algo alguien alguno alguna algunos algunas algun nada nadie ninguno ninguna ningun otro otra otros
        otras mismo misma mismos mismas cada este esta estos estas esto ese esa esos esas eso aquel aquella aquello aqui aca ahi alli alla
        asi ya aun todavia siempre nunca jamas tambien tampoco solo solamente ahora ahorita luego despues antes entonces hoy ayer manana
        lamanana estamanana anoche tarde tardes noches temprano pronto bien mal mejor peor bueno buena buenos buenas buen gran grande vale
        okay claro exacto correcto cierto verdad supuesto acuerdo favor gracias hola adios senor senora senorita don dona caballero dama
        joven mire mira miren oiga oye disculpe disculpa disculpas disculpar disculpen disculpenos perdon perdone perdona perdonar perdones
        siento sentimos lamento lamentamos ser soy eres es somos son sois era eras eramos eran fui fue fuiste fueron sera seran seria sido
        siendo sea sean estar estoy estas estan estamos estais estaba estaban estuvo estuve estado estando este esten estara estaran estaria
        haber he has ha hemos habeis han habia habian hubo habra habran habria haya hayan hayamos haberle haberte haberlo hay tener tengo
        tienes tenes tiene tenemos teneis tienen tenia tenian tuvo tuve tuvieron tendra tendras tendran tendre tendremos tendria tenga
        tengan hacer hago haces hace hacemos hacen hizo hice hicieron hecho haciendo hara haran hare haria haga hagan poder puedo puedes
        podes puede podemos podeis pueden podia podian pudo pude pudieron podra podran podre podremos podria podrias podriamos pueda puedan
        ir voy vas va vamos vais van iba iban vaya vayan ido yendo ver veo ves ve vemos ven visto vio vi viendo vera veras veran decir digo
        dices decis dice decimos dicen dijo dije dijeron dicho diciendo dira diga digan digame dime dar doy das da damos dan dio di dieron
        dado dando dara daran dare querer quiero quieres queres quiere queremos quieren queria quisiera querria quiera quieras saber se
        sabes sabe sabemos saben sabia sabido deber debo debes debe debemos deben debia debio deberia deberias parece parecer parecio quedar
        queda quedo quedan llevar lleva llevas llevo llevamos llevan pasar pasa paso pasan pasado pasaron ocurre ocurrio ocurrido sucedio
        sucedido creo cree crees creer entiendo entiende entendi entendido entendemos comprendo comprende comprendemos imagino imagina noto
        veamos dejeme dejame permitame permita espere espera tal vez veces quiza quizas aunque sino pero sin embargo ademas incluso ambos
        primer primero primera segundo segunda tercer tercero tercera cuarta quinta ultimo ultima proximo proxima siguiente lunes martes
        miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre dia
        dias hora horas minuto minutos semana semanas mes meses ano anos momento momentito rato ratito vez cosa cosas tema lado parte manera
        forma caso nombre apellido numero datos correo telefono direccion ayudar ayuda ayudarle ayudarte ayudo atencion contacto llamar
        llamo llame llamado llamaron llamada llamadas poner pone puso pongo ponerme realmente sinceramente totalmente perfectamente
        completamente bastante super enorme sumamente demasiado apenas casi media medio cero dos tres cuatro cinco seis siete ocho nueve
        diez once doce trece catorce quince veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien mil gusto paciencia
        persona gente alta pena igual seguro segura""".split()
    ),
    irregular={
        "roto": "romper", "rota": "romper", "rotos": "romper", "rotas": "romper", "devuelto": "devolver", "devuelta": "devolver",
        "devuelve": "devolver", "devuelven": "devolver", "devuelvo": "devolver", "devolucion": "devolver", "devoluciones": "devolver",
        "pierde": "perder", "pierdo": "perder", "pierden": "perder", "perdida": "perder", "cae": "caer", "cayo": "caer", "caido": "caer",
        "caida": "caer", "cayeron": "caer", "luces": "luz", "conexion": "conectar", "entrega": "entregar", "entregas": "entregar",
        "cobro": "cobrar", "cobros": "cobrar", "cobre": "cobrar", "pago": "pagar", "pagos": "pagar", "cuelga": "colgar",
        "cuelgan": "colgar", "cuelguen": "colgar", "vuelo": "volar", "vuelos": "volar", "murio": "morir", "muerto": "morir",
        "sirve": "servir", "sirvio": "servir", "prueba": "probar", "mojo": "mojar", "enviaron": "enviar", "envio": "enviar",
        "cierre": "cerrar", "cierra": "cerrar", "corte": "cortar", "cortes": "cortar", "plata": "dinero", "dolor": "doler",
        "duele": "doler", "movil": "celular", "mail": "correo", "viene": "venir", "vino": "venir", "vinieron": "venir", "vengan": "venir",
        "pidio": "pedir", "pido": "pedir", "pidieron": "pedir", "mentira": "mentir", "mintieron": "mentir", "mintio": "mentir",
        "miente": "mentir", "mienten": "mentir", "espera": "esperar", "espere": "esperar", "esperas": "esperar", "averia": "averiar",
        "averias": "averiar",
    },
    endings=tuple(
        sorted({*_AR.split(), *_ER.split(), *_IR.split(), *"os as es an en a e i o s".split()}, key=lambda end: (-len(end), end))
    ),
    finals=(("qu", "c", 4), ("gu", "g", 4)),
    numbers={word: str(number) for word, number in NUMBERS.items() if " " not in word}
    | {str(number): str(number) for number in range(100)}
    | {"un": "1", "una": "1", "media": "½", "medio": "½"},
    ordinals={"doble": "2", "segunda": "2", "segundo": "2", "tercera": "3", "tercer": "3", "tercero": "3", "cuarta": "4", "cuarto": "4",
              "quinta": "5", "sexta": "6"},
    units=UNITS,
)  # fmt: skip

SOUNDS = Sounds(
    mute="aeiouh",
    spelled=(
        ("ll", "y"), ("qu", "k"), ("gue", "ge"), ("gui", "gi"), ("ce", "se"), ("ci", "si"), ("ge", "je"), ("gi", "ji"), ("c", "k"),
        ("z", "s"), ("x", "s"), ("v", "b"), ("h", ""), ("d", "t"), ("p", "b"),
    ),
    endings_tell=True,
)  # fmt: skip

EVERYDAY = frozenset(
    """ahora algunos antes ayuda bueno buenos cambio cambios casas cierto claro clase cliente clientes color comida compra compras contar
    correo cosas cuatro cuenta cuentas cuesta datos dejar desde dinero ejemplo empresa entre error escribe espacio estado estados forma
    formas fuera grande grupo hablar hasta hecho hogar hombre horas jueves juego junto largo listo lista llave lugar luego lunes lleva llevo
    malo manera martes mayor medio mejor menos mesas meses mismo momento mucho mucha mujer mundo nadie nuevo nueva numero nunca otras otros
    oferta ofertas orden padre padres palabra pareja parte partes pasada pasado paseo pedido pedidos pegar pensar pesar peso pesos plaza
    pocas pocos poner precio precios primera primero prisa problema producto promesa prueba puerta punto puntos quedar queja quejas razon
    recibo regla reglas resto rueda ruedas saber salir salida salud segundo semana senal serie servicio sillas sitio sobre solas sueldo
    sueno suerte tarde tardes tarjeta tarjetas tecnico tengo tiempo tienda tiendas tipos todas todos trabajo tramo trato tratar unica unico
    valor varias varios verano vecino venta ventas viaje viajes viejo vista vuelta""".split()
)

"""No regular expression of ours takes longer than a text's length allows, whatever the text: each is fed long repeats made from itself.

For each expression the pieces of which it consists are repeated, alone and in pairs, after a beginning that it matches; what takes longest
is made long. One that goes back and forth over its text (ReDoS) takes seconds then, all others some hundredths.
"""

import ast
import importlib
import random
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest

import companion
from companion.core.detect import Judge
from companion.core.events import Utterance
from companion.core.session import Session
from companion.rules.load import load, shipped_folder
from tests.faults.size import times

SHORT, LONG = 400, 50_000  # characters; the longest text that is taken of anybody is twice as long
MOST = 1.0  # seconds of this thread for the long one; what goes on linearly takes less than 0.1
WORST = 3  # of the short ones are made long
PAIRS = times(60, 1500)

OURS = {"companion.report.plots": "reads drawings that matplotlib made just before, and that escape whatever was said"}
"""Modules whose expressions see nothing of a stranger's making."""

Found = tuple[re.Pattern[Any], Callable[[Any], object]]


def found() -> dict[str, Found]:
    """All expressions of the package, by where they stand, and how each is used."""
    all_: dict[str, Found] = {}
    for path in sorted(Path(companion.__file__).parent.rglob("*.py")):
        inside = path.relative_to(Path(companion.__file__).parent).with_suffix("")
        name = ".".join(("companion", *inside.parts))
        if path.name in ("__init__.py", "__main__.py") or inside.parts[0] == "data" or name in OURS:
            continue
        module = importlib.import_module(name)
        text = path.read_text(encoding="utf-8")
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns(value)):
                ways = set(re.findall(rf"\b{re.escape(name)}\.(\w+)\(", text))
                all_.setdefault(f"{module.__name__}.{name}{number or ''}", (pattern, _way(pattern, ways)))
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and ast.unparse(call.func) != "re.compile":
                way = ast.unparse(call.func).removeprefix("re.")
                flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
                flags = flags or (call.args[-1] if ast.unparse(call.args[-1]).startswith("re.") else None)
                try:
                    pattern = re.compile(_value(call.args[0], module), _value(flags, module) if flags is not None else 0)
                except (NameError, TypeError):  # put together where it is used
                    continue
                all_.setdefault(f"{module.__name__}:{call.lineno}", (pattern, _way(pattern, {way})))
    return all_ | dict(of_checklists())


def of_checklists() -> Iterator[tuple[str, Found]]:
    """Those that are made when a checklist is read and a call is judged by it, of the languages that there are."""
    for module in [module for name, module in sys.modules.items() if name.startswith("companion.")]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    made: list[tuple[str, re.Pattern[Any]]] = []
    compile = re.compile

    def recorded(pattern: Any, flags: Any = 0) -> re.Pattern[Any]:
        caller = sys._getframe(1)
        made.append((f"{caller.f_globals['__name__']}:{caller.f_lineno}", compile(pattern, flags)))
        return made[-1][1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(re, "compile", recorded)
        for path in sorted(shipped_folder().glob("*.yaml")):
            checklist = load(path)
            session = Session(checklist, Judge(checklist), call="7")
            for speaker in ("agent", "customer"):
                text = "Mr. Smith, my name is Ann. I am sorry! We will call you by Friday."
                session.receive(Utterance(speaker=speaker, text=text, start=0.0, end=1.0), 1000)  # type: ignore[arg-type]
    places = Counter[str]()
    for place, pattern in made:
        if place.startswith("companion."):
            places[place] += 1
            yield f"{place}#{places[place]}", (pattern, _way(pattern, set()))


def _value(node: ast.expr, module: object) -> Any:
    return eval(compile(ast.Expression(node), "", "eval"), dict(vars(module)))


def _patterns(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 4:
        for one in value.values():
            yield from _patterns(one, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < 4:
        for one in value:
            yield from _patterns(one, depth + 1)


def _way(pattern: re.Pattern[Any], ways: set[str]) -> Callable[[Any], object]:
    if ways and ways <= {"fullmatch", "match"}:
        return pattern.fullmatch if ways == {"fullmatch"} else pattern.match
    return lambda text: sum(1 for _ in pattern.finditer(text))


def pieces(pattern: re.Pattern[Any]) -> tuple[list[str], list[str], list[str]]:
    """Of what an expression consists: its characters, what it repeats, and texts that it may match."""
    letters: dict[str, None] = {}
    repeated: dict[str, None] = {}

    def one(found: Any) -> list[str]:
        """Texts for a part of the expression, a few of all there are."""
        texts = [""]
        for code, about in found:
            if code in (codes.LITERAL, codes.NOT_LITERAL):
                more = [chr(about) if code is codes.LITERAL else "x"]
            elif code is codes.ANY:
                more = ["x"]
            elif code is codes.IN:
                more = ["x"] if about[0][0] is codes.NEGATE else [_of_class(kind, what) for kind, what in about]
            elif code is codes.SUBPATTERN:
                more = one(about[3])
            elif code is codes.ATOMIC_GROUP:
                more = one(about)
            elif code is codes.BRANCH:
                more = [text for branch in about[1] for text in one(branch)[:2]]
            elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
                inner = one(about[2])
                repeated.update(dict.fromkeys(inner[:6]))
                more = [text * max(about[0], 1) for text in inner[:3]]
            else:
                if code in (codes.ASSERT, codes.ASSERT_NOT):
                    one(about[1])
                continue
            letters.update(dict.fromkeys(text for text in more if len(text) == 1))
            texts = list(islice((text + end for text in texts for end in more), 12))
        return texts

    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = one(parser.parse(text, pattern.flags & ~(re.UNICODE if isinstance(pattern.pattern, bytes) else 0)))
    return list(letters), [text for text in repeated if text], [text for text in whole if text]


def _of_class(kind: Any, what: Any) -> str:
    if kind is codes.LITERAL:
        return chr(what)
    if kind is codes.RANGE:
        return chr(what[0])
    return "1" if "DIGIT" in str(what) else " " if "SPACE" in str(what) else "a"


def seconds(pattern: re.Pattern[Any], use: Callable[[Any], object], start: str, pump: str, size: int) -> float:
    """How long this thread is busy with so long a text, which at its end turns out not to match."""
    text = start + pump * (size // len(pump)) + "\0"
    given = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    begin = time.thread_time()
    use(given)
    return time.thread_time() - begin


EVERY = found()


def test_they_are_found() -> None:
    assert len(EVERY) > 80
    assert {"companion.speech.redact._TROUBLE", "companion.speech.figures._FIGURES"} < set(EVERY)
    assert {place.partition(":")[0] for place in EVERY} >= {"companion.core.naming", "companion.core.words"}  # made of a language


@pytest.mark.parametrize("place", EVERY)
def test_no_text_takes_longer_than_its_length(place: str) -> None:
    pattern, use = EVERY[place]
    letters, repeated, whole = pieces(pattern)
    pairs = ["".join(pair) for pair in product(letters[:40], letters[:40])]
    pairs = random.Random(place).sample(pairs, min(PAIRS, len(pairs)))
    starts = list(dict.fromkeys(["", *(text[:part] for text in whole[:3] for part in (1, len(text)))]))
    begun = [text[:part] for text in whole[:4] for part in range(2, min(len(text), 20))]
    tried = [(start, pump) for start in starts for pump in dict.fromkeys([*letters[:80], *repeated, *whole, *begun, *pairs])]
    for start, pump in tried:
        assert seconds(pattern, use, start, pump, 24) < MOST, (start, pump, "grows beyond all bounds")
    worst = sorted(tried, key=lambda attack: -seconds(pattern, use, *attack, SHORT))[:WORST]
    for start, pump in worst:
        needed = seconds(pattern, use, start, pump, SHORT * 10)
        if needed > MOST / 500:  # of what is linear only the slowest; then a hundredfold time for a tenfold text shows
            needed = seconds(pattern, use, start, pump, LONG)
        assert needed < MOST, f"{place}: {needed:.1f} s for {LONG:,} characters: {start!r} and then {pump!r} again and again"


@pytest.mark.parametrize(("text", "pump"), [(r"\s+$", " "), (r"\x9d[^\x07]*\x07", "\x9d"), (r"(?:1+'?)+x", "1")])
def test_one_that_goes_back_and_forth_would_be_seen(text: str, pump: str) -> None:
    pattern = re.compile(text)
    letters, repeated, _ = pieces(pattern)
    assert pump in {*letters, *repeated}
    size = 20 if "+'" in text else LONG // 5
    assert seconds(pattern, _way(pattern, set()), "x", pump, size) > MOST / 100

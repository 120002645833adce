"""The house keeps its shape: every module has its tests, files stay small, the core and the command line stay light.

Who may import whom is checked by import-linter (contracts in pyproject.toml, run by `make check`).
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "companion"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"].get("companion", {})

HEAVY = {
    "textual",
    "vosk",
    "numpy",
    "asyncio",
    "socket",
    "yaml",
    "click",
    "soundfile",
    "soxr",
    "websockets",
    "requests",
    "matplotlib",
    "jinja2",
    "platformdirs",
    "aiohttp",
    "sqlalchemy",
}


def modules() -> Iterator[Path]:
    """The package's modules, relative to its root; `__init__` files and data left out."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if path.name != "__init__.py" and inside.parts[0] != "data":
            yield inside


def sources() -> list[Path]:
    """All our Python files."""
    return [path for folder in ("companion", "tests", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]


def loaded_by(code: str) -> set[str]:
    """The modules that are loaded when a fresh interpreter has run `code`."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint(chr(10) + 'LOADED', *sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_every_module_has_its_test_file() -> None:
    without: dict[str, str] = SETTINGS.get("without-own-tests", {})
    missing = [
        module.as_posix()
        for module in modules()
        if not (ROOT / "tests" / module.parent / f"test_{module.name}").is_file() and module.as_posix() not in without
    ]
    assert missing == []
    assert [name for name in without if not (PACKAGE / name).is_file()] == []  # an exception for what is not there
    assert all(len(reason) > 20 for reason in without.values())


def test_every_test_file_has_its_module() -> None:
    """But for those of faults, which no single module has to answer for."""
    about_the_whole: list[str] = SETTINGS.get("tests-of-the-whole", [])
    stray = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        inside = path.relative_to(ROOT / "tests")
        module = PACKAGE / inside.parent / inside.name.removeprefix("test_")
        if inside.parts[0] != "faults" and not module.is_file() and inside.as_posix() not in about_the_whole:
            stray.append(inside.as_posix())
    assert stray == []


def test_every_module_says_what_belongs_there() -> None:
    silent = [str(path) for path in sources() if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_every_public_name_has_a_docstring() -> None:
    silent = []
    for module in modules():
        tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(f"{module}:{node.lineno}: {node.name}")
    assert silent == []


def test_no_file_gets_away() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in sources() if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert long == {}


def test_modules_are_named_for_what_they_are() -> None:
    words = re.compile(r"(^|_)(manager|handler|utils?|helpers?|base|common|misc)(_|$)")
    assert [str(module) for module in modules() if words.search(module.stem)] == []


@pytest.mark.parametrize("room", ["core", "rules", "sources/protocols"])
def test_nothing_waits_where_time_is_an_argument(room: str) -> None:
    folders = [PACKAGE / room, ROOT / "tests" / room]
    waits = [str(path) for folder in folders for path in sorted(folder.rglob("*.py")) if "sleep(" in path.read_text(encoding="utf-8")]
    assert waits == []


def test_the_core_brings_nothing_heavy_along() -> None:
    every = "import importlib, pkgutil, companion.core as core\n"
    every += "for module in pkgutil.iter_modules(core.__path__, 'companion.core.'): importlib.import_module(module.name)"
    loaded = loaded_by(every)
    assert "companion.core.session" in loaded
    assert loaded & HEAVY == set()
    assert {name for name in loaded if name.startswith("companion.") and not name.startswith("companion.core")} == {"companion.errors"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["live", "--help"],
        ["log", "--help"],
        ["report", "--help"],
        ["followups", "--help"],
        ["checklist", "try", "--help"],
    ],
)
def test_help_is_quick(arguments: list[str]) -> None:
    run = f"import sys\nsys.argv = ['companion', *{arguments!r}]\nfrom companion.cli import main\n"
    loaded = loaded_by(run + "try: main()\nexcept SystemExit as end: assert not end.code, end.code")
    assert "companion.cli" in loaded
    assert loaded & (HEAVY - {"click", "socket", "platformdirs"}) == set()


def test_a_file_is_judged_without_what_dials_and_draws() -> None:
    loaded = loaded_by("import companion.wiring.headless, companion.speech.vosk, companion.sources.files")
    assert "soundfile" in loaded
    assert loaded & {"click", "rich", "sqlalchemy", "textual", "websockets"} == set()


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "companion", "--version"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+", done.stdout)


def test_the_core_is_pure_without_its_linter_too() -> None:
    outside = re.compile(
        r"^\s*(?:import|from)\s+(os|io|sys|time|random|socket|asyncio|threading|logging|pathlib|subprocess)\b", re.MULTILINE
    )
    assert [path.name for path in (PACKAGE / "core").glob("*.py") if outside.search(path.read_text(encoding="utf-8"))] == []


HOMES = {
    "click": {"cli"},
    "rapidfuzz": {"core"},
    "numpy": {"sources", "speech"},
    "soxr": {"speech"},
    "vosk": {"speech"},
    "requests": {"speech"},
    "soundcard": {"sources"},
    "soundfile": {"sources", "doctor.py"},  # doctor asks it which formats it reads
    "websockets": {"sources", "net", "broadcast"},
    "aiohttp": {"sources", "web.py"},
    "textual_serve": {"web.py"},
    "nats": {"broadcast"},
    "nkeys": {"broadcast"},
    "sqlalchemy": {"sinks"},
    "pyarrow": {"sinks"},
    "yaml": {"rules"},
    "textual": {"tui"},
    "rich": {"tui", "console.py", "report"},  # it comes with textual
    "platformdirs": {"config.py"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
    "icalendar": {"report"},
}


def test_every_library_is_at_home_in_its_room() -> None:
    found: dict[str, set[str]] = {library: set() for library in HOMES}
    for module in modules():
        for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for library in {name.split(".")[0] for name in names} & set(HOMES):
                found[library].add(module.parts[0])
    assert {library: rooms - HOMES[library] for library, rooms in found.items() if rooms - HOMES[library]} == {}
    assert [library for library, rooms in found.items() if not rooms] == []

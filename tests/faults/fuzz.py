"""Fuzzing by coverage, with atheris: bytes that reach new code are changed further. `make fuzz` runs every target.

    python -m tests.faults.fuzz [--seconds 60] [TARGET …]

Each target has a process of its own. It begins with what is kept in tests/faults/corpus and with the recorded conversations, ends at the
first fault, and leaves the input in the corpus under the fault's name (`crash-…`), where the ordinary tests find it. What reached new
code without a fault is merged into the corpus: the smallest files that cover as much, no more than `KEPT` of `LARGEST` bytes.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
RECORDINGS = Path(__file__).parents[1] / "recordings"

_FOUND = re.compile("[0-9a-f]{12}")

KEPT = 100
LARGEST = 2048
LONGEST = 10
"""Seconds that one input may take; instrumented code is some ten times slower."""


def seeds(name: str) -> list[Path]:
    """Where a target's fuzzing begins."""
    recorded = [path for path in RECORDINGS.glob("*.txt") if path.stem == name or path.stem in _ALSO.get(name, ())]
    return sorted(recorded) + sorted((CORPUS / name).glob("*"))


_ALSO = {
    "twilio": ("telnyx", "plivo", "exotel"),
    "freeswitch": ("jambonz",),
    "asterisk": ("asterisk_json", "asterisk_ulaw"),
    "audiosocket": ("audiosocket_16k",),
    "vonage": ("vonage_video", "vonage_wsbridge"),
    "mapping": ("transcript",),
}


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own, and keep what it found. False: there is a fault."""
    with tempfile.TemporaryDirectory() as folder:
        begin, found, merged = (Path(folder) / part for part in ("begin", "found", "merged"))
        for path in (begin, found, merged):
            path.mkdir()
        for number, path in enumerate(seeds(name)):
            shutil.copy(path, begin / str(number))
        (CORPUS / name).mkdir(parents=True, exist_ok=True)
        here = Path(folder) / "fuzz"  # to merge, libFuzzer starts its own first argument again
        here.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.faults.fuzz --inside {name} "$0" "$@"\n')
        here.chmod(0o700)
        limits = [
            f"-max_len={LARGEST * 2}",
            f"-timeout={LONGEST}",
            "-rss_limit_mb=2048",
            f"-artifact_prefix={CORPUS / name}/",
            "-verbosity=0",
        ]
        status = subprocess.run([here, *limits, f"-max_total_time={seconds}", found, begin], check=False).returncode
        subprocess.run([here, *limits, "-merge=1", merged, begin, found], check=True, stderr=subprocess.DEVNULL)
        _keep(name, sorted(merged.iterdir(), key=lambda path: (path.stat().st_size, path.name)))
    return status == 0


def _keep(name: str, merged: list[Path]) -> None:
    for path in (CORPUS / name).glob("*"):
        if _FOUND.fullmatch(path.name):  # faults, and what somebody wrote, stay
            path.unlink()
    for path in [path for path in merged if path.stat().st_size <= LARGEST][:KEPT]:
        content = path.read_bytes()
        (CORPUS / name / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)


def inside(name: str, arguments: list[str]) -> None:
    """In the target's own process: until time is up, or a fault is found; the arguments are libFuzzer's, the first the program itself."""
    import atheris

    with atheris.instrument_imports(include=["companion"]):
        from tests.faults.targets import TARGETS
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--seconds", type=int, default=60)
    args = parser.parse_args()
    from tests.faults.targets import TARGETS

    unknown = [name for name in args.targets if name not in TARGETS]
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    faulty = [name for name in args.targets or TARGETS if not fuzz(name, args.seconds)]
    if faulty:
        print(f"faults in {', '.join(faulty)}: see the tracebacks above, and crash-… in {os.path.relpath(CORPUS)}", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    else:
        main()

"""What companion ships with: a bill of materials (CycloneDX), a look at its licences, and an audit for known vulnerabilities.

    python tools/supply_chain.py bill build/sbom.json
    python tools/supply_chain.py audit

Looked at is what `pip install companion` with every extra installs, as it is in this environment, and not what only developers need.
`cyclonedx-py` and `pip-audit` are found beside this Python or in its folder `supply` (`make sbom audit` puts them there).
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent

FINE = re.compile(r"\b(?:MIT|0?BSD|Apache|ISC|PSF|Python|MPL|Mozilla|LGPL|Lesser|Zlib|CC0|Unlicense|HPND)", re.IGNORECASE)
"""Licences that an MIT program may use as libraries: permissive ones, and those that ask only for changes to themselves."""

NOT_FINE = re.compile(r"\b(?:AGPL|GPL|SSPL|GNU (?:Affero )?General|Proprietary|Commercial|BUSL)", re.IGNORECASE)


def key(name: str) -> str:
    """A package's name as all spellings of it are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def shipped() -> dict[str, metadata.Distribution]:
    """All packages that a user with every extra has, but for companion itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [needed for extra, needed in project["optional-dependencies"].items() if extra not in ("dev", "fuzz")]
    wanted = [Requirement(line) for line in [*project["dependencies"], *(line for needed in extras for line in needed)]]
    found: dict[str, metadata.Distribution] = {}
    taken: set[tuple[str, str]] = set()
    while wanted:
        need = wanted.pop()
        for extra in ("", *need.extras):
            if (key(need.name), extra) in taken or key(need.name) == "companion":
                continue
            taken.add((key(need.name), extra))
            try:
                package = found[key(need.name)] = metadata.distribution(need.name)
            except metadata.PackageNotFoundError:
                raise SystemExit(f"supply chain: {need.name} is not installed; run this where 'companion[dev]' is") from None
            for line in package.requires or ():
                further = Requirement(line)
                if further.marker is None or further.marker.evaluate({"extra": extra}):
                    wanted.append(further)
    return found


def licence(package: metadata.Distribution) -> str:
    """What a package says of its licence."""
    told: Any = package.metadata
    kinds = [line.rpartition("::")[2].strip() for line in told.get_all("Classifier", []) if line.startswith("License")]
    return str(told.get("License-Expression") or ", ".join(kinds) or (told.get("License") or "").split("\n")[0])


def unfit(licences: dict[str, str]) -> list[str]:
    """A line for each package whose licence does not go with ours, or is none that we know."""
    wrong = [name for name, text in licences.items() if NOT_FINE.search(text) or not FINE.search(text)]
    return [f"{name}: licence {licences[name] or 'unknown'!r}: does not go with MIT, or is not known to" for name in sorted(wrong)]


def bill(out: Path) -> list[str]:
    """Write the bill of materials; what is wrong with a licence."""
    packages = shipped()
    command = [
        str(tool("cyclonedx-py")),
        "environment",
        "--no-validate",
        "--output-reproducible",
        "--pyproject",
        str(ROOT / "pyproject.toml"),
    ]
    done = subprocess.run([*command, sys.executable], check=True, capture_output=True, text=True)
    whole = json.loads(done.stdout)
    whole["components"] = [part for part in whole["components"] if key(part["name"]) in packages]
    kept = {part["bom-ref"] for part in whole["components"]} | {whole["metadata"]["component"]["bom-ref"]}
    whole["dependencies"] = [
        {**line, "dependsOn": [ref for ref in line.get("dependsOn", ()) if ref in kept]}
        for line in whole["dependencies"]
        if line["ref"] in kept
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{out}: {len(whole['components'])} packages, CycloneDX {whole['specVersion']}")
    if len(whole["components"]) != len(packages):
        return [f"{out}: {len(packages)} packages are shipped"]
    return unfit({name: licence(package) for name, package in packages.items()})


def audit() -> list[str]:
    """Ask the vulnerability service about each package; what is wrong. Where it does not answer, that is said, and nothing is wrong."""
    packages = {name: package.version for name, package in shipped().items()}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as asked:
        asked.writelines(f"{name}=={version}\n" for name, version in packages.items())
        asked.flush()
        command = [str(tool("pip-audit")), "--format", "json", "--progress-spinner", "off", "--no-deps", "--disable-pip", "-r", asked.name]
        done = subprocess.run(command, capture_output=True, text=True)
    try:
        answered = json.loads(done.stdout)["dependencies"]
    except ValueError:
        answered = []
    return judged(answered, len(packages))


def judged(answered: list[dict[str, Any]], count: int) -> list[str]:
    """What the answers of pip-audit mean for `count` packages: a line for each that is vulnerable or was left out."""
    known = [one for one in answered if "vulns" in one and "skip_reason" not in one]
    if not known:
        print(f"audit: NOTHING WAS AUDITED: the vulnerability service is away, or knows none of {count} packages", file=sys.stderr)
        return []
    wrong = [f"{one['name']}: not audited: {one['skip_reason']}" for one in answered if "skip_reason" in one]
    for one in known:
        for hole in one["vulns"]:
            mended = ", ".join(hole.get("fix_versions", ())) or "no version"
            wrong.append(f"{one['name']} {one['version']}: {hole['id']}, mended in {mended}")
    print(f"audit: {len(known)} of {count} packages audited, {sum(bool(one['vulns']) for one in known)} vulnerable")
    return wrong


def tool(name: str) -> Path:
    """Where a program is."""
    beside = Path(sys.executable).parent
    return next((path for path in (beside.parent / "supply" / "bin" / name, beside / name) if path.is_file()), Path(name))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["bill", place]:
            faults = bill(Path(place))
        case ["audit"]:
            faults = audit()
        case _:
            raise SystemExit("supply chain: say 'bill FILE' or 'audit'")
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(bool(faults))

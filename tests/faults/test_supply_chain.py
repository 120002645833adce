"""What is said of the packages that we ship: a hole fails, silence is told, and a licence must be known."""

import pytest

from tools import supply_chain as supply

FINE = {"name": "click", "version": "8.1", "vulns": []}


def test_a_hole_fails_and_so_does_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    hole = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}, {"id": "PYSEC-2", "fix_versions": []}]}
    left_out = {"name": "new", "skip_reason": "not found"}
    wrong = ["new: not audited: not found", "old 1: PYSEC-1, mended in 2", "old 1: PYSEC-2, mended in no version"]
    assert supply.judged([FINE, hole, left_out], 3) == wrong
    assert capsys.readouterr().out == "audit: 2 of 3 packages audited, 1 vulnerable\n"
    assert supply.judged([FINE], 1) == []


@pytest.mark.parametrize("answered", [[], [{"name": "click", "skip_reason": "not found"}]])
def test_silence_is_told(answered: list[dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert supply.judged(answered, 3) == []
    assert "NOTHING WAS AUDITED" in capsys.readouterr().err


def test_licences_that_go_with_ours() -> None:
    fine = {"a": "MIT", "b": "Apache-2.0 OR BSD-2-Clause", "c": "LGPL-3.0-only", "d": "GNU Lesser General Public License v3 (LGPLv3)"}
    assert supply.unfit(fine) == []
    wrong = {"a": "GPL-3.0-or-later", "b": "GNU General Public License v3 (GPLv3)", "c": "MIT AND Proprietary", "d": "", "e": "UNKNOWN"}
    assert [line.partition(":")[0] for line in supply.unfit(wrong)] == list("abcde")


def test_what_is_shipped_is_found_and_fit() -> None:
    shipped = supply.shipped()
    assert {"click", "numpy", "sqlalchemy", "jinja2", "nats-py"} < set(shipped)
    assert not {"companion", "pytest", "mypy"} & set(shipped)
    assert supply.unfit({name: supply.licence(package) for name, package in shipped.items()}) == []

"""A call's page on disk: beside others, never over them."""

import json
from pathlib import Path

from companion.wiring.keeping import keep


def test_a_page_and_its_summary_are_kept_and_never_overwritten(tmp_path: Path) -> None:
    assert keep(tmp_path / "new", "a/b", "# page\n", {"call": "a/b"}).startswith("saved: ")
    (first,) = (tmp_path / "new").glob("*.md")
    assert first.read_text() == "# page\n"
    assert json.loads(first.with_suffix(".json").read_text()) == {"call": "a/b"}
    assert ".2.md" in keep(tmp_path / "new", "a/b", "# other\n", {})
    assert first.read_text() == "# page\n"


def test_a_folder_that_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = keep(tmp_path / "file", "c", "x", {})
    assert "not saved: " in said
    assert "--journal" in said

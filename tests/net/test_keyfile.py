"""Whether a file of secrets has changed."""

from pathlib import Path

from companion.net.keyfile import stamp


def test_another_after_each_change_and_none_without_the_file(tmp_path: Path) -> None:
    path, new = tmp_path / "token", tmp_path / "new"
    assert stamp(path) is None
    path.write_text("one")
    before = stamp(str(path))
    assert before == stamp(path) is not None
    path.write_text("three")
    longer = stamp(path)
    assert longer != before
    new.write_text("seven")
    new.replace(path)
    assert stamp(path) not in (before, longer)

"""Sound is kept only where somebody asked for it."""

from pathlib import Path

from companion.speech.recogniser import Scripted
from companion.wiring.taping import taped


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    def make(call: str) -> Scripted:
        return Scripted([])

    options = {"privacy_keep_audio": str(tmp_path / "sound")}
    for recogniser, sound_kept in (taped(make, {}, print), taped(None, options, print)):
        assert recogniser in (make, None)
        assert not sound_kept("call-1", "call-1")
    assert list(tmp_path.iterdir()) == []
    recogniser, sound_kept = taped(make, options, print)
    assert recogniser is not None
    recogniser("call-1")
    assert sound_kept("call-1", "7")
    assert [path.name for path in (tmp_path / "sound").iterdir()] == ["7.wav"]

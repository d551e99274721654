"""What a stack needs before it starts."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.local.failure import CannotRun
from infra.local.settings import Ports, Settings
from infra.local.stack import running


def test_a_disk_without_room_is_told_in_one_line_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=3 * 10**8))
    said: list[str] = []

    with pytest.raises(CannotRun) as refused, running(Settings(Ports.counted_from(1024), state=tmp_path), said.append):
        pass

    assert str(refused.value) == f"A stack needs 1 GB in {tmp_path}, and 0.3 GB are free there: make room first."
    assert said == []
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]

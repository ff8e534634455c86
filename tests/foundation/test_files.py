"""Files are written atomically, and folders are locked against other processes."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from urbact_graph.files import LOCK_NAME, alone, write_whole


def test_a_file_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.txt"
    write_whole(path, b"content")
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_and_never_changed_in_place(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"the old and longer content")
    with path.open("rb") as reader:
        write_whole(path, b"new")
        assert reader.read() == b"the old and longer content"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")

    def failing(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, failing)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "file" / "below.txt", b"new")


def test_a_locked_folder_excludes_others(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    for _ in range(2):
        with alone(folder), (folder / LOCK_NAME).open("w") as other:
            (folder / "result").touch()
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (folder / LOCK_NAME).open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_new_folder_that_stays_empty_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with pytest.raises(ZeroDivisionError), alone(folder):
        raise ZeroDivisionError
    assert not folder.exists()
    folder.mkdir()
    with alone(folder):
        pass
    assert folder.exists()


@pytest.mark.process
def test_a_folder_that_was_removed_while_another_waited_is_made_again(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from urbact_graph.files import alone\n"
        "folder = Path(sys.argv[1])\n"
        "for _ in range(300):\n"
        "    with alone(folder): (folder / 'x').touch(exist_ok=False); (folder / 'x').unlink()"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "new")]
    with subprocess.Popen(command) as one, subprocess.Popen(command) as other:
        assert (one.wait(), other.wait()) == (0, 0)


def test_a_folder_that_was_removed_while_it_was_made_is_locked_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, make = tmp_path / "new", os.mkdir
    calls = []

    def mkdir(path: Path, mode: int = 0o777) -> None:
        calls.append(path)
        if len(calls) == 1:
            raise FileExistsError(path)
        make(path, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    with alone(folder):
        assert (folder / LOCK_NAME).exists()


@pytest.mark.process
def test_processes_hold_the_lock_one_after_the_other(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from urbact_graph.files import alone\n"
        "folder, count = Path(sys.argv[1]), Path(sys.argv[1]) / 'count'\n"
        "for _ in range(200):\n"
        "    with alone(folder): count.write_text(str(int(count.read_text()) + 1))"
    )
    (tmp_path / "count").write_text("0")
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command) as one, subprocess.Popen(command) as other:
        pass
    assert (one.returncode, other.returncode) == (0, 0)
    assert (tmp_path / "count").read_text() == "400"


def test_a_folder_that_cannot_be_locked_is_used_without_a_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    done = []
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "link"):
        with alone(folder):
            done.append(folder.name)
    assert done == ["file", "below", "link"]
    with pytest.raises(FileNotFoundError), alone(tmp_path / "file"):
        raise FileNotFoundError

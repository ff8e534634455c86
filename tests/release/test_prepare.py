"""From the sources to the current release: in this process, and by the program."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.commands import spoil
from tests.support.waiting import DEADLINE, until, until_gone
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.files import LOCK_NAME
from urbact_graph.progress import Progress
from urbact_graph.release import prepare as preparing
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.release.prepare import ViolationsError, prepare
from urbact_graph.release.process import prepare_command, writing_dumps
from urbact_graph.release.release import Release, current_release, read_release
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources


@pytest.fixture
def root(demo_sources: GraphSources, tmp_path: Path) -> Path:
    """Copy the sources of the demo, to change them."""
    return shutil.copytree(
        demo_sources.root, tmp_path / "graph", ignore=shutil.ignore_patterns("build")
    )


@pytest.fixture
def settings(root: Path) -> Settings:
    return Settings.load(sources=root)


@pytest.fixture
def prepared(root: Path, demo_release: Release) -> Release:
    """Copy the release of the demo, too, as it was prepared before."""
    locks = shutil.ignore_patterns(LOCK_NAME)
    shutil.copytree(demo_release.build_folder, root / "build", symlinks=True, ignore=locks)
    found = current_release(root / "build")
    assert found
    return found


class Stages:
    """Records the stages that are entered, and how many steps each reported."""

    def __init__(self) -> None:
        self.steps: dict[str, int] = {}

    @contextmanager
    def __call__(self, title: str) -> Iterator[Progress]:
        self.steps[title] = 0

        def report(_step: str, _done: int, _steps: int) -> None:
            self.steps[title] += 1

        yield report


@pytest.mark.slow
@pytest.mark.process
def test_the_graph_is_built_validated_and_released(
    settings: Settings, root: Path, demo_release: Release
) -> None:
    stages = Stages()
    release = prepare(settings, stages)
    assert list(stages.steps) == ["Building", "Validating", "Writing the release"]
    assert stages.steps["Building"] > 10
    assert current_release(root / "build") == release
    assert b"ValidationReport" in release.report.read_bytes()
    names = {path.name for path in release.dumps.iterdir()}
    assert names == {file.name for file in release.files}
    # By a process that wrote them while the graph was validated; without one they are the same.
    alone = {path.name: path.read_bytes() for path in demo_release.dumps.iterdir()}
    assert {path.name: path.read_bytes() for path in release.dumps.iterdir()} == alone
    assert not list((root / "build").glob(".dumps-*"))


@pytest.mark.slow
@pytest.mark.process
def test_a_lost_release_is_written_again(settings: Settings, root: Path, prepared: Release) -> None:
    files = {path.name: path.read_bytes() for path in prepared.dumps.iterdir()}
    shutil.rmtree(root / "build" / "releases")
    stages = Stages()
    second = prepare(settings, stages)
    assert list(stages.steps) == ["Building", "Writing the release"]
    assert {path.name: path.read_bytes() for path in second.dumps.iterdir()} == files


def test_what_is_known_is_not_done_again(
    settings: Settings, prepared: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(prepared.folder, (0, 0))

    def refuse(*_: object) -> None:
        raise AssertionError("the graph is validated again")

    monkeypatch.setattr(preparing, "validate_build", refuse)
    stages = Stages()
    assert prepare(settings, stages) == prepared
    assert stages.steps == {"Building": 0}
    assert prepared.folder.stat().st_mtime > 0, "it is in use again"


@pytest.mark.slow
@pytest.mark.process
def test_a_graph_with_violations_is_not_released(settings: Settings, root: Path) -> None:
    release = prepare(settings)
    spoil(root)
    with pytest.raises(ViolationsError) as raised:
        prepare(settings)
    assert not raised.value.report.conforms
    sentence = str(raised.value)
    assert sentence.startswith("The graph has violations: Network-")
    assert "at network/greenplace in data/networks/greenplace.ttl (" in sentence
    assert "`urbact-graph validate` lists all" in sentence
    assert current_release(root / "build") == release


def test_a_source_with_a_mistake_is_reported(settings: Settings, root: Path) -> None:
    (root / "data" / "people.ttl").write_text("<nonsense")
    with pytest.raises(SourceError, match=r"data/people\.ttl, line 1"):
        prepare(settings)
    assert not (root / "build" / "releases").exists()


@pytest.mark.slow
@pytest.mark.process
def test_calls_at_the_same_time_make_one_release(settings: Settings) -> None:
    start = threading.Barrier(3)
    found = []

    def run() -> None:
        start.wait()
        found.append(prepare(settings))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]


@pytest.mark.process
def test_dumps_that_cannot_be_written_are_an_error(tmp_path: Path, base: str) -> None:
    dataset = tmp_path / "wrong.nt"
    dataset.write_text("no triple\n")
    with (
        writing_dumps(dataset, "v", base, tmp_path) as dumps,
        pytest.raises(DatasetError, match=r"wrong\.nt is not N-Triples"),
    ):
        dumps.files()
    assert list(tmp_path.iterdir()) == [dataset]


@pytest.mark.process
def test_the_writing_of_dumps_ends_with_its_block(
    tmp_path: Path, demo_dataset: Path, base: str
) -> None:
    with pytest.raises(KeyError), writing_dumps(demo_dataset, "v", base, tmp_path):
        raise KeyError
    assert not list(tmp_path.iterdir())


# The program ----------------------------------------------------------------------------------


def run(settings: Settings, *, watched: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        prepare_command(settings, watched=watched),
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )


def test_the_command_says_all_settings(settings: Settings) -> None:
    command = prepare_command(settings)
    assert command[:3] == [sys.executable, "-m", "urbact_graph.release.prepare"]
    assert Settings(**json.loads(command[3])) == settings
    assert prepare_command(settings, watched=True) == [*command, "watched"]


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("watched", [True, False])
def test_the_program_prints_the_folder(settings: Settings, *, watched: bool) -> None:
    done = run(settings, watched=watched)
    assert (done.returncode, done.stderr) == (0, "")
    folder = Path(done.stdout.removesuffix("\n"))
    assert folder.is_absolute()
    assert read_release(folder) == prepare(settings)


@pytest.mark.process
@pytest.mark.slow
def test_the_program_prints_violations_as_a_table(settings: Settings, root: Path) -> None:
    spoil(root)
    watched = run(settings, watched=True)
    assert (watched.returncode, watched.stdout) == (1, "")
    assert "network/greenplace" in watched.stderr
    assert "data/networks/greenplace.ttl" in watched.stderr
    assert len(watched.stderr.splitlines()) > 3


@pytest.mark.slow
@pytest.mark.process
def test_the_program_prints_violations_as_a_sentence(settings: Settings, root: Path) -> None:
    spoil(root)
    plain = run(settings)
    assert (plain.returncode, plain.stdout) == (2, "")
    assert plain.stderr.startswith("The graph has violations: Network-")
    assert len(plain.stderr.splitlines()) == 1


@pytest.mark.process
@pytest.mark.parametrize(
    ("watched", "start"),
    [pytest.param(True, "Error: data/", marks=pytest.mark.slow), (False, "data/")],
)
def test_the_program_prints_an_error_in_a_sentence(
    settings: Settings, root: Path, start: str, *, watched: bool
) -> None:
    (root / "data" / "people.ttl").write_text("<nonsense")
    done = run(settings, watched=watched)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{start}people.ttl, line 1")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.process
def test_the_program_ends_with_the_process_that_started_it(settings: Settings, root: Path) -> None:
    # Reading it takes for ever.
    os.mkfifo(root / "data" / "endless.ttl")
    starter = (
        "import subprocess, sys; process = subprocess.Popen(sys.argv[1:]); "
        "print(process.pid, flush=True); process.wait()"
    )
    command = [sys.executable, "-c", starter, *prepare_command(settings)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        until((root / "build" / ".lock").exists, "the program is at work")
        parent.send_signal(signal.SIGKILL)
    until_gone(pid)


@pytest.mark.process
@pytest.mark.slow
def test_the_program_leaves_nothing_half_written_after_ctrl_c(
    settings: Settings, root: Path
) -> None:
    folder = root / "build"
    with subprocess.Popen(
        prepare_command(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        until(lambda: any(folder.glob(".dumps-*")), "the dumps are being written")
        program.send_signal(signal.SIGINT)
        # The terminal signals it, and the command that started it does so again.
        program.send_signal(signal.SIGINT)
        output, errors = program.communicate(timeout=DEADLINE)
    assert (program.returncode, output, errors) == (128 + signal.SIGINT, b"", b"")
    whole = {".lock", "build.json", "urbact-graph.nt", "validation.json", "validation.ttl"}
    derived = {"shapes-core.nt", "cooperation.json", *(f"{name}.table" for name in LAYOUTS)}
    assert {path.name for path in folder.iterdir()} <= whole | derived

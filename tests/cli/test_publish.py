"""``urbact-graph publish``."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.running import TRIPLES, write_dataset
from tests.support.commands import run
from tests.support.elsewhere import sitecustomize_folder
from tests.support.graph_store import (
    PASSWORD,
    USER,
    Answered,
    Asked,
    BrokenError,
    StoreServer,
    storing,
)
from tests.support.waiting import DEADLINE
from urbact_graph.cli import publish as module
from urbact_graph.files import alone
from urbact_graph.publishing.target import Target
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources

PACKAGE = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demo_sources: GraphSources) -> Path:
    """Return an empty build folder, in which the commands keep their notes."""
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(tmp_path / "build"))
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(demo_sources.root))
    return tmp_path / "build"


@pytest.fixture
def server() -> Iterator[StoreServer]:
    with storing(StoreServer()) as found:
        yield found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset.nt")


def publish(server: StoreServer, file: Path, *options: str, code: int = 0) -> tuple[str, str]:
    """Publish in small pieces; return what the command prints, and standard error."""
    arguments = (server.store, "--dataset", str(file), "--piece-bytes", "1600", *options)
    done = run("publish", *arguments, code=code)
    return done.stdout, done.stderr


def is_piece(asked: Asked) -> bool:
    return asked.what.endswith("/store") and bool(asked.body)


def test_the_release_is_published(
    monkeypatch: pytest.MonkeyPatch, server: StoreServer, demo_release: Release
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(demo_release.build_folder))
    done = run("publish", server.store, "--graph", "https://example.org/g", "--sample", "5")
    lines = demo_release.graph.read_text("utf-8").splitlines()
    assert {f"{statement} ." for statement in server.graph("https://example.org/g")} == set(lines)
    said = done.stdout.splitlines()
    assert said[0].startswith(f"Published {len(lines):,} triples (version {demo_release.version}; ")
    assert said[0].endswith(f" in the graph https://example.org/g of {server.store}, in one piece.")
    assert said[1].startswith(
        f"Checked by SPARQL at {server.address}/query: the count is right; comp"
    )
    assert said[1].endswith(" triples of 5 things.")
    assert said[2].startswith("Readers have the new graph as a whole")
    assert done.stderr == ""
    assert not list((demo_release.build_folder / "publishing").iterdir())


def test_credentials_come_from_the_environment_and_are_not_shown(
    server: StoreServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.wants = ["Basic realm=x"]
    _, errors = publish(server, file, code=2)
    assert "set URBACT_GRAPH_PUBLISH_USER and URBACT_GRAPH_PUBLISH_PASSWORD" in errors
    monkeypatch.setenv("URBACT_GRAPH_PUBLISH_USER", USER)
    monkeypatch.setenv("URBACT_GRAPH_PUBLISH_PASSWORD", PASSWORD)
    assert publish(server, file)[1] == ""
    monkeypatch.setenv("URBACT_GRAPH_PUBLISH_PASSWORD", "hush")
    assert "hush" not in publish(server, file, code=2)[1]
    monkeypatch.setenv("URBACT_GRAPH_PUBLISH_AUTHENTICATION", "kerberos")
    assert "must be none, basic, digest or bearer" in publish(server, file, code=2)[1]


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Let SIGINT interrupt, which is ignored in what a script runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupted_command_says_how_it_goes_on(
    place: Path, server: StoreServer, file: Path
) -> None:
    def rule(asked: Asked) -> Answered | None:
        if is_piece(asked) and len(server.sent("PUT", "POST")) == 2:
            # As a person who presses Ctrl-C in the meantime.
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        return None

    server.rule = rule
    output, errors = publish(server, file, code=130)
    assert output == ""
    assert errors.startswith("Note: 1.6 kB of ")
    assert errors.strip().endswith(" are in the store; the same command goes on there.")
    # Neither what was read is left, nor a lock that is held.
    (folder,) = (place / "publishing").iterdir()
    assert {entry.name for entry in folder.iterdir()} == {".lock", "state.json"}
    server.rule = lambda _: None
    output, errors = publish(server, file)
    assert errors.startswith("Note: Going on after 1.6 kB of ")
    assert len(server.graph()) == TRIPLES
    puts = server.sent("PUT")
    assert len(puts) == 1


def test_a_restart_sends_everything(server: StoreServer, file: Path) -> None:
    def rule(asked: Asked) -> Answered | None:
        return (400, {}, b"") if is_piece(asked) and server.sent("POST") else None

    server.rule = rule
    publish(server, file, code=2)
    server.rule = lambda _: None
    assert publish(server, file, "--restart")[1] == ""
    assert len(server.sent("PUT")) == 2


def test_a_difference_has_an_exit_code_of_its_own(server: StoreServer, file: Path) -> None:
    def after(asked: Asked) -> None:
        if asked.what.startswith("PUT"):
            server.data.update("INSERT DATA { <x:a> <x:b> 1 }")

    server.after = after
    output, errors = publish(server, file, "--in-place", code=1)
    assert output == ""
    assert "Error: In the default graph the store has " in errors
    assert "Error" not in errors.replace("Error: In", "", 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x"], "The address of the store cannot be 'x'; write an address such as"),
        (["http://a:b@h/"], "The address of the store holds credentials"),
        (["http://127.0.0.1:1/store"], "http://127.0.0.1:1/store?default does not answer ("),
        (["http://127.0.0.1:1/", "--graph", "a b"], "The graph cannot be called 'a b'"),
        (["http://127.0.0.1:1/", "--query-endpoint", "q"], "--query-endpoint cannot be 'q'"),
        (["http://127.0.0.1:1/", "--dataset", "none.nt"], "none.nt is no file; name an RDF file"),
        (["http://127.0.0.1:1/", "--piece-bytes", "1"], "Invalid value for '--piece-bytes'"),
        (["http://127.0.0.1:1/", "--timeout", "0"], "Invalid value for '--timeout'"),
    ],
)
def test_a_mistake_is_a_sentence(file: Path, arguments: list[str], sentence: str) -> None:
    given = arguments if "--dataset" in arguments else [*arguments, "--dataset", str(file)]
    errors = run("publish", *given, code=2).stderr
    assert errors.splitlines()[-1].startswith(f"Error: {sentence}")


def test_credentials_that_go_to_another_machine_in_the_clear_are_mentioned(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PUBLISH_TOKEN", "hush")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    errors = run("publish", "http://store.example/store", "--dataset", str(file), code=2).stderr
    assert errors.startswith("Note: The credentials go to another machine without encryption")


@pytest.mark.process
def test_it_works_without_what_only_linux_has(server: StoreServer, file: Path) -> None:
    def rule(asked: Asked) -> Answered | None:
        if is_piece(asked) and asked.number == 0 and asked.what.startswith("POST"):
            raise BrokenError
        return None

    server.rule = rule
    paths = [str(sitecustomize_folder()), str(PACKAGE), os.environ["PYTHONPATH"]]
    options = ("--dataset", str(file), "--piece-bytes", "1600")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "urbact_graph", "publish", server.store, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        timeout=DEADLINE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "in 1" not in done.stdout
    assert len(server.graph()) == TRIPLES


def test_without_a_sample_the_count_is_checked(server: StoreServer, file: Path) -> None:
    assert (
        publish(server, file, "--sample", "0")[0].splitlines()[1].endswith(": the count is right.")
    )


@pytest.mark.parametrize("restart", [True, False])
def test_what_has_arrived_of_another_dataset_is_not_counted(
    server: StoreServer, file: Path, restart: bool
) -> None:
    def rule(asked: Asked) -> Answered | None:
        return (400, {}, b"") if is_piece(asked) and server.sent("POST") else None

    server.rule = rule
    assert " are in the store; the same" in publish(server, file, code=2)[1]
    server.rule = lambda asked: (301, {"Location": "/"}, b"") if asked.what[:4] == "HEAD" else None
    assert " are in the store; the same" in publish(server, file, code=2)[1]
    write_dataset(file, 50)
    options = ("--restart",) if restart else ()
    assert "are in the store" not in publish(server, file, *options, code=2)[1]


def test_another_command_that_publishes_there_is_waited_for(
    place: Path, server: StoreServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / "publishing" / Target(server.store).key
    is_held, is_free = threading.Event(), threading.Event()

    def hold() -> None:
        with alone(folder):
            is_held.set()
            is_free.wait(DEADLINE)

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait(DEADLINE)
    say = module._say_waiting

    def say_and_end() -> None:
        say()
        is_free.set()

    monkeypatch.setattr(module, "_say_waiting", say_and_end)
    errors = publish(server, file)[1]
    thread.join()
    assert errors == "Note: Another command publishes there; waiting until it has ended.\n"


def test_a_disk_without_room_is_named(
    place: Path, server: StoreServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if mode == "ab":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened(path, mode, *arguments, **named)

    monkeypatch.setattr(Path, "open", full)
    errors = publish(server, file, code=2)[1]
    assert errors.startswith(f"Error: {place}")
    assert "cannot be written (No space left on device); make room there, or name an" in errors
    assert server.asked == []

"""The line from ``urbact-graph reload`` to the server: only in a folder that is nobody else's."""

import asyncio
import socket
from pathlib import Path

import pytest

from urbact_graph.errors import EngineError
from urbact_graph.settings import Settings
from urbact_graph.server.control import Control, ask_to_reload


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a runtime folder, and return where the sockets would be in it."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "urbact-graph"


async def served() -> str:
    return "Serving what it should."


async def refused() -> str:
    raise EngineError("It cannot be.")


def ask(settings: Settings, answer: object) -> str:
    async def asked() -> str:
        async with Control(settings, answer):  # type: ignore[arg-type]
            return await asyncio.to_thread(ask_to_reload, settings)

    return asyncio.run(asked())


def test_who_asks_is_told_what_is_served(folder: Path) -> None:
    settings = Settings(port=8123)
    assert ask(settings, served) == "Serving what it should."
    assert not list(folder.iterdir()), "nothing is left"
    assert folder.stat().st_mode & 0o077 == 0


def test_who_asks_is_told_why_not(folder: Path) -> None:
    with pytest.raises(EngineError, match="It cannot be"):
        ask(Settings(port=8123), refused)
    assert not list(folder.iterdir())


def test_what_is_left_from_before_is_replaced(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "8123.socket"))
    assert ask(Settings(port=8123), served) == "Serving what it should."


def test_a_server_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(EngineError, match=r"No server of yours was found on port 8123.*--port"):
        ask_to_reload(Settings(port=8123))
    assert folder.is_dir()


def test_a_folder_that_others_can_enter_is_not_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(EngineError, match="No server of yours"):
        ask(Settings(port=8123), served)
    assert "is not yours alone" in capsys.readouterr().err
    assert not list(folder.iterdir())

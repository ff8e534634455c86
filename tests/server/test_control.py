"""The control socket, by which ``urbact-graph reload`` reaches the server of the same user."""

import asyncio
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from urbact_graph.errors import EngineError
from urbact_graph.server.control import Control
from urbact_graph.server.control_socket import request_reload, socket_path
from urbact_graph.server.messages import MESSAGES, Loaded
from urbact_graph.settings import Settings

HOST, PORT = "127.0.0.1", 8123
SETTINGS = Settings(port=PORT)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a runtime folder, whose path is short, and give the folder of the sockets in it."""
    with tempfile.TemporaryDirectory() as runtime:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Path(runtime) / "urbact-graph"


async def succeed() -> str:
    return "Serving a dataset."


async def fail() -> str:
    raise EngineError("It cannot be loaded.")


def request(reload: Callable[[], Awaitable[str]]) -> str:
    """Return what a server that reloads by ``reload`` replies to one request."""

    async def requested() -> str:
        async with Control(SETTINGS, reload):
            return await asyncio.to_thread(request_reload, HOST, PORT)

    return asyncio.run(requested())


def test_the_sentence_of_the_server_is_returned(folder: Path) -> None:
    assert request(succeed) == "Serving a dataset."
    assert not list(folder.iterdir()), "the socket was removed"
    assert folder.stat().st_mode & 0o077 == 0


def test_the_reason_of_a_failure_is_raised(folder: Path) -> None:
    with pytest.raises(EngineError, match=r"^It cannot be loaded\.$"):
        request(fail)
    assert not list(folder.iterdir())


def test_a_socket_that_an_ended_server_left_behind_is_replaced(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_path(HOST, PORT)))
    with pytest.raises(EngineError, match="No server of yours"):
        request_reload(HOST, PORT)
    assert request(succeed) == "Serving a dataset."


def test_without_a_server_the_error_names_the_options(folder: Path) -> None:
    with pytest.raises(EngineError, match=r"No server of yours was found on port 8123.*--port"):
        request_reload(HOST, PORT)
    assert folder.is_dir()


def test_a_server_that_ends_meanwhile_is_an_error(folder: Path) -> None:
    async def requested() -> str:
        async def end(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        folder.mkdir(mode=0o700)
        async with await asyncio.start_unix_server(end, socket_path(HOST, PORT)):
            return await asyncio.to_thread(request_reload, HOST, PORT)

    with pytest.raises(EngineError, match="ended before it had reloaded"):
        asyncio.run(requested())


@pytest.mark.parametrize(
    "sent", [b"", b"\x00\x00\x00", MESSAGES.encode(Loaded("", 0, "", True, True))]
)
def test_other_connections_get_no_reply_and_do_no_harm(folder: Path, sent: bytes) -> None:
    async def requested() -> str:
        async with Control(SETTINGS, succeed):
            reader, writer = await asyncio.open_unix_connection(socket_path(HOST, PORT))
            writer.write(sent)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            return await asyncio.to_thread(request_reload, HOST, PORT)

    assert asyncio.run(requested()) == "Serving a dataset."
    assert folder.is_dir()


def test_servers_on_other_addresses_have_other_sockets(folder: Path) -> None:
    sockets = {socket_path(host, port) for host in (HOST, "::1") for port in (1, 2)}
    assert len(sockets) == 4
    assert {path.parent for path in sockets} == {folder}


def test_a_folder_that_others_can_enter_is_not_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(EngineError, match="No server of yours"):
        request(succeed)
    assert "is not private to you" in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_a_link_in_place_of_the_folder_is_not_used(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir(mode=0o700)
    folder.symlink_to(target)
    with pytest.raises(PermissionError):
        socket_path(HOST, PORT)

"""Requests to a store that is busy, breaks off, refuses or sends elsewhere."""

import socket
import threading
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.publishing.running import TRIPLES, Run, target
from tests.support.graph_store import PASSWORD, USER, Answered, Asked, StoreServer
from tests.support.waiting import DEADLINE
from urbact_graph.publishing.credentials import Credentials
from urbact_graph.publishing.refusals import StoreError, UnreachableError
from urbact_graph.publishing.transport import Transport
from urbact_graph.settings import Settings

TEXT, HTML, JSON = (
    {"Content-Type": kind} for kind in ("text/plain", "text/html", "application/json")
)
BY_USER = {"publish_user": USER, "publish_password": PASSWORD}
VIRTUOSO = (
    b"<!DOCTYPE HTML><html><head><title>SPARQL Graph Protocol request failed</title></head><body>"
    b"<h1>HTTP/1.1 500 Request Failed</h1><h3>Error 22023</h3><xmp>The PUT request for graph "
    b"<urn:g> is rejected</xmp></body></html>"
)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([(503, {"Retry-After": "7"}, b"")], [7]),
        ([(429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "2"}, b"")], [0, 2]),
        ([(502, {}, b""), (504, {}, b""), (503, {"Retry-After": "soon"}, b"")], [1, 2, 4]),
        ([(503, {"Retry-After": formatdate(0, usegmt=True)}, b"")], [0]),
    ],
)
def test_a_busy_store_is_asked_again_when_it_says_so(
    server: StoreServer,
    dataset: Path,
    run: Run,
    pauses: list[float],
    replies: list[Answered],
    expected: list[float],
) -> None:
    waiting = list(replies)

    def rule(asked: Asked) -> Answered | None:
        return waiting.pop(0) if waiting and asked.what.startswith("POST") else None

    server.rule = rule
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    assert [pause for pause in pauses if pause != 0 or 0 in expected][: len(expected)] == expected


@pytest.mark.parametrize(
    ("reply", "times", "reason"),
    [
        (
            (503, {"Retry-After": "3600"}, b"Later"),
            1,
            "503 Service Unavailable: “Later”; run the same command again in 3,600 s",
        ),
        (
            (429, {"Retry-After": "1"}, b""),
            6,
            "429 Too Many Requests; run the same command again in 1 s",
        ),
        ((500, {"Retry-After": "1"}, b""), 1, "500 Internal Server Error; "),
    ],
)
def test_a_store_is_not_asked_for_ever(
    server: StoreServer, dataset: Path, run: Run, reply: Answered, times: int, reason: str
) -> None:
    server.rule = lambda asked: reply if asked.what.startswith("PUT") else None
    with pytest.raises(StoreError, match=reason):
        run.publish(dataset, target(server, graph="x:g"))
    assert len(server.sent("PUT")) == times


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        ((400, TEXT, b"line 3: no  triple\x1b[2J\n"), "400 Bad Request: “line 3: no triple [2J”; "),
        ((401, TEXT, b""), "401 Unauthorized; it asks for credentials: set URBACT_GRAPH_PUBLISH_U"),
        ((403, JSON, b'{"detail": "Read only."}'), "403 Forbidden: “Read only”; set the cred"),
        ((403, JSON, b'{"error": {"a": 1}}'), "403 Forbidden: “{'a': 1}”; set the cred"),
        ((404, HTML, b"<h1>Not Found</h1><p>nginx</p>"), "404 Not Found: “Not Found nginx”; che"),
        ((405, TEXT, b""), "405 Method Not Allowed; check the address"),
        ((500, HTML, VIRTUOSO), "Error 22023 The PUT request for graph <urn:g> is rejected”; see"),
        (
            (301, {"Location": "https://a/b"}, b""),
            "301 Moved Permanently; give the address to which",
        ),
        ((302, {}, b""), "302 Found; check the address"),
        ((308, {"Location": "/x\ty"}, b""), "308 Permanent Redirect; give the address to which it"),
        ((507, TEXT, b"a" * 900), "507 Insufficient Storage: “" + "a" * 300 + "…”; the store is f"),
        ((418, TEXT, b"\xff\xfe"), "418 I'm a Teapot: “\ufffd\ufffd”; see the log"),
    ],
)
def test_a_refusal_is_a_sentence_with_the_words_of_the_store(
    server: StoreServer, dataset: Path, run: Run, reply: Answered, sentence: str
) -> None:
    server.rule = lambda asked: reply if asked.what.startswith("PUT") else None
    with pytest.raises(StoreError) as caught:
        run.publish(dataset, target(server, graph="x:g", in_place=True))
    message = str(caught.value)
    assert sentence in message
    assert message.startswith(f"{server.store}?graph=x%3Ag refuses the triples with ")
    assert message.endswith(".")
    assert message.isprintable()
    assert server.graphs() == set()


def test_a_store_without_a_default_graph_is_named_another(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.rule = lambda asked: (500, TEXT, b"no default") if asked.what == "PUT /store" else None
    with pytest.raises(StoreError, match=r"“no default”; .* name another with --graph IRI\.$"):
        run.publish(dataset, target(server, in_place=True))


def test_a_redirect_takes_neither_the_body_nor_the_credentials(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.wants = ["Basic realm=x"]
    elsewhere = {"Location": f"{server.address}/elsewhere"}
    server.rule = lambda asked: (307, elsewhere, b"") if asked.what == "PUT /store" else None
    with pytest.raises(StoreError, match=r"the address to which it leads, http://.*/elsewhere"):
        run.publish(dataset, target(server), BY_USER)
    assert not [one for one in server.asked if "elsewhere" in one.address]


@pytest.mark.parametrize("largest", [1_200, 500])
def test_pieces_become_smaller_where_they_are_too_large(
    server: StoreServer, dataset: Path, run: Run, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urbact_graph.publishing.upload._SMALLEST_PIECE", 100)
    server.largest = largest
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    assert all(remark.startswith("The store takes no pieces of") for remark in run.remarks)
    assert len(run.remarks) == (1 if largest == 1_200 else 2)


def test_a_store_that_takes_nothing_refuses(server: StoreServer, dataset: Path, run: Run) -> None:
    server.largest = 10
    with pytest.raises(
        StoreError, match=r"413 .*Too Large”; write a smaller number behind --piece"
    ):
        run.publish(dataset, target(server))


def test_a_store_that_knows_turtle_only_gets_it(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    def rule(asked: Asked) -> Answered | None:
        return (415, {}, b"") if asked.media_type == "application/n-triples" else None

    server.rule = rule
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    assert len([one for one in server.asked if one.media_type == "application/n-triples"]) == 1


def test_an_answer_that_comes_before_the_body_is_read_is_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        transport = Transport(Credentials(Settings(), address), 20)

        def answer(_: float, __: str) -> None:
            raise AssertionError

        transport.waiting = answer

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nBig.")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 20):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        found = transport.send("PUT", address, {}, b"x" * 10_000_000)
        thread.join()
    assert (found.status, found.body) == (413, b"Big.")


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/store", "http://localhost:1/"])
def test_an_address_that_does_not_answer_is_asked_once(
    dataset: Path, run: Run, address: str, pauses: list[float], server: StoreServer
) -> None:
    with pytest.raises(UnreachableError, match=r"does not answer \(Connection refused\); check"):
        run.publish(dataset, target(server, address=address))
    assert pauses == []


@pytest.mark.parametrize(("seconds", "first"), [(0.2, 60), (600, 0.2)])
def test_a_store_that_is_silent_is_given_up(
    server: StoreServer,
    dataset: Path,
    run: Run,
    seconds: float,
    first: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("urbact_graph.publishing.transport._FIRST_ANSWER", first)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(UnreachableError, match=r"\(nothing came for 0\.2 s\)"):
            run.publish(dataset, target(server, address=address), seconds=seconds)


def test_a_store_that_falls_silent_is_not_asked_again(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    is_over = threading.Event()

    def rule(asked: Asked) -> Answered | None:
        if asked.what.startswith("PUT"):
            is_over.wait(DEADLINE)
        return None

    server.rule = rule
    with pytest.raises(
        UnreachableError, match=r"any more .* \(nothing came for 1 s\); run the same"
    ):
        run.publish(dataset, target(server), seconds=1)
    is_over.set()
    assert len(server.sent("PUT")) == 1


def test_a_graph_that_is_cut_off_is_asked_for_again(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.paths = ("/elsewhere", "/query", "/update")
    cut: list[bool] = []

    def rule(asked: Asked) -> Answered | None:
        if asked.what == "GET /elsewhere" and not cut:
            cut.append(True)
            return 200, {"Content-Type": "text/turtle", "Content-Length": "999"}, b"<x:a> <x:b> 1 ."
        return None

    server.rule = rule
    assert run.publish(dataset, target(server)).check.triples == TRIPLES

"""No answer, or one that is none: a sentence says why, and what to do about it."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.publishing.running import TRIPLES, Run, target
from tests.support.graph_store import AUTHORITY, Answered, Asked, StoreServer, storing
from urbact_graph.publishing.refusals import StoreError, UnreachableError

CHECK = "check the address, and that the store runs"


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Run a server that answers everything with these bytes and closes the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.recv(100_000)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("scheme", "answer", "sentence"),
    [
        ("http", b"", f"(it closes the connection without an answer); {CHECK}, by http or https."),
        ("http", b"\x15\x03\x01\x00\x02\x02\x16", f"(its answer is no HTTP); {CHECK}, by http or"),
        ("http", b"SSH-2.0-x\r\n", f"(its answer is no HTTP); {CHECK}, by http or"),
        ("https", b"HTTP/1.1 400 No\r\n\r\n", "(it does not speak TLS: wrong version number); wri"),
        ("https", b"", "(it "),
    ],
)
def test_what_is_no_store(
    dataset: Path, run: Run, server: StoreServer, scheme: str, answer: bytes, sentence: str
) -> None:
    with answering(answer) as place:
        address = f"{scheme}://{place}/store"
        with pytest.raises(UnreachableError, match=re.escape(sentence)) as caught:
            run.publish(dataset, target(server, address=address))
    message = str(caught.value)
    assert message.startswith(f"{address}?default does not answer (")
    assert message.endswith(".")
    assert message.isprintable()


@pytest.mark.parametrize(
    ("certificate", "authority", "sentence"),
    [
        ("localhost", None, "(its certificate is not accepted: "),
        ("localhost", "system", "have SSL_CERT_FILE name a file with the certificate of its auth"),
        ("elsewhere", "tests", "not valid for 'localhost'); write the host for which it is made"),
        ("localhost", "missing", "which cannot be read (No such file or directory); name a file"),
        ("localhost", "dataset", "which cannot be read (no certificates); name a file of certifi"),
    ],
)
def test_a_certificate_that_is_not_accepted(
    dataset: Path,
    run: Run,
    certificate: str,
    authority: str | None,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    pauses: list[float],
) -> None:
    files = {"tests": AUTHORITY, "missing": Path("missing.pem"), "dataset": dataset}
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if authority in files:
        monkeypatch.setenv("SSL_CERT_FILE", str(files[authority]))
    with (
        storing(StoreServer(), certificate) as server,
        pytest.raises(UnreachableError, match=re.escape(sentence)) as caught,
    ):
        run.publish(dataset, target(server))
    assert "_ssl.c" not in str(caught.value)
    assert server.asked == []
    assert pauses == []


@pytest.mark.parametrize(
    ("scheme", "proxy", "sentence"),
    [
        ("http", "http://me:hush@127.0.0.1:1/", "(the proxy does not lead there: Connection refu"),
        ("https", "127.0.0.1:1", "Connection refused); correct HTTP_PROXY or HTTPS_PROXY, or"),
        ("https", "http://me:hush@{place}/", "(the proxy does not lead there: Tunnel connection"),
        ("https", "foo://me:hush@h", "unsupported scheme foo, should use http:// or https://"),
        ("https", "::::", "check the address, HTTP_PROXY and HTTPS_PROXY"),
    ],
)
def test_a_proxy_that_does_not_lead_there(
    dataset: Path,
    run: Run,
    server: StoreServer,
    scheme: str,
    proxy: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(b"HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n") as place:
        monkeypatch.setenv(f"{scheme}_proxy", proxy.format(place=place))
        to = target(server, address=f"{scheme}://store.example/store")
        with pytest.raises(UnreachableError, match=re.escape(sentence)) as caught:
            run.publish(dataset, to)
    assert "hush" not in str(caught.value)


def test_a_proxy_leads_there(
    dataset: Path, run: Run, server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.address.replace("://", "://me:hush@"))
    to = target(server, address="http://store.example/store")
    with pytest.raises(StoreError, match="404"):
        run.publish(dataset, to)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert run.publish(dataset, target(server)).check.triples == TRIPLES


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"query": "http://127.0.0.1:1/q"}, "http://127.0.0.1:1/q does not answer (Connection ref"),
        ({"update": "http://127.0.0.1:1/u"}, "http://127.0.0.1:1/u does not answer (Connection re"),
        ({"query": "{}/store"}, "refuses a query with 415 Unsupported Media Type: “What is this?”"),
        ({"query": "{}/nothing"}, "; check the address; --query-endpoint names another."),
        ({"update": "{}/nothing"}, "; check the address; --update-endpoint names another."),
    ],
)
def test_an_endpoint_that_is_none(
    dataset: Path,
    run: Run,
    server: StoreServer,
    options: dict[str, str],
    sentence: str,
    pauses: list[float],
) -> None:
    given = {name: value.format(server.address) for name, value in options.items()}
    with pytest.raises(StoreError, match=re.escape(sentence)):
        run.publish(dataset, target(server, **given))
    assert server.sent("PUT") == []
    # An address that has never answered is not asked again.
    assert pauses == []


@pytest.mark.parametrize(
    ("media_type", "body", "reason"),
    [
        ("text/html", b"<html>Hello", "text/html is no format of graphs"),
        ("application/json", b"{}", "application/json was not asked for"),
        ("", b"Hello", "something else than a graph"),
        ("text/turtle", b"Hello", "something else than a graph"),
    ],
)
def test_what_answers_everything_is_no_store(
    dataset: Path, run: Run, server: StoreServer, media_type: str, body: bytes, reason: str
) -> None:
    server.rule = lambda _: (200, {"Content-Type": media_type}, body)
    with pytest.raises(StoreError, match=reason) as caught:
        run.publish(dataset, target(server))
    assert "check that it is the address of a graph store" in str(caught.value)


@pytest.mark.parametrize("status", [301, 307, 308])
@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://a.example/store?default", "https://a.example/store."),
        ("/other/?key=1&default", "http://127.0.0.1:{port}/other/?key=1."),
        ("other?graph=x%3Ag", "http://127.0.0.1:{port}/other."),
    ],
)
def test_a_store_that_has_moved_says_where(
    dataset: Path, run: Run, server: StoreServer, status: int, location: str, place: str
) -> None:
    server.rule = lambda _: (status, {"Location": location}, b"")
    with pytest.raises(StoreError) as caught:
        run.publish(dataset, target(server))
    place = place.format(port=server.address.rpartition(":")[2])
    assert str(caught.value).endswith(f"; give the address to which it leads, {place}")
    # Nothing is sent before.
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        ((503, {"Retry-After": "3600"}, b""), "; run the same command again in 3,600 s."),
        ((503, {}, b""), "; the store is busy; run the same command again later."),
        ((429, {}, b""), "; the store is busy; run the same command again later."),
        ((411, {}, b""), "; the length is sent with each request: see whether a proxy before "),
        ((409, {}, b""), "; the store is being changed by something else; try again later."),
        ((501, {}, b""), "; the store does not have this part of the Graph Store Protocol; check"),
        ((507, {}, b""), "; the store is full; make room there."),
        ((500, {}, b""), "; check the address; where the store has no default graph, name an"),
        ((400, {}, b""), "; check the address; where the store has no default graph, name an"),
    ],
)
def test_a_remedy_fits_the_status_of_the_default_graph_too(
    dataset: Path, run: Run, server: StoreServer, reply: Answered, remedy: str
) -> None:
    def rule(asked: Asked) -> Answered | None:
        return reply if asked.what.startswith("PUT") else None

    server.rule = rule
    with pytest.raises(StoreError, match=re.escape(remedy)):
        run.publish(dataset, target(server, in_place=True))

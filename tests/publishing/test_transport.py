"""Requests to a store that is busy, breaks off, refuses or sends elsewhere."""

import re
import socket
import threading
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.publishing.running import TRIPLES, Run, target
from tests.support.graph_store import PASSWORD, TOKEN, USER, Answered, Asked, StoreServer
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
    assert run.publish(dataset, target(server)).triples == TRIPLES
    assert [pause for pause in pauses if pause != 0 or 0 in expected][: len(expected)] == expected


@pytest.mark.parametrize(
    ("reply", "times", "reason"),
    [
        ((503, {"Retry-After": "3600"}, b"Later"), 1, "503 Service Unavailable: “Later”; .* later"),
        ((429, {"Retry-After": "1"}, b""), 6, "429 Too Many Requests; wait as long as"),
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
        ((403, JSON, b'{"detail": "Read only."}'), "403 Forbidden: “Read only”; give the user"),
        ((403, JSON, b'{"error": {"a": 1}}'), "403 Forbidden: “{'a': 1}”; give the user"),
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
    server.rule = lambda asked: (500, TEXT, b"no default") if asked.graph is None else None
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
    monkeypatch.setattr("urbact_graph.publishing.sending._SMALLEST_PIECE", 100)
    server.largest = largest
    assert run.publish(dataset, target(server)).triples == TRIPLES
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
    assert run.publish(dataset, target(server)).triples == TRIPLES
    assert len([one for one in server.asked if one.media_type == "application/n-triples"]) == 1


def test_an_answer_that_comes_before_the_body_is_read_is_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        transport = Transport(Credentials(Settings()), 20)

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
    assert run.publish(dataset, target(server)).triples == TRIPLES


# Credentials ----------------------------------------------------------------------------------

DIGEST = 'Digest realm="x \xc3\xa9", nonce="NONCE", opaque="o", stale="false"'


@pytest.mark.parametrize(
    ("wants", "settings", "used"),
    [
        ([], {}, ""),
        ([], BY_USER, ""),
        (["Basic realm=x"], BY_USER, "Basic"),
        ([f'{DIGEST}, qop="auth", algorithm="MD5"'], BY_USER, "Digest"),
        ([f'{DIGEST}, qop="auth,auth-int", algorithm=SHA-256'], BY_USER, "Digest"),
        ([DIGEST], BY_USER, "Digest"),
        (["Basic realm=x", f'{DIGEST}, qop="auth"'], BY_USER, "Digest"),
        (["Negotiate", 'Basic realm="a, b"'], BY_USER, "Basic"),
        (["Basic realm=x"], {**BY_USER, "publish_authentication": "basic"}, "Basic"),
        ([f"{DIGEST}, qop=auth"], {**BY_USER, "publish_authentication": "digest"}, "Digest"),
        (['Bearer realm="x"'], {"publish_token": TOKEN}, "Bearer"),
        (
            ["Bearer"],
            {**BY_USER, "publish_token": TOKEN, "publish_authentication": "bearer"},
            "Bearer",
        ),
    ],
)
def test_a_store_gets_the_credentials_that_it_asks_for(
    server: StoreServer,
    dataset: Path,
    run: Run,
    wants: list[str],
    settings: dict[str, str],
    used: str,
) -> None:
    server.wants = wants
    assert run.publish(dataset, target(server), settings).triples == TRIPLES
    sent = {one.authorization.partition(" ")[0] for one in server.sent("PUT", "POST")}
    assert sent == {used}
    # No body is sent in vain.
    assert len(server.sent("PUT")) == 1


def test_a_nonce_that_is_used_up_is_replaced(server: StoreServer, dataset: Path, run: Run) -> None:
    server.wants = [f"{DIGEST}, qop=auth"]
    server.uses_of_nonce = 2
    assert run.publish(dataset, target(server, in_place=True), BY_USER).triples == TRIPLES


@pytest.mark.parametrize(
    ("wants", "settings", "remedy"),
    [
        (["Basic realm=x"], {}, "it asks for Basic authentication: set .*_USER and .*_PASSWORD"),
        (["Bearer"], {}, "it asks for Bearer authentication: set URBACT_GRAPH_PUBLISH_TOKEN"),
        (["Bearer"], BY_USER, "it asks for Bearer authentication: set URBACT_GRAPH_PUBLISH_TOKEN"),
        (["Basic realm=x"], {"publish_token": TOKEN}, "asks for Basic authentication: set .*_USER"),
        (
            ["Basic realm=x"],
            {"publish_user": USER, "publish_password": "secret?"},
            "does not take the credentials: correct .*_USER and .*_PASSWORD",
        ),
        (
            [f"{DIGEST}, qop=auth"],
            {"publish_user": USER, "publish_password": "secret?"},
            "does not take the credentials: correct",
        ),
        (
            ["Bearer"],
            {"publish_token": "secret?"},
            "does not take the credentials: correct .*TOKEN",
        ),
        (
            ["Basic realm=x"],
            {**BY_USER, "publish_authentication": "digest"},
            "asks for Basic authentication: .*correct URBACT_GRAPH_PUBLISH_AUTHENTICATION",
        ),
        (["Digest realm=x, nonce=a, algorithm=X-9"], BY_USER, "does not take the credentials"),
        (["Basic realm=x"], {**BY_USER, "publish_authentication": "none"}, "it asks for Basic"),
    ],
)
def test_what_credentials_are_wrong_is_said_before_anything_is_sent(
    server: StoreServer,
    dataset: Path,
    run: Run,
    wants: list[str],
    settings: dict[str, str],
    remedy: str,
) -> None:
    server.wants = wants
    with pytest.raises(StoreError, match=rf"refuses the credentials with 401.*{remedy}") as caught:
        run.publish(dataset, target(server), settings)
    assert server.sent("PUT", "POST") == []
    assert len(server.asked) <= 2
    for secret in ("secret?", PASSWORD, TOKEN):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"publish_user": "a"}, "URBACT_GRAPH_PUBLISH_PASSWORD is not set; set it too"),
        ({"publish_password": "hush"}, "URBACT_GRAPH_PUBLISH_USER is not set; set it too"),
        ({**BY_USER, "publish_token": "hush"}, "are both set; take one out, or say by"),
        ({"publish_token": "hush\n"}, "PUBLISH_TOKEN has a character that cannot be sent"),
        ({"publish_token": "hush\u0142"}, "PUBLISH_TOKEN has a character that cannot be sent"),
        ({"publish_user": "a", "publish_password": "hush\r\nX: 1"}, "PASSWORD has a character"),
        ({"publish_user": "a:b", "publish_password": "hush"}, "PUBLISH_USER has a colon"),
        ({"publish_authentication": "bearer"}, "is bearer, which needs URBACT_GRAPH_PUBLISH_TOKEN"),
        ({"publish_authentication": "digest"}, "is digest, which needs URBACT_GRAPH_PUBLISH_USER"),
    ],
)
def test_credentials_that_cannot_be_sent_are_refused_without_being_shown(
    settings: dict[str, str], reason: str
) -> None:
    with pytest.raises(StoreError, match=re.escape(reason).replace(r"\ ", " ")) as caught:
        Credentials(Settings.load(**settings))
    assert "hush" not in str(caught.value)


def test_a_store_that_repeats_the_credentials_does_not_have_them_shown(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.wants = ["Basic realm=x"]
    server.rule = lambda asked: (
        (400, TEXT, f"{asked.authorization} {PASSWORD}".encode())
        if asked.what.startswith("PUT")
        else None
    )
    with pytest.raises(StoreError, match=r"“Basic … …”|“ …”") as caught:
        run.publish(dataset, target(server), {**BY_USER, "publish_authentication": "basic"})
    assert PASSWORD not in str(caught.value)


def test_settings_do_not_show_them() -> None:
    settings = Settings.load(**dict.fromkeys(("publish_token", "publish_password"), "hush"))
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"

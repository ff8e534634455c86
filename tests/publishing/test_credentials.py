"""A store gets the credentials that it asks for, other servers do not, and no message has them."""

import re
from pathlib import Path

import pytest

from tests.publishing.running import TRIPLES, Run, target
from tests.support.graph_store import (
    AUTHORITY,
    PASSWORD,
    TOKEN,
    USER,
    StoreServer,
    storing,
)
from urbact_graph.publishing.credentials import Challenge, Credentials, challenges
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.settings import Settings

TEXT = {"Content-Type": "text/plain"}
BY_USER = {"publish_user": USER, "publish_password": PASSWORD}
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
        ([f'{DIGEST}, qop="auth-int, auth"'], BY_USER, "Digest"),
        ([f"{DIGEST}, algorithm=X-9", f"{DIGEST}, qop=auth"], BY_USER, "Digest"),
        (["Digest realm=x, nonce=a, algorithm=X-9", "Basic realm="], BY_USER, "Basic"),
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
    assert run.publish(dataset, target(server), settings).check.triples == TRIPLES
    sent = {one.authorization.partition(" ")[0] for one in server.sent("PUT", "POST")}
    assert sent == {used}
    # No body is sent in vain.
    assert len(server.sent("PUT")) == 1


def test_a_nonce_that_is_used_up_is_replaced(server: StoreServer, dataset: Path, run: Run) -> None:
    server.wants = [f"{DIGEST}, qop=auth"]
    server.uses_of_nonce = 2
    assert run.publish(dataset, target(server, in_place=True), BY_USER).check.triples == TRIPLES


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
        Credentials(Settings.load(**settings), "http://h")
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


@pytest.mark.parametrize(
    ("wants", "settings", "used"),
    [
        ([], {"publish_token": TOKEN}, {""}),
        (["Bearer"], {"publish_token": TOKEN}, {"", f"Bearer {TOKEN}"}),
        ([], BY_USER, {""}),
        ([], {**BY_USER, "publish_authentication": "basic"}, {""}),
    ],
)
def test_another_server_gets_credentials_only_if_it_asks(
    server: StoreServer,
    dataset: Path,
    run: Run,
    wants: list[str],
    settings: dict[str, str],
    used: set[str],
) -> None:
    server.wants = ["Bearer" if "publish_token" in settings else "Basic realm=x"]
    with storing(StoreServer(server.data, wants=wants)) as other:
        to = target(server, query=f"{other.address}/query", update=f"{other.address}/update")
        assert run.publish(dataset, to, settings).check.triples == TRIPLES
        assert {one.authorization for one in other.asked} == used
    assert all(one.authorization for one in server.sent("PUT", "POST"))


@pytest.mark.parametrize(
    ("settings", "addresses", "expected"),
    [
        ({"publish_token": TOKEN}, ["http://h/s"], True),
        ({"publish_token": TOKEN}, ["https://h/s"], False),
        ({"publish_token": TOKEN}, ["https://h/s", "http://h/query"], True),
        (BY_USER, ["http://127.0.0.1/s", "http://h/query"], True),
        ({**BY_USER, "publish_authentication": "digest"}, ["http://h/s"], False),
        ({**BY_USER, "publish_authentication": "none"}, ["http://h/s"], False),
        ({}, ["http://h/s"], False),
    ],
)
def test_credentials_are_exposed_on_the_way_to_any_address(
    settings: dict[str, str], addresses: list[str], expected: bool
) -> None:
    credentials = Credentials(Settings.load(**settings), addresses[0])
    assert credentials.are_exposed(addresses) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], []),
        (["Basic"], [("basic", {})]),
        (["Basic realm="], [("basic", {"realm": ""})]),
        (['Basic realm="a, b=c \\"d"'], [("basic", {"realm": 'a, b=c "d'})]),
        (["Negotiate", "BASIC Realm=x"], [("negotiate", {}), ("basic", {"realm": "x"})]),
        (
            ['Digest realm="x", qop="auth, auth-int", nonce=a, Bearer, Basic realm="y"'],
            [
                ("digest", {"realm": "x", "qop": "auth, auth-int", "nonce": "a"}),
                ("bearer", {}),
                ("basic", {"realm": "y"}),
            ],
        ),
        (["Negotiate YWJj=="], [("negotiate", {"ywjj": "="})]),
        (["=", ", ,"], []),
    ],
)
def test_challenges(headers: list[str], expected: list[tuple[str, dict[str, str]]]) -> None:
    given = {"WWW-Authenticate": ", ".join(headers)} if headers else {}
    assert [*challenges(given)] == [Challenge(*one) for one in expected]


@pytest.mark.parametrize(
    ("wants", "settings"),
    [
        (["Basic realm=x"], BY_USER),
        (['Digest realm="x", nonce="NONCE", qop="auth-int, auth", algorithm=SHA-256'], BY_USER),
        (["Bearer"], {"publish_token": TOKEN}),
    ],
)
def test_credentials_go_by_tls(
    dataset: Path,
    run: Run,
    wants: list[str],
    settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    with storing(StoreServer(wants=wants), "localhost") as server:
        assert server.address.startswith("https:")
        assert run.publish(dataset, target(server), settings).check.triples == TRIPLES

"""Addresses in other spellings lead to the one that they have."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.support.marking import sampled
from tests.web.serving import serving_file
from urbact_graph.web.application import Application
from urbact_graph.web.protocol import FORM

WITH_SLASH = {
    "/sparql/": "/sparql",
    "/graph-store/?default": "/graph-store?default",
    "/void/": "/void",
    "/void.ttl/": "/void.ttl",
    "/catalog/": "/catalog",
    "/shapes/": "/shapes",
    "/validation/": "/validation",
    "/ldes/": "/ldes",
    "/limits/": "/limits",
    "/health/": "/health",
    "/metrics/": "/metrics",
    "/context.jsonld/": "/context.jsonld",
    "/robots.txt/": "/robots.txt",
    "/.well-known/void/": "/.well-known/void",
    "/ontology/": "/ontology",
    "/theme/": "/theme",
    "/network/greenplace/": "/network/greenplace",
    "/city/pl/wroclaw/": "/city/pl/wroclaw",
    "/city/pl/wroclaw.ttl/": "/city/pl/wroclaw.ttl",
    "/networks/": "/networks",
    "/cities/": "/cities",
    "/queries/": "/queries",
    "/queries/peers-of-city/": "/queries/peers-of-city",
    "/tables/": "/tables",
    "/tables/cities/": "/tables/cities",
    "/countries/": "/countries",
    "/countries/pt/": "/countries/pt",
    "/pictures/timeline/": "/pictures/timeline",
    "/map/": "/map",
    "/map.json/": "/map.json",
    "/search/": "/search",
    "/openapi.json/": "/openapi.json",
    "/conformance/": "/conformance",
    "/shapes/core/": "/shapes/core",
}


@pytest.mark.parametrize("spelt", WITH_SLASH)
def test_a_known_address_with_a_slash_leads_to_the_one_without(
    demo_client: FlaskClient, spelt: str
) -> None:
    asked = "a=b%20c&d=%C3%A9"
    address = f"{spelt}{'&' if '?' in spelt else '?'}{asked}"
    for method in ("GET", "HEAD", "POST", "QUERY"):
        response = demo_client.open(address, method=method)
        assert response.status_code == 308
        location = response.headers["Location"]
        assert location.startswith("../")
        target = urljoin(address, location)
        assert target.partition("?")[0] == WITH_SLASH[spelt].partition("?")[0]
        assert target.endswith(asked)
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_query_posted_to_the_address_with_a_slash_can_be_sent_on(
    demo_client: FlaskClient,
) -> None:
    response = demo_client.post("/sparql/", data="query=ASK{}", content_type=FORM)
    target = urljoin("/sparql/", response.headers["Location"])
    assert demo_client.post(target, data="query=ASK{}", content_type=FORM).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/void//",
        "/sparql/x/",
        "/network/",
        "/ldes/000001/",
        "/dumps//",
        "/dumps/latest/",
        "/city/pl/wroclav/",
        "/.ttl/",
        "/ /",
        "/%0d%0a/",
    ],
)
def test_other_addresses_with_a_slash_lead_nowhere(demo_client: FlaskClient, path: str) -> None:
    assert demo_client.get(path).status_code == 404


def test_the_folder_of_the_dumps_keeps_its_slash(demo_client: FlaskClient) -> None:
    assert demo_client.get("/dumps/").status_code == 200
    assert demo_client.get("/dumps?a=b").headers["Location"] == "dumps/?a=b"
    assert demo_client.post("/dumps/").status_code == 405


@pytest.mark.parametrize(
    ("spelt", "path"),
    [
        ("/city/pl/wroc%C5%82aw", "/city/pl/wroclaw"),
        ("/city/pl/wroc%c5%82aw", "/city/pl/wroclaw"),
        ("/city/pl/Wroc%C5%82aw.ttl", "/city/pl/wroclaw.ttl"),
        ("/city/pl/wroclaw.TTL", "/city/pl/wroclaw.ttl"),
        ("/City/PL/Wroclaw", "/city/pl/wroclaw"),
        ("/CITY/PL/WROC%C5%81AW.html", "/city/pl/wroclaw.html"),
        ("/network/GreenPlace", "/network/greenplace"),
        ("/person/Vittorio%20Alberto%20Torbianelli", "/person/vittorio-alberto-torbianelli"),
        ("/person/vittorio_alberto_torbianelli", "/person/vittorio-alberto-torbianelli"),
        ("/Ontology", "/ontology"),
    ],
)
def test_a_name_as_people_write_it_leads_to_the_entity(
    demo_client: FlaskClient, spelt: str, path: str
) -> None:
    response = demo_client.get(f"{spelt}?a=b")
    assert response.status_code == 308
    # Relative, so that a local instance stays local.
    assert not response.headers["Location"].startswith("/")
    assert urljoin(spelt, response.headers["Location"]) == f"{path}?a=b"


@pytest.mark.parametrize(
    "path", ["/city/pl/%77roclaw", "/city/pl/wroclaw%2Ettl", "/%63ity/pl/wroc%6c%61w"]
)
def test_encoded_letters_are_letters(demo_client: FlaskClient, path: str) -> None:
    response = demo_client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == (200 if "ttl" in path else 303)
    if response.status_code == 303:
        assert urljoin(path, response.headers["Location"]).endswith("/pl/wroclaw.ttl")


@pytest.mark.parametrize(
    "path",
    [
        "/network/greenplace.",
        "/network/greenplace!",
        "/network/greenplace%00",
        "/city/pl/wroclaw%0a",
        "/city/../city/pl/Wroclaw",
        "/city//pl/Wroclaw",
        "/Network/",
        "/" + "A/" * 300 + "A",
    ],
)
def test_what_is_no_name_leads_nowhere(demo_client: FlaskClient, path: str) -> None:
    assert demo_client.get(path).status_code == 404


ENCODED = {
    "/sparql%2F": "/sparql",
    "/void.ttl%2f": "/void.ttl",
    "/.well-known%2Fvoid%2F": "/.well-known/void",
    "/network/greenplace%2F": "/network/greenplace",
    "/city/pl/wroclaw%2F": "/city/pl/wroclaw",
    "/city/pl%2Fwroclaw/": "/city/pl/wroclaw",
    "/city%2Fpl%2Fwroclaw.ttl%2F": "/city/pl/wroclaw.ttl",
    "/City/PL%2FWroc%C5%82aw": "/city/pl/wroclaw",
    "/City%2FPL%2FWroclaw.TTL": "/city/pl/wroclaw.ttl",
    "/Network%2FGreen%2DPlace": None,
    "/person%2Fvittorio%5Falberto%20torbianelli": "/person/vittorio-alberto-torbianelli",
    "/city/pl/wroclaw%3F": None,
    "/city/pl/wroclaw%23top": None,
    "/city/pl/wroclaw%25": None,
    "/city/pl/wroclaw%3Fa/": None,
    "/City/PL%5CWroclaw": None,
    "/City/PL/Wroclaw%3B": None,
}


@pytest.mark.parametrize("root", sampled(["/graph", "", "/a/b"], 3))
@pytest.mark.parametrize("spelt", ENCODED)
def test_characters_that_are_encoded_do_not_lead_elsewhere(
    demo_client: FlaskClient, spelt: str, root: str
) -> None:
    response = demo_client.get(f"{spelt}?a=%2F", environ_overrides={"SCRIPT_NAME": root})
    target = ENCODED[spelt]
    assert response.status_code == (308 if target else 404)
    if target:
        # As a client resolves it, from the address that it has sent.
        found = urljoin(f"https://x.example{root}{spelt}", response.headers["Location"])
        assert found == f"https://x.example{root}{target}?a=%2F"


# One of each kind of resource, with what leads on from it.
RESOURCES = [
    "/city/pl/wroclaw",
    "/city/pl/wroclaw.ttl",
    "/ontology",
    "/dataset",
    "/dumps",
    "/dumps/",
    "/dumps/latest/urbact-graph.ttl",
    "/dumps/latest/SHA256SUMS",
    "/networks",
    "/countries/pl",
    "/map.json",
    "/pictures/timeline",
    "/void",
    "/.well-known/void",
    "/ldes",
    "/shapes/core",
    "/validation",
    "/robots.txt",
]
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "slashes encoded": lambda path: f"/{quote(path[1:], safe='')}",
    "slashes encoded in lower case": lambda path: f"/{path[1:].replace('/', '%2f')}",
    "slashes encoded twice": lambda path: f"/{path[1:].replace('/', '%252F')}",
    "last slash encoded": lambda path: "%2F".join(path.rsplit("/", 1)) if "/" in path[1:] else path,
    "letters encoded": lambda path: "".join(
        f"%{ord(one):02x}" if one.isalpha() else one for one in path
    ),
    "dots encoded": lambda path: path.replace(".", "%2E"),
    "slash at the end": lambda path: f"{path}/",
    "encoded slash at the end": lambda path: f"{path}%2f",
    "two slashes at the end": lambda path: f"{path}//",
    # Before a path, the test client reads two slashes as those of a host.
    "two slashes": lambda path: path.replace("/", "//").removeprefix("/"),
    "encoded slash at the beginning": lambda path: f"/%2F{path[1:]}",
    "capitals": str.upper,
    "plus": lambda path: f"{path}+",
    "encoded plus": lambda path: f"{path}%2B",
    "space": lambda path: f"{path}%20",
    "null": lambda path: f"{path}%00",
    "byte of no UTF-8": lambda path: f"{path}%B3",
    "half a character": lambda path: f"{path}%C5",
    "surrogate": lambda path: f"{path}%ED%A0%80",
    "overlong slash": lambda path: f"{path}%C0%AF",
    "single percent sign": lambda path: f"{path}%",
    "no hexadecimal": lambda path: f"{path}%zz",
    "encoded percent sign": lambda path: f"{path}%2525",
    "encoded dots": lambda path: f"{path}/%2E%2E",
    "backslashes": lambda path: f"/{path[1:].replace('/', '%5C')}",
    "encoded question mark": lambda path: f"{path}%3Fa=b",
    "encoded number sign": lambda path: f"{path}%23a",
    "parameter of the path": lambda path: f"{path};a=b",
    "invisible space": lambda path: f"{path}%E2%80%8B",
}


@pytest.mark.parametrize(
    ("accept", "paths"),
    [
        ("*/*", RESOURCES[:5]),
        *(
            pytest.param(accept, RESOURCES, marks=pytest.mark.slow)
            for accept in ("*/*", "text/html", "text/turtle")
        ),
    ],
    ids=["some", "*/*", "text/html", "text/turtle"],
)
@pytest.mark.parametrize("spelling", sampled(SPELLINGS, 4))
def test_no_spelling_is_led_to_an_address_that_there_is_not(
    demo_client: FlaskClient, spelling: str, accept: str, paths: list[str]
) -> None:
    for path in paths:
        address, steps = SPELLINGS[spelling](path), 0
        response = demo_client.get(address, headers={"Accept": accept})
        while response.status_code in (302, 303, 308):
            steps += 1
            # As a client resolves it, from the address that it has sent.
            target = urlsplit(urljoin(f"https://x.example{address}", response.headers["Location"]))
            assert target.netloc == "x.example"
            address = f"{target.path}?{target.query}" if target.query else target.path
            response = demo_client.get(address, headers={"Accept": accept})
        # A file has the format that it has; others may lack the one that is asked for.
        expected = (200, 406) if steps else (200, 400, 404, 406)
        assert response.status_code in expected, (path, address, response.status_code)
        assert steps <= 3, path


@pytest.mark.process
def test_iris_of_other_datasets_lead_to_their_own_documents(tmp_path: Path) -> None:
    base, file = "https://x.example/", tmp_path / "other.nt"
    names = ["folder/", "a%2Fb", "A", "a", "%7Etilde", "d%C3%A9j%C3%A0%20vu", "über/straße"]
    file.write_text("".join(f"<{base}{name}> <x:p> <{base}{name}> .\n" for name in names))
    with serving_file(file, base_iri=base, dataset=file) as app:
        for name in names:
            path = f"/{quote(name, safe='/%')}"
            if name == "folder/":
                continue
            assert leads_to_its_document(app, path, f"{base}{name}"), name
        # An entity whose IRI ends with a slash is not one without.
        assert app.test_client().get("/folder").status_code == 404
        assert app.test_client().get("/folder/").status_code == 303


def leads_to_its_document(app: Application, path: str, iri: str) -> bool:
    client = app.test_client()
    response = client.get(path, headers={"Accept": "application/n-triples"})
    target = urljoin(f"https://x.example{path}", response.headers["Location"])
    assert (response.status_code, target) == (303, f"https://x.example{path}.nt")
    return f"<{iri}> <x:p>" in client.get(f"{path}.nt").text

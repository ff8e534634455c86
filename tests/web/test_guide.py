"""The pages of the guide: they lead somewhere, and say what the graph and the report have."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Store

from tests.support.engines import write_facts
from tests.web.guiding import PATHS, answer, fetched, page
from tests.web.serving import BROWSER, addresses, problem, serving_file, text_of

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def bare(demo_dataset: Path) -> Iterator[FlaskClient]:
    """Serve the demo without a release."""
    with serving_file(demo_dataset) as app:
        yield app.test_client()


@pytest.mark.slow
def test_every_link_leads_to_a_page_and_to_a_place_on_it(demo_client: FlaskClient) -> None:
    _follow(demo_client)


@pytest.mark.slow
def test_so_it_does_without_a_release(bare: FlaskClient) -> None:
    _follow(bare)


def _follow(client: FlaskClient) -> None:
    """Follow every link in the contents of the pages, each once."""
    links = {
        urljoin(path, html.unescape(link))
        for path in PATHS
        for link in re.findall(
            r'href="(/[^"]*|#[^"]*)"', page(client, path).split("<main")[1].split("</main>")[0]
        )
    }
    pages: dict[str, str] = {}
    for link in sorted(links):
        address, _, fragment = link.partition("#")
        if address not in pages:
            response = fetched(client, address)
            assert response.status_code == 200, link
            pages[address] = response.text if response.mimetype == "text/html" else ""
        assert not fragment or f'id="{fragment}"' in pages[address], link


@pytest.mark.parametrize("path", PATHS)
def test_links_have_the_path_at_which_the_instance_stands(
    demo_client: FlaskClient, path: str
) -> None:
    below = demo_client.get(path, headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/sub"})
    assert not re.findall(r'(?:href|action|src)="/(?!sub/)', below.text)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_kept_until_the_graph_changes(demo_client: FlaskClient, path: str) -> None:
    first = demo_client.get(path, headers=BROWSER)
    again = demo_client.get(path, headers={**BROWSER, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_all_ways_lead_to_the_guide(demo_client: FlaskClient) -> None:
    home = addresses(page(demo_client, "/"))
    assert {"/guide", "/guide/model", "/guide/endpoint"} <= home
    assert {f"/guide/{name}" for name in ("city-officer", "analyst", "harvester")} <= home
    listed = demo_client.get("/sitemap.xml").text
    for path in PATHS:
        assert f"{path}</loc>" in listed
        assert set(PATHS) <= addresses(page(demo_client, path))


def test_another_dataset_has_no_guide(tmp_path: Path) -> None:
    file = write_facts(tmp_path / "facts.nt")
    with serving_file(file, dataset=file) as app:
        client = app.test_client()
        for path in PATHS:
            response = client.get(path)
            assert (response.status_code, problem(response)) == (404, "not-found")
            assert "another dataset" in response.get_json()["detail"]
        assert "guide" not in client.get("/", headers=BROWSER).text


def test_a_page_that_there_is_not(demo_client: FlaskClient) -> None:
    assert demo_client.get("/guide/nothing").status_code == 404


# What they say ----------------------------------------------------------------------------------


def test_the_model_counts_what_the_graph_has(demo_client: FlaskClient, demo_store: Store) -> None:
    shown = page(demo_client, "/guide/model")
    for name in ("Network", "City", "Plan", "Partnership", "Similarity"):
        row = text_of(shown.split(f'<tr id="{name}">')[1].split("</tr>")[0])
        query = f"""PREFIX urb: <https://w3id.org/urbact-graph/ontology#>
            SELECT (COUNT(DISTINCT ?x) AS ?n) {{ ?x a urb:{name} }}"""
        ((number,),) = answer(query, demo_store)
        assert row.startswith(f"{name} {number} ")
    assert "partnerCity → City" in text_of(shown)
    assert "LeadPartner , ProjectPartner" in text_of(shown)


def test_every_class_of_things_is_in_the_picture_with_its_link(demo_client: FlaskClient) -> None:
    shown = page(demo_client, "/guide/model")
    picture = shown.split('<svg class="model"')[1].split("</svg>")[0]
    for name in re.findall(r'<tr id="(\w+)">', shown):
        assert f'href="/ontology.html#{name}"' in picture
    assert 'href="/theme.html"' in picture


def test_the_page_for_researchers_counts_how_facts_are_known(
    demo_client: FlaskClient, demo_store: Store
) -> None:
    text = text_of(page(demo_client, "/guide/researcher"))
    for words, pattern in {
        "described by a source": "?x a urb:Plan ; urb:evidence urb:PlanDescribed",
        "not graded yet": "?x a urb:Plan FILTER NOT EXISTS { ?x urb:evidence ?y }",
        "only announced, and so no plan": "?x a urb:AnnouncedPlan",
        "printed by the programme": "?x urb:declaredTheme ?y",
        "stated by a page": "?x urb:statedCall ?y",
        "compared with the source by a second reader": "?x a urb:Network ; urb:reviewed ?y",
    }.items():
        query = f"PREFIX urb: <https://w3id.org/urbact-graph/ontology#> SELECT * {{ {pattern} }}"
        assert f"{words} {len(answer(query, demo_store))} " in text


def test_the_page_for_city_officers_has_the_numbers_of_the_example(
    demo_client: FlaskClient, demo_store: Store
) -> None:
    text = text_of(page(demo_client, "/guide/city-officer"))
    city = "<https://w3id.org/urbact-graph/city/pl/wroclaw>"
    query = "PREFIX urb: <https://w3id.org/urbact-graph/ontology#> SELECT * {{ {} urb:{} ?x }}"
    networks, peers = (
        len(answer(query.format(city, name), demo_store))
        for name in ("inNetwork", "sharesNetworkWith")
    )
    assert f"Wroclaw , for example: {networks} network" in text
    assert f"{peers} cities that it met" in text


def test_code_for_analysts_reads_what_there_is(demo_client: FlaskClient) -> None:
    shown = page(demo_client, "/guide/analyst")
    codes = [html.unescape(re.sub("<[^>]*>", "", one)) for one in _codes(shown)]
    read = [
        one for code in codes for one in re.findall(r"https://data.example/graph(/[^\"' ]+)", code)
    ]
    assert len(read) >= 12
    columns = {}
    for path in read:
        for name in ("networks", "partnerships") if "{}" in path else ("",):
            response = demo_client.get(path.format(name) if name else path)
            assert response.status_code == 200, path
            columns[name or path] = response.text.partition("\r\n")[0].split(",")
    (joined,) = [code for code in codes if ".merge(" in code]
    assert {"theme", "iri", "start_year"} <= {*columns["networks"]}
    assert {"network_iri", "iri"} <= {*columns["partnerships"]}
    assert 'left_on="network_iri", right_on="iri"' in joined


def test_code_with_a_query_sends_one_that_has_an_answer(
    demo_client: FlaskClient, demo_store: Store
) -> None:
    codes = [html.unescape(one) for one in _codes(page(demo_client, "/guide/analyst"))]
    queries = [one for code in codes for one in re.findall(r'"\n(PREFIX .*?)"', code, re.DOTALL)]
    assert len(queries) == 2
    assert all(answer(query, demo_store) for query in queries)


def test_commands_for_harvesters_ask_what_there_is(demo_client: FlaskClient) -> None:
    commands = "\n".join(_codes(page(demo_client, "/guide/harvester")))
    asked = set(re.findall(r"https://data.example/graph(/\S*)", html.unescape(commands)))
    assert {"/", "/dumps/latest/SHA256SUMS", "/ldes", "/network/greenplace.ttl"} <= asked
    for path in asked:
        assert fetched(demo_client, path).status_code == 200, path


def test_the_checksum_for_harvesters_is_that_of_the_file(demo_client: FlaskClient) -> None:
    text = text_of(page(demo_client, "/guide/harvester"))
    sums = demo_client.get("/dumps/latest/SHA256SUMS").text
    (digest,) = re.findall(r"(\w{64})  urbact-graph\.ttl\.gz\n", sums)
    assert digest in text


def test_the_page_of_the_endpoint_has_what_the_report_has(demo_client: FlaskClient) -> None:
    report = demo_client.get("/conformance.json").get_json()
    shown = page(demo_client, "/guide/endpoint")
    linked = {urlsplit(one).fragment for one in re.findall(r'href="(/conformance#[^"]*)"', shown)}
    cases = [case for area in report["areas"] for case in area["cases"]]
    assert len(linked) == sum(case["outcome"] == "deviates" for case in cases)
    for case in cases:
        if case["outcome"] == "not offered":
            assert case["title"] in html.unescape(shown)
    assert f"{report['counts']['passed']} have the answer" in text_of(shown)


def _codes(shown: str) -> list[str]:
    return re.findall(r'<pre tabindex="0"><code>(.*?)</code>', shown, re.DOTALL)

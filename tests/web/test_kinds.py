"""The pages that are designed for their kind, on the demo."""

from __future__ import annotations

import html
import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from tests.support.evaluating import InProcessEngine
from tests.support.marking import sampled
from tests.web.serving import ADDRESS, BROWSER, addresses, text_of
from urbact_graph.rdf.namespaces import DCT
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.atlas.atlas import Atlas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from urbact_graph.web.application import Application

FOLD = '<details class="fold"><summary>All statements</summary>'
DEPRECATED = """
<https://w3id.org/urbact-graph/network/gone> <http://www.w3.org/2002/07/owl#deprecated> true ;
  <http://www.w3.org/2000/01/rdf-schema#label> "Gone"@en ;
  <http://purl.org/dc/terms/isReplacedBy> <https://w3id.org/urbact-graph/network/greenplace> .
<https://w3id.org/urbact-graph/document/gone> <http://www.w3.org/2002/07/owl#deprecated> true ;
  <http://www.w3.org/2000/01/rdf-schema#label> "Said otherwise."@en ;
  <http://purl.org/dc/terms/isReplacedBy> <https://w3id.org/urbact-graph/document/kept> .
<https://w3id.org/urbact-graph/document/kept>
  <http://www.w3.org/2000/01/rdf-schema#label> "A sentence."@en .
"""


@pytest.fixture(scope="module")
def app(demo_store: Store) -> Application:
    """Serve the demo, with a deprecated network beside it, without a process."""
    store = Store()
    store.bulk_extend(demo_store)
    store.extend(parse(DEPRECATED, format=RdfFormat.TURTLE))
    settings = Settings.load(public_url=ADDRESS)
    return create_app(settings, InProcessEngine(store, settings))


@pytest.fixture(scope="module")
def client(app: Application) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def atlas(app: Application) -> Iterator[Atlas]:
    snapshot = app.served.enter()
    yield snapshot.derive(Atlas.of)
    app.served.leave(snapshot)


@cache
def page(client: FlaskClient, path: str) -> str:
    response = client.get(f"/{path}", headers=BROWSER)
    assert response.status_code == 200, response.text
    return response.text


def main_of(text: str) -> str:
    """Return what stands on the page before all statements."""
    return text.partition('<main id="content"')[2].partition(FOLD)[0]


def section(text: str, anchor: str) -> str:
    """Return the section of the page that begins with the heading ``anchor``."""
    return main_of(text).partition(f'<h2 id="{anchor}">')[2].partition("<h2")[0]


def linked(text: str) -> list[str]:
    """Return the paths of the documents that a text links to, in order."""
    return [html.unescape(path) for path in re.findall(r'href="/([^"]+)\.html"', text)]


KINDS = (
    *("networks", "cities", "themes", "programmes", "calls", "plans", "recommendations"),
    *("people", "documents"),
)


@pytest.mark.parametrize("kind", sampled(KINDS, 3))
def test_every_thing_of_a_kind_has_its_page_with_all_statements_in_a_fold(
    client: FlaskClient, atlas: Atlas, kind: str
) -> None:
    things = getattr(atlas, kind)
    assert things
    for path, thing in things.items():
        text = page(client, f"{path}.html")
        before, fold, statements = text.partition(FOLD)
        assert fold, path
        assert "<article" in before
        assert '<dl class="facts">' in statements
        assert f"<code>{atlas.base}{path}</code>" in statements
        if kind != "plans":
            assert html.unescape(text_of(main_of(text))).count(thing.label) >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_names_the_pages_that_it_was_read_from(
    client: FlaskClient, atlas: Atlas, demo_store: Store, kind: str
) -> None:
    for path in getattr(atlas, kind):
        subject = NamedNode(f"{atlas.base}{path}")
        stated = demo_store.quads_for_pattern(subject, NamedNode(DCT.source), None)
        read = {quad.object.value for quad in stated if isinstance(quad.object, NamedNode)}
        # The thesaurus is a source of themes, and has a page here.
        expected = {iri for iri in read if not iri.startswith(atlas.base)}
        own = {iri.removeprefix(atlas.base) for iri in read - expected}
        text = page(client, f"{path}.html")
        fold = text.partition('<details class="fold sources">')[2].partition("</details>")[0]
        found = {html.unescape(one) for one in re.findall(r'class="external" href="([^"]*)"', fold)}
        assert found == expected, path
        assert set(re.findall(r'<a href="/([^"]*)"', fold)) == own, path


def test_a_link_that_is_not_marked_leads_to_this_site(client: FlaskClient, atlas: Atlas) -> None:
    for path in ("network/greenplace", "city/pl/wroclaw", "theme/food", next(iter(atlas.plans))):
        for tag in re.findall(r"<a [^>]*>", main_of(page(client, f"{path}.html"))):
            assert ("external" in tag) == ('href="http' in tag), tag


@pytest.mark.parametrize(
    "kind", sampled(["networks", "cities", "programmes", "calls", "documents"], 3)
)
def test_links_of_the_pages_lead_somewhere(client: FlaskClient, atlas: Atlas, kind: str) -> None:
    found = {
        address
        for path in list(getattr(atlas, kind))[:3]
        for address in addresses(main_of(page(client, f"{path}.html")))
    }
    assert found
    for address in found:
        assert client.get(address, headers=BROWSER).status_code == 200, address


def test_a_network_lists_its_partners_by_country_and_marks_the_lead(
    client: FlaskClient, atlas: Atlas
) -> None:
    network = atlas.networks["network/greenplace"]
    partners = section(page(client, "network/greenplace.html"), "partners")
    assert set(linked(partners)) == set(network.partners)
    places = re.findall(r'<h3><a href="/countries/(\w\w)">', partners)
    assert set(places) == {code.lower() for code in network.countries}
    names = [atlas.countries[code.upper()].name for code in places]
    assert names == sorted(names)
    lead = partners.partition("Lead</strong>")[0].rpartition("<li>")[2]
    assert linked(lead) == [network.lead]
    assert partners.count("Lead</strong>") == 1
    assert 'data-source="/map.json?network=greenplace"' in partners


def test_a_network_shows_its_plans_with_their_evidence_and_announced_ones_apart(
    client: FlaskClient, atlas: Atlas
) -> None:
    network = atlas.networks["network/greenplace"]
    text = page(client, "network/greenplace.html")
    plans, announced = section(text, "plans"), section(text, "announced")
    assert {path for path in linked(plans) if path.startswith("plan/")} == set(network.plans)
    assert {path for path in linked(announced) if path.startswith("plan/")} == set(
        network.announced_plans
    )
    described = [p for p in network.plans if atlas.plans[p].evidence == "described"]
    assert plans.count("A source describes it") == len(described)
    assert announced.count("Only announced") == len(network.announced_plans)


def test_a_network_says_its_call_and_whether_a_source_does(
    client: FlaskClient, atlas: Atlas
) -> None:
    for path, network in atlas.networks.items():
        if network.call:
            text = text_of(main_of(page(client, f"{path}.html")))
            said = "stated by a source" if network.call_is_stated else "assigned by programme"
            assert said in text


def test_a_network_links_to_what_is_similar(client: FlaskClient, demo_store: Store) -> None:
    similar = section(page(client, "network/greenplace.html"), "similar")
    scores = [float(score) for score in re.findall(r"Score ([\d.]+)", similar)]
    assert len(scores) == len(linked(similar)) > 0
    assert scores == sorted(scores, reverse=True)
    assert all(path.startswith("network/") for path in linked(similar))
    assert demo_store


def test_a_city_stands_on_the_time_line_with_its_networks(
    client: FlaskClient, atlas: Atlas
) -> None:
    for path, city in atlas.cities.items():
        networks = section(page(client, f"{path}.html"), "networks")
        assert sorted(linked(networks)) == list(city.networks)
        dated = [one for one in city.networks if atlas.networks[one].start_year]
        bars = re.findall(r'<svg class="span".*?</svg>', networks, re.DOTALL)
        drawn = [bar for bar in bars if re.search(r"<rect|<circle", bar)]
        assert len(bars) == len(city.networks)
        assert len(drawn) >= len(dated)
        assert networks.count(">Lead<") == len(city.led)


def test_a_city_names_those_it_met_most_often_first(client: FlaskClient, atlas: Atlas) -> None:
    city = max(atlas.cities.values(), key=lambda one: max(one.peers.values(), default=0))
    met = section(page(client, f"{city.path}.html"), "met")
    found = [path for path in linked(met) if path.startswith("city/")]
    counts = [city.peers[path] for path in found]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == max(city.peers.values())
    assert 0 < len(found) <= len(city.peers)


def test_a_city_has_its_names_with_their_languages(client: FlaskClient, atlas: Atlas) -> None:
    city = atlas.cities["city/pl/wroclaw"]
    text = page(client, "city/pl/wroclaw.html")
    names = text.partition("<summary>Names in other languages")[2].partition("</details>")[0]
    for name in city.names:
        assert html.escape(name.text, quote=False) in names.replace("&#39;", "'")
        if name.language and name.language != "en":
            assert f'lang="{name.language}"' in names or name.text in names


def test_a_country_has_a_page_that_is_linked_instead_of_the_iri(
    client: FlaskClient, atlas: Atlas
) -> None:
    assert atlas.countries
    for country in atlas.countries.values():
        text = page(client, country.path)
        assert f"<h1>{html.escape(country.name)}</h1>" in text
        assert set(country.cities) <= set(linked(section(text, "cities")))
        assert set(country.networks) <= set(linked(section(text, "networks")))
        assert f'<a class="external" href="{country.iri}">' in text
    whole = page(client, "city/pl/wroclaw.html")
    poland = atlas.countries["PL"]
    assert f'<a href="/{poland.path}">{poland.name}</a>' in whole.partition(FOLD)[0]
    assert f'<a href="/{poland.path}">{poland.name}</a>' in whole.partition(FOLD)[2]
    assert f'href="{poland.iri}"' not in whole


def test_the_countries_are_listed(client: FlaskClient, atlas: Atlas) -> None:
    text = page(client, "countries")
    listed = re.findall(r'<th scope="row"><a href="/countries/(\w\w)">([^<]*)', text)
    assert {code.upper() for code, _ in listed} == set(atlas.countries)
    names = [html.unescape(name).casefold() for _, name in listed]
    assert names == sorted(names)


@pytest.mark.parametrize("name", ["PL", "pl.html", "Poland", "poland"])
def test_other_spellings_of_a_country_lead_to_its_page(client: FlaskClient, name: str) -> None:
    response = client.get(f"/countries/{name}", headers=BROWSER)
    assert response.status_code == 308
    assert response.headers["Location"] == "../countries/pl"


@pytest.mark.parametrize("name", ["zz", "polend", "1", "x" * 300, "%20"])
def test_an_unknown_country_is_not_found(client: FlaskClient, name: str) -> None:
    response = client.get(f"/countries/{name}")
    assert response.status_code == 404
    if name == "polend":
        assert "Did you mean /countries/pl?" in response.get_json(force=True)["detail"]


def test_a_deprecated_network_keeps_the_page_that_says_so(client: FlaskClient) -> None:
    text = page(client, "network/gone.html")
    assert "This IRI was replaced by" in text
    assert FOLD not in text
    assert client.get("/network/gone", headers=BROWSER).status_code == 303


@pytest.mark.parametrize(("path", "end"), [("network", "GreenPlace."), ("document", "A sentence.")])
def test_a_replacement_ends_with_one_full_stop(client: FlaskClient, path: str, end: str) -> None:
    notice = page(client, f"{path}/gone.html").partition("This IRI was replaced by")[2]
    assert re.sub(r"<[^>]*>", "", notice).startswith(f" {end} Use that instead.")


def test_a_plan_without_an_address_names_where_it_is_described(
    client: FlaskClient, atlas: Atlas
) -> None:
    plans = [one for one in atlas.plans.values() if not one.page and one.evidence != "announced"]
    assert plans
    for plan in plans:
        shown = main_of(page(client, f"{plan.path}.html"))
        where = shown.partition("No address is known where the plan itself can be read.")[2]
        assert 'class="external"' in where.partition("</ul>")[0], plan.path


@pytest.mark.parametrize("path", ["theme.html", "ontology.html", "glossary.html"])
def test_what_has_no_designed_page_keeps_its_rows(client: FlaskClient, path: str) -> None:
    assert FOLD not in page(client, path)


def test_a_dataset_of_others_keeps_the_rows_and_has_no_countries(demo_store: Store) -> None:
    settings = Settings.load(public_url=ADDRESS, dataset="others.nt")
    client = create_app(settings, InProcessEngine(demo_store, settings)).test_client()
    text = page(client, "network/greenplace.html")
    assert FOLD not in text
    assert "publications.europa.eu/resource/authority/country/POL" in text
    for path in ("countries", "countries/pl"):
        assert client.get(f"/{path}").status_code == 404


def test_countries_are_marked_up_for_search_engines(client: FlaskClient, atlas: Atlas) -> None:
    text = page(client, "countries/pl")
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    markup = json.loads(found)
    assert markup["@type"] == "Country"
    assert markup["@id"] == atlas.countries["PL"].iri
    assert markup["name"] == "Poland"
    assert markup["url"] == f"{ADDRESS}/countries/pl"

"""A second edition of the facts: by the stream all have it, and IRIs that are gone stay."""

from __future__ import annotations

import csv
import io
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from tests.conftest import loaded
from tests.web.serving import serving_file
from tests.web.sites import Site
from urbact_graph.rdf.formats import format_named
from urbact_graph.rdf.namespaces import DCT, OWL, VOID
from urbact_graph.rdf.resources import COMPUTED, resource_of
from urbact_graph.release.tables import make_tables
from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from tests.support.replicas import Replica

BASE = "https://w3id.org/urbact-graph/"
REPLACED = "plan/greenplace/it/quarto-d-altino/integrated-action-plan"
REPLACEMENT = "plan/greenplace/es/onda/integrated-action-plan"
WITHDRAWN = "recommendation/vilawatt-utm/04459ff1"
STUBS = (REPLACED, WITHDRAWN)
ANNOUNCED = "plan/greenplace/it/quarto-d-altino/local-action-plan"
TOTAL = "total/new-call/networks"
REGION = "http://data.europa.eu/nuts/code/FI1"
# Of another publisher, and not used any more.
FORMER = "http://data.europa.eu/nuts/code/XX9"
SOURCE = "dct:source <https://example.org/page>"
# What the second edition states more: stubs, and things of classes that the first does not have.
MORE = f"""@base <{BASE}> .
@prefix dct: <{DCT}> .
@prefix owl: <{OWL}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix urb: <ontology#> .
<{REPLACED}> owl:deprecated true ; rdfs:label "The old plan"@en ; {SOURCE} ;
    dct:isReplacedBy <{REPLACEMENT}> ; skos:editorialNote "Both were one plan."@en .
<{WITHDRAWN}> owl:deprecated true ; rdfs:label "The old advice"@en ; {SOURCE} ;
    skos:editorialNote "Its source states no such advice."@en .
<{ANNOUNCED}> a urb:AnnouncedPlan ; urb:planKind urb:LocalActionPlan ; {SOURCE} ;
    urb:network <network/greenplace> ; urb:city <city/it/quarto-d-altino> .
<{TOTAL}> a urb:OfficialTotal ; urb:totalOf <programme/urbact-iv> ; {SOURCE} ;
    urb:measure urb:NetworksMeasure ; urb:total 30 .
<{REGION}> a skos:Concept ; skos:prefLabel "Manner-Suomi" ; skos:notation "FI1" ; {SOURCE} .
"""


def without(text: str, path: str) -> str:
    """Return Turtle of data/ without what it states of an entity."""
    left, count = re.subn(rf"<{re.escape(path)}>\n.*?^\.\n", "", text, flags=re.S | re.M)
    assert count == 1, path
    return left


@pytest.fixture(scope="module")
def site(demo_sources: GraphSources, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Serve the demo without shapes, which make no difference here."""
    folder = tmp_path_factory.mktemp("editions") / "site"
    shutil.copytree(demo_sources.root, folder, ignore=shutil.ignore_patterns("build"))
    for shapes in (folder / "shapes").iterdir():
        shapes.unlink()
    (folder / "data" / "former.ttl").write_text(
        f'<{FORMER}> <http://www.w3.org/2004/02/skos/core#prefLabel> "Gone" .\n', encoding="utf-8"
    )
    return Site.at(GraphSources(folder))


@pytest.fixture(scope="module")
def first(site: Site) -> set[Triple]:
    return site.graph()


@pytest.fixture(scope="module")
def replica(site: Site, first: set[Triple]) -> Replica:
    """Follow the stream from the first edition of the demo to the second."""
    replica = site.replica()
    replica.sync()
    assert replica.triples == first
    for path in STUBS:
        file = site.sources.data / f"networks/{path.split('/')[1]}.ttl"
        file.write_text(without(file.read_text(encoding="utf-8"), path), encoding="utf-8")
    network = site.sources.data / "networks/greenplace.ttl"
    text = network.read_text(encoding="utf-8").replace(
        'skos:prefLabel "GreenPlace"@en', 'skos:prefLabel "Green Place"@en'
    )
    network.write_text(text, encoding="utf-8")
    (site.sources.data / "former.ttl").unlink()
    (site.sources.data / "more.ttl").write_text(MORE, encoding="utf-8")
    site.reload()
    replica.sync()
    return replica


@pytest.fixture(scope="module")
def client(site: Site, replica: Replica) -> Iterator[FlaskClient]:
    """Serve the second edition of the demo, once the replica has it."""
    assert replica.members
    release = site.release()
    with serving_file(release.graph, release) as app:
        yield app.test_client()


# ---- The stream ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_replica_arrives_at_the_second_edition(
    site: Site, first: set[Triple], replica: Replica
) -> None:
    assert site.graph() != first
    assert replica.triples == site.graph()
    assert replica.restarts == 0


def test_members_are_what_was_added_changed_and_removed(
    site: Site, first: set[Triple], replica: Replica
) -> None:
    found = {member.resource.value.removeprefix(BASE): member.triples for member in replica.members}
    assert len(found) == len(replica.members), "a resource has one version at a time"
    for path in (ANNOUNCED, TOTAL, REGION):
        assert found[path], "what is new has its facts"
        assert not any(about(triple, path) for triple in first)
    for path in (*STUBS, "network/greenplace"):
        assert found[path], "what is deprecated is an update, not a deletion"
        assert any(about(triple, path) for triple in first)
    stated = {str(triple) for triple in found[REPLACED] or ()}
    assert any(f"<{OWL.deprecated}>" in triple for triple in stated)
    assert any(f"<{DCT.isReplacedBy}> <{BASE}{REPLACEMENT}>" in triple for triple in stated)
    gone = {path for path, triples in found.items() if triples is None}
    now = {str(triple.subject) for triple in site.graph()}
    assert all(f"<{BASE if '://' not in path else ''}{path}>" not in now for path in gone)
    # The region, and what was computed of the recommendation that was withdrawn.
    assert {path for path in gone if not path.startswith(COMPUTED)} == {FORMER}
    assert any(path.startswith("similarity/recommendation/") for path in gone)


def about(triple: Triple, path: str) -> bool:
    iri = path if "://" in path else BASE + path
    return isinstance(triple.subject, NamedNode) and triple.subject.value == iri


def test_no_member_says_what_was_known(first: set[Triple], replica: Replica) -> None:
    """What each build computes is no change where the result is the same."""
    known: dict[str, set[Triple]] = {}
    for triple in first:
        assert isinstance(triple.subject, NamedNode)
        known.setdefault(resource_of(triple.subject.value, BASE), set()).add(triple)
    for member in replica.members:
        stated = set(member.triples or ())
        assert stated != known.get(member.resource.value, set()), member.resource
    computed = {iri for iri in known if iri.removeprefix(BASE).startswith(COMPUTED)}
    touched = {member.resource.value for member in replica.members}
    assert computed - touched, "a change touches only what is computed from it"


def test_what_is_built_again_without_a_change_adds_nothing(site: Site, replica: Replica) -> None:
    network = site.sources.data / "networks/greenplace.ttl"
    text = network.read_text(encoding="utf-8")
    network.write_text(f"# Another comment.\n\n{text}", encoding="utf-8")
    follower, state = site.replica(), site.release().stream.read_bytes()
    follower.sync()
    site.reload()
    assert site.release().stream.read_bytes() == state
    follower.sync()
    assert [fetched.status for fetched in follower.fetched] == [304]
    assert follower.triples == replica.triples


# ---- Deprecated IRIs -------------------------------------------------------------------------


@pytest.mark.process
@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "nt", "rdf"])
@pytest.mark.parametrize("path", STUBS)
def test_the_document_of_a_deprecated_iri_says_what_replaces_it(
    client: FlaskClient, path: str, suffix: str
) -> None:
    form = format_named(suffix, "graph")
    assert form
    redirect = client.get(f"/{path}", headers={"Accept": form.media_type})
    assert redirect.status_code == 303
    assert redirect.headers["Location"].lstrip("./") == f"{path}.{suffix}"
    response = client.get(f"/{path}.{suffix}")
    assert response.status_code == 200
    parsed = parse(response.data, format=RdfFormat.from_media_type(form.media_type), base_iri=BASE)
    stated = {
        (quad.predicate.value, getattr(quad.object, "value", ""))
        for quad in parsed
        if quad.subject == NamedNode(BASE + path)
    }
    assert (OWL.deprecated, "true") in stated
    replacements = {value for name, value in stated if name == DCT.isReplacedBy}
    assert replacements == ({BASE + REPLACEMENT} if path == REPLACED else set())


@pytest.mark.process
def test_the_page_of_a_deprecated_iri_says_so_first(client: FlaskClient) -> None:
    text = client.get(f"/{REPLACED}.html").text
    notice = text[text.index('class="notice"') : text.index("<dl")]
    assert "This IRI was replaced by" in notice
    assert f'href="/{REPLACEMENT}"' in notice
    assert "Both were one plan." in notice
    assert text.count("Both were one plan.") == 1
    assert "<title>The old plan (deprecated) · urbact-graph</title>" in text
    text = client.get(f"/{WITHDRAWN}.html").text
    notice = text[text.index('class="notice"') : text.index("<dl")]
    assert "This IRI is deprecated, and nothing replaces it." in notice
    assert "Its source states no such advice." in notice


@pytest.mark.process
def test_other_pages_do_not_speak_of_deprecated_iris(client: FlaskClient) -> None:
    text = client.get(f"/{REPLACEMENT}.html").text
    assert 'class="notice"' not in text
    assert "replaced" not in text
    assert REPLACED not in text
    assert not any(path in client.get("/network/greenplace.html").text for path in STUBS)


@pytest.mark.process
def test_the_sitemap_and_suggestions_leave_deprecated_iris_out(client: FlaskClient) -> None:
    listed = client.get("/sitemap.xml").text
    assert f"/{REPLACEMENT}.html<" in listed
    assert f"/{ANNOUNCED}.html<" in listed
    assert not any(path in listed for path in STUBS)
    response = client.get(f"/{REPLACED}s", headers={"Accept": "application/json"})
    assert response.status_code == 404
    suggested = {one["iri"].removeprefix(BASE) for one in response.get_json()["suggestions"]}
    assert suggested
    assert suggested.isdisjoint(STUBS)


def test_counts_and_tables_leave_deprecated_iris_out(site: Site, replica: Replica) -> None:
    subjects = {
        triple.subject.value
        for triple in replica.triples
        if isinstance(triple.subject, NamedNode) and triple.subject.value.startswith(BASE)
    }
    (entities,) = (
        triple.object.value
        for triple in replica.triples
        if about(triple, "dataset")
        and triple.predicate.value == VOID.entities
        and isinstance(triple.object, Literal)
    )
    deprecated = {
        triple.subject for triple in replica.triples if triple.predicate.value == OWL.deprecated
    }
    assert len(deprecated) >= len(STUBS)
    assert int(entities) == len(subjects) - len(deprecated)
    tables = make_tables(loaded(site.release().graph), BASE)
    assert BASE + REPLACEMENT in tables["plans"].content.decode()
    for name, table in tables.items():
        rows = csv.reader(io.StringIO(table.content.decode()))
        assert {row[0].removeprefix(BASE) for row in rows}.isdisjoint(STUBS), name

"""From the first edition of the facts to the one of today: the stream, the dates, the version."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from tests.conftest import ROOT
from tests.foundation.test_documentation import rows
from tests.support.descriptions import digest_before_naming, is_description
from tests.support.editions import by_entity, facts_of, lay_out_first_edition
from tests.support.readme_answers import count_of, with_answers
from tests.support.working_copies import BASE, WorkingCopy, day, needs_git
from tests.web.sites import Site
from urbact_graph.dataset.building import build
from urbact_graph.rdf.namespaces import DCT, OWL
from urbact_graph.rdf.resources import COMPUTED, resource_of
from urbact_graph.rdf.terms import date_time

if TYPE_CHECKING:
    from tests.support.replicas import Replica, Version

# test_second_edition.py is the same on the demo.
pytestmark = [pytest.mark.exhaustive, needs_git]
FIRST, SECOND = 1, 2


@dataclass(frozen=True)
class Edition:
    """What is stated in one edition, and what was published of it, in one release."""

    stated: dict[str, set[Quad]]
    graph: set[Triple]
    version: str
    digest: str


@dataclass(frozen=True)
class Editions:
    """Both editions, and the replica that followed the stream from one to the other."""

    site: Site
    first: Edition
    second: Edition
    replica: Replica
    members: list[Version]


def edition_of(site: Site) -> Edition:
    built = build(site.sources, site.sources.root / "build")
    assert not built.fresh, "it is built already"
    return Edition(
        by_entity(facts_of(site.sources.root)),
        site.graph(),
        site.release().version,
        digest_before_naming(built, site.sources),
    )


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> Editions:
    """Publish the first edition, follow its stream, publish that of today, and follow on."""
    copy = WorkingCopy(tmp_path_factory.mktemp("editions") / "copy")
    shutil.rmtree(copy.root / "ontology")
    lay_out_first_edition(copy.root)
    commit(copy, FIRST)
    (copy.root / "shapes").mkdir()
    site = Site.at(copy.sources)
    replica = site.replica("application/n-quads")
    replica.sync()
    first = edition_of(site)
    assert replica.triples == first.graph
    for name in ("data", "ontology"):
        shutil.rmtree(copy.root / name)
        shutil.copytree(ROOT / name, copy.root / name)
    commit(copy, SECOND)
    site.reload()
    replica.sync()
    return Editions(site, first, edition_of(site), replica, list(replica.members))


def commit(copy: WorkingCopy, number: int) -> None:
    """Commit the facts and the rules, on that day."""
    copy.git("add", "--all", "--force", "data", "ontology")
    copy.git("commit", "-q", "-m", f"Edition {number}", when=day(number))


def test_the_replica_arrives_at_exactly_the_graph_of_today(editions: Editions) -> None:
    assert editions.replica.triples == editions.second.graph
    assert editions.replica.restarts == 0
    assert editions.first.graph - editions.second.graph
    assert editions.second.graph - editions.first.graph
    editions.replica.sync()
    assert [fetched.status for fetched in editions.replica.fetched] == [304]


def test_no_published_iri_is_deleted_and_only_what_differs_is_a_member(editions: Editions) -> None:
    versions = {member.resource.value: member.triples for member in editions.members}
    assert len(versions) == len(editions.members), "a resource has one version at a time"
    described = {
        edition: by_resource(getattr(editions, edition).graph) for edition in ("first", "second")
    }
    differ = {
        iri
        for iri in described["first"].keys() | described["second"].keys()
        if described["first"].get(iri) != described["second"].get(iri)
    }
    assert versions.keys() == differ
    deleted = {iri for iri, triples in versions.items() if triples is None}
    assert deleted == described["first"].keys() - described["second"].keys()
    below = {iri.removeprefix(BASE) for iri in deleted if iri.startswith(BASE)}
    assert all(path.startswith(COMPUTED) for path in below)
    stubs = [iri for iri, facts in editions.second.stated.items() if is_deprecated(facts)]
    assert stubs
    assert all(versions[iri] for iri in stubs), "what is deprecated is an update"


def by_resource(graph: set[Triple]) -> dict[str, set[Triple]]:
    found: dict[str, set[Triple]] = {}
    for triple in graph:
        assert isinstance(triple.subject, NamedNode)
        found.setdefault(resource_of(triple.subject.value, BASE), set()).add(triple)
    return found


def is_deprecated(facts: set[Quad]) -> bool:
    return any(quad.predicate.value == OWL.deprecated for quad in facts)


def test_each_entity_has_the_day_of_the_edition_that_changed_it(editions: Editions) -> None:
    old, new = editions.first.stated, editions.second.stated
    assert set(dates(editions.first).values()) == {moment(FIRST)}
    found = dates(editions.second)
    expected = {
        iri: moment(FIRST if old.get(iri) == facts else SECOND) for iri, facts in new.items()
    }
    assert {iri: found.get(iri) for iri in expected} == expected
    assert set(expected.values()) == {moment(FIRST), moment(SECOND)}
    others = {iri.removeprefix(BASE) for iri in found.keys() - expected.keys()}
    assert all(path.startswith(COMPUTED) or is_description(path) for path in others)


def test_the_document_on_changes_says_what_the_first_edition_answered(editions: Editions) -> None:
    graph = Store()
    graph.extend(Quad(t.subject, t.predicate, t.object) for t in editions.first.graph)
    document = ROOT / "docs" / "data-changes.md"
    text = document.read_text()
    assert with_answers(text, graph, "sparql before") == text
    counts = rows(document, "What there is")
    assert {row[1]: row[2] for row in counts} == {
        row[1]: str(count_of(graph, row[1])) for row in counts
    }


def dates(edition: Edition) -> dict[str, str]:
    """Return the ``dct:modified`` of each entity."""
    found: dict[str, str] = {}
    for triple in edition.graph:
        if triple.predicate.value == DCT.modified:
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, Literal)
            assert triple.subject.value not in found, "an entity has one time"
            found[triple.subject.value] = triple.object.value
    return found


def moment(number: int) -> str:
    return date_time(day(number)).value


@pytest.mark.parametrize(("name", "number"), [("first", FIRST), ("second", SECOND)])
def test_the_version_has_the_day_of_the_edition_and_its_digest(
    editions: Editions, name: str, number: int
) -> None:
    edition: Edition = getattr(editions, name)
    assert edition.version == f"{day(number):%Y-%m-%d}-{edition.digest[:12]}"
    stated = {
        triple.object.value
        for triple in edition.graph
        if triple.subject == NamedNode(f"{BASE}dataset")
        and triple.predicate.value == OWL.versionInfo
        and isinstance(triple.object, Literal)
    }
    assert stated == {edition.version}

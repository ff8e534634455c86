"""The home page: the contents of the graph and all addresses, for people and for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from flask import Blueprint, Response, redirect, render_template, request
from pyoxigraph import Literal, NamedNode, Triple
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.description.distributions import LICENCE
from urbact_graph.rdf.namespaces import DCT, OWL, SCHEMA, namespaces, shortened
from urbact_graph.web.application import current_application
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.counted import noun
from urbact_graph.web.documents.document import HTML, RDF_SUFFIXES, chosen_suffix, media_type_of
from urbact_graph.web.documents.index import Index
from urbact_graph.web.documents.links import ABOUT_PAGE, Link, link_header
from urbact_graph.web.pages.coverage import Coverage, Scope, Total
from urbact_graph.web.pages.dataset_markup import dataset_markup
from urbact_graph.web.pages.dataset_page import DATASET
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.pages.home_page import HomePage, ways_in
from urbact_graph.web.pages.large_pages import dataset_page
from urbact_graph.web.pages.page_head import script
from urbact_graph.web.pages.schema_org import Facts
from urbact_graph.web.questions.answer import EXAMPLES
from urbact_graph.web.questions.understanding import LONGEST_QUESTION
from urbact_graph.web.routes.dumps import item_links
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.spellings import has_route, location

_DAY = len("2026-11-23")

# The classes of the ontology without a superclass in it, and the concept schemes, each with its
# members that have documents.
# The groups are chosen first, so that the filters are tried once for each entity, not each value.
_CONTENTS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?group ?entity (COUNT(?value) AS ?statements)
WHERE {
  {
    SELECT ?group ?entity
    WHERE {
      { ?entity a ?group } UNION { ?entity skos:inScheme ?group }
      FILTER(STRSTARTS(STR(?group), ?base))
      FILTER(STRSTARTS(STR(?entity), ?base) && !CONTAINS(STR(?entity), "#"))
      FILTER NOT EXISTS { ?group rdfs:subClassOf ?above FILTER(STRSTARTS(STR(?above), ?base)) }
    }
  }
  ?entity ?property ?value
}
GROUP BY ?group ?entity
"""
_CLASSES = """
SELECT ?class (COUNT(?resource) AS ?resources)
WHERE { ?resource a ?class }
GROUP BY ?class
ORDER BY DESC(?resources) ?class
LIMIT 12
"""
# The kinds of entities, in the order of the page; other kinds follow, the largest first.
_KINDS = {
    "ontology#Network": ("network", "networks"),
    "ontology#City": ("city", "cities"),
    "ontology#Plan": ("plan", "plans"),
    "ontology#AnnouncedPlan": ("plan only announced", "plans only announced"),
    "ontology#Recommendation": ("recommendation", "recommendations"),
    "theme": ("theme", "themes"),
    "ontology#Partnership": ("partnership", "partnerships"),
    "ontology#Document": ("document", "documents"),
    "ontology#Person": ("person", "people"),
    "ontology#Call": ("call for proposals", "calls for proposals"),
    "ontology#Programme": ("programme", "programmes"),
    "glossary": ("term of the glossary", "terms of the glossary"),
}
# These say something of entities, and are no contents of their own.
_NOT_SHOWN = ("ontology#OfficialTotal", "ontology#Similarity")
# What is linked from the page: path, name and purpose. What this instance lacks is left out: some
# need a release, others a dataset that describes itself.
_PLACES = (
    ("guide", "Guide", "SPARQL in ten steps, the model, and what each kind of reader can do here"),
    ("docs/", "Documentation", "how to use all of this, with the reference of the Python API"),
    ("sparql", "SPARQL", "write your own queries, in the browser or for any SPARQL 1.1 client"),
    ("queries", "Stored queries", "common questions, ready to run"),
    ("tables", "Tables", "each kind of thing as a table, for spreadsheets and data frames"),
    ("ontology", "Ontology", "the classes and properties, and what each of them means"),
    ("theme", "Themes", "the topics of the networks, from broad to narrow"),
    ("glossary", "Glossary", "the terms of the programme, with definitions"),
    ("dumps/", "Dumps", "the whole graph as files, in RDF and as tables"),
    ("dataset", "Dataset", "publisher, licence, version and counts of the dataset"),
    ("void", "VoID", "counts, and links to other datasets, for programs"),
    ("catalog", "DCAT catalogue", "the entry of the dataset for data portals (DCAT-AP)"),
    ("ldes", "Stream of changes", "all changes, to keep a copy up to date"),
    ("shapes", "Shapes", "the rules that the data is checked against"),
    ("validation", "Validation report", "what that check found in the current graph"),
    ("context.jsonld", "JSON-LD context", "short names for all properties and classes"),
    ("limits", "Limits", "how long a query may run, and all other limits"),
    ("conformance", "Conformance", "what was tested of SPARQL, and where the engine deviates"),
    ("openapi", "OpenAPI", "the interface, for programs and generators of code"),
    ("sitemap.xml", "Sitemap", "the addresses of all pages"),
)
_OF_RELEASES = ("dumps/", "tables", "ldes", "shapes", "validation", "pictures/cooperation")
_OF_DESCRIPTIONS = ("void", "catalog")
_DOCUMENTATION = "docs/"
# The header of every page: lists and pictures, and the way to the data.
_NAVIGATION = (
    ("networks", "Networks"),
    ("cities", "Cities"),
    ("plans", "Plans"),
    ("recommendations", "Advice"),
    ("themes", "Themes"),
    ("map", "Map"),
    ("queries", "Queries"),
    ("guide", "Guide"),
    ("dataset.html", "Data"),
)
_SEARCH = "/search"
# The foot of every page, in columns.
_WAYS_IN = (
    (
        "Explore",
        ("networks", "cities", "plans", "recommendations", "people", "themes", "countries"),
    ),
    (
        "See",
        (
            *("map", "pictures/timeline", "pictures/themes", "pictures/countries"),
            "pictures/cooperation",
        ),
    ),
    ("Use the data", ("sparql", "queries", "tables", "dumps/", "catalog", "ldes", "openapi")),
    (
        "Understand it",
        (
            *("guide", "guide/model", "docs/", "ontology.html", "glossary.html", "theme.html"),
            "dataset.html",
        ),
    ),
    ("Check it", ("validation", "shapes", "guide/endpoint", "conformance", "limits")),
)
_GUIDE = ("guide", "guide/model", "guide/endpoint")
_ONLY_OF_URBACT = ("queries", *_GUIDE, *_OF_DESCRIPTIONS, *_WAYS_IN[0][1], *_WAYS_IN[1][1])
_NAMES = {
    **dict(_NAVIGATION),
    **{path: name for path, name, _ in _PLACES},
    "guide/model": "The model",
    "guide/endpoint": "The endpoint and the standard",
    "people": "People",
    "countries": "Countries",
    "pictures/timeline": "Time line of the programmes",
    "pictures/themes": "Themes over time",
    "pictures/countries": "Reach by country",
    "pictures/cooperation": "Cities that worked together",
    "ontology.html": "Ontology",
    "glossary.html": "Glossary",
    "theme.html": "Thesaurus of themes",
    "dataset.html": "About the dataset",
}


@dataclass(frozen=True)
class Group:
    """A kind of entities: how many there are, and the one with the most statements."""

    name: str
    size: int
    example: str = ""
    address: str = ""
    language: str = ""


@dataclass(frozen=True)
class Contents:
    """The contents of one version of the graph, as the page shows them.

    ``dataset`` is the description of the dataset in the graph, empty if it has none; ``entities``
    are the paths of the places that are entities.
    """

    groups: tuple[Group, ...]
    dataset: tuple[Triple, ...]
    version: str
    modified: str
    entities: frozenset[str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the contents of ``snapshot``.

        Raises:
            ProblemError: as the engine raises it.
        """
        index = snapshot.derive(Index.of)
        dataset = snapshot.derive(dataset_page)
        facts = dataset.facts if dataset else Facts((), snapshot.base)
        iri = f"{snapshot.base}{DATASET}"
        return cls(
            _groups(snapshot, index) or _classes(snapshot),
            dataset.triples if dataset else (),
            facts.text(iri, OWL.versionInfo),
            facts.date(iri, DCT.modified)[:_DAY],
            frozenset(path for path, _, _ in _PLACES if index.get(path)),
        )


routes = Blueprint("home", __name__)


@routes.get("/")
def home() -> AnyResponse:
    """Give people the page, and redirect programs to the description of the dataset."""
    suffix = chosen_suffix(request.headers.get("Accept"))
    contents = current_snapshot().derive(Contents.of)
    links = list(_links(contents))
    described = location(f"{DATASET}.{suffix}" if contents.dataset else "sparql")
    response = Response(_page(contents, links)) if suffix == HTML else redirect(described, 303)
    response.headers["Link"] = link_header(links)
    response.vary.add("Accept")
    return response


@routes.app_context_processor
def frame() -> dict[str, object]:
    """Give all pages the links of their header and foot, and the version of the data."""
    snapshot = current_snapshot()
    is_ours = not snapshot.settings.is_foreign
    return {
        "navigation": [one for one in _NAVIGATION if is_ours and is_offered(one[0])],
        "ways_in": [
            (title, [(path, _NAMES[path]) for path in paths if is_offered(path)])
            for title, paths in _WAYS_IN
        ],
        "has_search": is_ours and has_route(_SEARCH),
        "version": snapshot.release.version if snapshot.release else "",
    }


def is_offered(path: str) -> bool:
    """Tell whether this instance has the page at ``path``."""
    snapshot = current_snapshot()
    is_of_urbact = path.endswith(f".{HTML}") or path in _ONLY_OF_URBACT
    if snapshot.settings.is_foreign and is_of_urbact:
        return False
    if path.endswith(f".{HTML}"):
        return True
    if path in _OF_RELEASES and not snapshot.release:
        return False
    if path == _DOCUMENTATION and not current_application().documentation:
        return False
    return has_route(f"/{path}")


def _page(contents: Contents, links: Iterable[Link]) -> str:
    snapshot, address = current_snapshot(), current_context().public_address
    markup = dataset_markup(contents.dataset, snapshot.base, address, snapshot.release)
    return render_template(
        "home.html",
        contents=contents,
        places=_places(contents),
        triples=snapshot.counts.quads,
        dataset_name=snapshot.settings.dataset_name,
        links=links,
        held=_held(),
        home=_home(),
        ways=ways_in(is_offered),
        question=_question(),
        has_validation=snapshot.release is not None,
        script=script(markup) if markup else "",
    )


def _home() -> HomePage | None:
    """Return what the page shows of the atlas, None where that has no networks."""
    snapshot = current_snapshot()
    if snapshot.settings.is_foreign:
        return None
    found = snapshot.derive(HomePage.of)
    return found if found.newest else None


def _question() -> dict[str, object] | None:
    """Return what the box for a question in words shows, None where there are no queries."""
    if not is_offered("queries"):
        return None
    # The longest one would hide what is below.
    return {"longest": LONGEST_QUESTION, "examples": EXAMPLES[:2]}


def _held() -> tuple[tuple[Scope, Total], ...]:
    """Return the official totals of plans, each with its call or programme."""
    scopes = current_snapshot().derive(Coverage.of).scopes
    return tuple((scope, total) for scope in scopes for total in scope.totals if total.parts)


def _places(contents: Contents) -> Iterator[tuple[str, str, str]]:
    """Yield the places that this instance has, each with its address on it."""
    for path, name, purpose in _PLACES:
        if path in contents.entities:
            yield f"{path}.{HTML}", name, purpose
        elif _exists(path, contents):
            yield path, name, purpose


def _exists(path: str, contents: Contents) -> bool:
    if path not in _OF_DESCRIPTIONS and not is_offered(path):
        return False
    return has_route(f"/{path}") and (path not in _OF_DESCRIPTIONS or bool(contents.dataset))


def _links(contents: Contents) -> Iterable[Link]:
    """Yield the typed links of the page (FAIR Signposting, level 1)."""
    snapshot, address = current_snapshot(), current_context().public_address
    yield Link(f"{address}/", "canonical")
    yield Link(f"{address}/sparql", "service-desc")
    if contents.dataset:
        yield Link(LICENCE, "license")
        yield from (Link(iri, "type") for iri in (ABOUT_PAGE, SCHEMA.Dataset))
        yield Link(f"{snapshot.base}{DATASET}", "cite-as")
        yield from (Link(f"{address}/{path}", "describedby") for path in _OF_DESCRIPTIONS)
        for suffix in RDF_SUFFIXES:
            yield Link(f"{address}/{DATASET}.{suffix}", "alternate", media_type_of(suffix))
    yield from item_links()


def _groups(snapshot: Snapshot, index: Index) -> tuple[Group, ...]:
    """Return the kinds of entities."""
    members: dict[str, list[tuple[int, str]]] = {}
    for group, entity, statements in snapshot.rows(_CONTENTS, base=Literal(snapshot.base)):
        if isinstance(group, NamedNode) and isinstance(entity, NamedNode):
            members.setdefault(group.value, []).append((-_number(statements), entity.value))
    if not members:
        return ()
    vocabulary = snapshot.derive(Vocabulary.of)
    names = {f"{snapshot.base}{path}": name for path, name in _KINDS.items()}
    ranks = {iri: rank for rank, iri in enumerate(names)}
    for path in _NOT_SHOWN:
        members.pop(f"{snapshot.base}{path}", None)
    found = []
    for iri in sorted(members, key=lambda iri: (ranks.get(iri, len(ranks)), -len(members[iri]))):
        known = names.get(iri)
        name = noun(len(members[iri]), *known) if known else vocabulary.name(iri)
        # The entity with the most statements is the example; of equals, the first by IRI.
        example = index.of_iri(min(members[iri])[1])
        address = f"{example.address}.{HTML}" if example else ""
        label, language = (example.label, example.language) if example else ("", "")
        found.append(Group(name, len(members[iri]), label, address, language))
    return tuple(found)


def _classes(snapshot: Snapshot) -> tuple[Group, ...]:
    """Return the largest classes, for a graph without entities below the base."""
    prefixes = namespaces(snapshot.base)
    return tuple(
        Group(shortened(class_.value, prefixes), _number(resources))
        for class_, resources in snapshot.rows(_CLASSES)
        if isinstance(class_, NamedNode)
    )


def _number(term: object) -> int:
    return int(term.value) if isinstance(term, Literal) else 0

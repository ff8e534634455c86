"""Import fact tables: write data/ anew, so that it says what the tables say."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from urbact_graph.errors import FactsError
from urbact_graph.facts.concepts import ConceptDescriber
from urbact_graph.facts.earlier import Described, changes_of_meaning
from urbact_graph.facts.minting import Minter
from urbact_graph.facts.networks import NetworkDescriber
from urbact_graph.facts.notes import with_rewritten_notes
from urbact_graph.facts.places import PlaceDescriber, shared_items
from urbact_graph.facts.programmes import ProgrammeDescriber
from urbact_graph.facts.reading import SUPPLEMENT, read_tables
from urbact_graph.facts.regions import RegionDescriber, foreign_codes, unnamed_codes
from urbact_graph.facts.tables import Tables
from urbact_graph.facts.turtle import serialize
from urbact_graph.rdf.builder import Subject

if TYPE_CHECKING:
    from urbact_graph.facts.cells import Row

# The first line of the files that the import writes; a file without it was written by hand.
HEADER = "Written by `urbact-graph import` from the fact tables; edit those and import again."


@dataclass(frozen=True)
class Imported:
    """What an import did: names of files below data/, and remarks for the curator to check."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    unchanged: int
    kept: list[str]
    remarks: list[str]


def import_facts(
    facts: Path, data: Path, base: str, supplement: Traversable = SUPPLEMENT
) -> Imported:
    """Write the Turtle files of ``data`` from the tables in ``facts`` and the ``supplement``.

    Equal tables give equal bytes. Files of an earlier import that the tables no longer call for
    are removed; files written by hand are kept.

    Raises:
        FactsError: the tables hold mistakes, and nothing is written; or ``data`` cannot be
            written.
    """
    tables, remarks = with_rewritten_notes(read_tables(facts, supplement))
    shared = list(_shared_iris(tables, Minter(base)))
    if shared:
        raise FactsError(shared)
    described = describe(tables, base)
    texts = {
        name: serialize(entities, base, HEADER).encode() for name, entities in described.items()
    }
    before = {path.relative_to(data).as_posix(): path for path in data.rglob("*.ttl")}
    handwritten = {name for name, path in before.items() if not is_imported(path)}
    _refuse_clashes(data, handwritten & texts.keys())
    earlier, now = Described(base), Described(base)
    earlier.add_files(before.values())
    now.add_files(before[name] for name in handwritten)
    for entity in chain.from_iterable(described.values()):
        now.add(entity.triples)
    old = {name: before[name].read_bytes() for name in before.keys() & texts.keys()}
    changed = sorted(name for name in old if old[name] != texts[name])
    added = sorted(texts.keys() - before.keys())
    removed = sorted(before.keys() - texts.keys() - handwritten)
    try:
        _write({name: texts[name] for name in (*added, *changed)}, data)
        for name in removed:
            before[name].unlink()
    except OSError as error:
        raise FactsError(
            [f"{data} cannot be written ({error.strerror}); make room there, or let it be written"]
        ) from None
    return Imported(
        added=added,
        changed=changed,
        removed=removed,
        unchanged=len(texts) - len(added) - len(changed),
        kept=sorted(handwritten),
        remarks=[*_remarks(tables), *remarks, *changes_of_meaning(earlier, now)],
    )


def _refuse_clashes(data: Path, names: set[str]) -> None:
    if names:
        raise FactsError(
            [
                f"{data / name} was written by hand, and the tables describe the same; "
                "move it away or take its rows out of the tables"
                for name in sorted(names)
            ]
        )


def _remarks(tables: Tables) -> Iterator[str]:
    """Yield what is no mistake, but for the curator to check."""
    yield from (f"{name} has no row." for name, rows in tables.of_folder().items() if not rows)
    for city in tables.cities:
        for code in foreign_codes(city):
            yield (
                f"{city.where}: the NUTS code {code} is not one of {city.country}; it is kept as "
                "an editorial note, not as a link"
            )
    for code, where in unnamed_codes(tables):
        yield f"{where}: the NUTS code {code} has no name in nuts-labels.jsonl; add a row there"
    for item, links in shared_items(tables):
        cities = " and ".join(link.city for link in links)
        yield (
            f"{links[-1].where}: {cities} have the same Wikidata item {item}; none of them is "
            "linked to it"
        )


def describe(tables: Tables, base: str) -> dict[str, list[Subject]]:
    """Describe all rows as entities, by the name of the file below data/ that holds them."""
    minter = Minter(base)
    concepts = ConceptDescriber(minter, tables)
    programmes = ProgrammeDescriber(minter, tables)
    places = PlaceDescriber(minter, tables)
    documents = {
        "themes.ttl": concepts.themes(),
        "concepts.ttl": concepts.linked_concepts(),
        "glossary.ttl": concepts.glossary(),
        "programmes.ttl": programmes.programmes(),
        "calls.ttl": programmes.calls(),
        "official-totals.ttl": programmes.totals(),
        "people.ttl": concepts.people(),
        "documents.ttl": concepts.documents(),
        "countries.ttl": places.countries(),
        "languages.ttl": places.languages(),
        "regions.ttl": RegionDescriber(minter).regions(tables),
    }
    for country, cities in places.cities().items():
        documents[f"cities/{country}.ttl"] = cities
    for network, entities in NetworkDescriber(minter, tables).documents().items():
        name = f"networks/{network}.ttl" if network else "without-network.ttl"
        documents[name] = entities
    return documents


def _shared_iris(tables: Tables, mint: Minter) -> Iterator[str]:
    """Report every row that would get the IRI of an earlier one, as IRIs made of words can."""
    minted: list[tuple[str, Row]] = [
        *zip(mint.partnerships(tables.partnerships), tables.partnerships, strict=True),
        *zip(mint.plans(tables.plans), tables.plans, strict=True),
        *((mint.recommendation(row), row) for row in tables.recommendations),
        *((mint.call(row), row) for row in tables.calls),
        *((mint.term(row), row) for row in tables.glossary),
    ]
    first: dict[str, str] = {}
    for iri, row in minted:
        earlier = first.setdefault(iri, row.where)
        if earlier != row.where:
            yield (
                f"{row.where}: the row would get the IRI {iri}, as the one at {earlier} does; "
                "give them different names or titles"
            )


def is_imported(path: Path) -> bool:
    """Tell whether an import wrote the file ``path``, and the next one will write it anew."""
    with path.open("rb") as file:
        return file.readline().rstrip() == f"# {HEADER}".encode()


def _write(texts: dict[str, bytes], data: Path) -> None:
    """Write all ``texts`` beside ``data`` first, so that on a full disk the old files stay."""
    data.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    try:
        for name, text in texts.items():
            staged = staging / name
            staged.parent.mkdir(parents=True, exist_ok=True)
            staged.write_bytes(text)
        for name in texts:
            target = data / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (staging / name).replace(target)
    finally:
        shutil.rmtree(staging)

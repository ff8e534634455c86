"""The head of a page: what it says to programs that read pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from urbact_graph.rdf.namespaces import DCT, RDFS, SKOS
from urbact_graph.web.documents.document import HTML, NAMES, RDF_SUFFIXES, media_type_of
from urbact_graph.web.pages.schema_org import Facts, Node, entity_markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyoxigraph import Triple

    from urbact_graph.web.documents.index import Entity

# What search engines show of a description.
_LONGEST_SUMMARY = 300


@dataclass(frozen=True)
class PageHead:
    """What the head of a page says to programs that read pages."""

    canonical: str
    alternates: tuple[tuple[str, str, str], ...]
    description: str
    script: Markup


def page_head(
    triples: Sequence[Triple], entity: Entity, base: str, address: str, *, is_ours: bool = True
) -> PageHead:
    """Return what the page of ``entity`` says to programs; ``address`` is this instance's."""
    document = f"{address}/{entity.address}"
    return PageHead(
        f"{document}.{HTML}",
        tuple(
            (media_type_of(suffix), f"{document}.{suffix}", NAMES[suffix])
            for suffix in RDF_SUFFIXES
        ),
        _summary(Facts(triples, base), entity),
        script(entity_markup(triples, entity, base, address, is_ours=is_ours)),
    )


def script(markup: Node) -> Markup:
    """Return ``markup`` as it can stand in a script element, which it cannot end or escape."""
    text = json.dumps(markup, ensure_ascii=False)
    # HTML looks for "</script" and "<!--" alone (HTML standard, section 4.12.1.3).
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _summary(facts: Facts, entity: Entity) -> str:
    """Return a sentence or two on ``entity``, cut where a search engine would cut it."""
    iri = entity.iri.value
    text = facts.text(
        iri,
        DCT.abstract,
        facts.urb("statement"),
        SKOS.definition,
        DCT.description,
        RDFS.comment,
        DCT.title,
    )
    if len(text) <= _LONGEST_SUMMARY:
        return text
    return f"{text[:_LONGEST_SUMMARY].rpartition(' ')[0]} …"

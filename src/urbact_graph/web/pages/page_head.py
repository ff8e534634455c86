"""The head of an entity's page: links, description and markup for programs."""

import json
from dataclasses import dataclass

from markupsafe import Markup

from urbact_graph.rdf.namespaces import DCT, RDFS, SKOS
from urbact_graph.web.characters import escaped
from urbact_graph.web.documents.document import HTML, NAMES, RDF_SUFFIXES, media_type_of
from urbact_graph.web.documents.index import Entity
from urbact_graph.web.pages.schema_org import Facts, Node, entity_markup

# The length of a description that search engines show, in characters.
_LONGEST_SUMMARY = 300


@dataclass(frozen=True)
class PageHead:
    """The head of a page; ``alternates`` are triples of media type, address and name."""

    canonical: str
    alternates: tuple[tuple[str, str, str], ...]
    description: str
    script: Markup


def page_head(
    facts: Facts, entity: Entity, base: str, address: str, *, is_ours: bool = True
) -> PageHead:
    """Return the head of the page of ``entity``; ``address`` is that of this instance.

    ``facts`` are those of its description.
    """
    document = f"{address}/{entity.address}"
    return PageHead(
        f"{document}.{HTML}",
        tuple((media_type_of(one), f"{document}.{one}", NAMES[one]) for one in RDF_SUFFIXES),
        _summary(facts, entity),
        script(entity_markup(facts, entity, base, address, is_ours=is_ours)),
    )


def script(markup: Node) -> Markup:
    """Return ``markup`` as the content of a script element, which it cannot end."""
    text = escaped(json.dumps(markup, ensure_ascii=False))
    # Only "</script" and "<!--" have a meaning there (HTML standard, section 4.12.1.3).
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _summary(facts: Facts, entity: Entity) -> str:
    """Return a short text about ``entity``, cut to the length that search engines show."""
    iri = entity.iri.value
    text = facts.text(
        iri,
        DCT.abstract,
        facts.urb.statement,
        SKOS.definition,
        DCT.description,
        RDFS.comment,
        DCT.title,
    )
    if len(text) <= _LONGEST_SUMMARY:
        return text
    return f"{text[:_LONGEST_SUMMARY].rpartition(' ')[0]} …"

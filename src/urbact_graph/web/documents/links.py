"""Typed links of documents: the Link header (RFC 8288), by FAIR Signposting."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from urbact_graph.description.distributions import LICENCE
from urbact_graph.web.documents.document import HTML, SUFFIXES, media_type_of

# The class of a page about an entity (Signposting, "Landing Page").
ABOUT_PAGE = "https://schema.org/AboutPage"
# Characters that are not encoded when an IRI is mapped to a URI (RFC 3987, section 3.1).
_OF_URI = "%:/?#[]@!$&'()*+,;=~"


@dataclass(frozen=True)
class Link:
    """A link to ``target`` by ``relation``; ``type`` is the target's media type."""

    target: str
    relation: str
    type: str = ""

    def __str__(self) -> str:
        kind = f'; type="{self.type}"' if self.type else ""
        return f'<{quote(self.target, safe=_OF_URI)}>; rel="{self.relation}"{kind}'


def link_header(links: Iterable[Link]) -> str:
    """Return the value of a Link header."""
    return ", ".join(map(str, dict.fromkeys(links)))


def document_links(
    iri: str, address: str, suffix: str, types: Iterable[str], collection: str = ""
) -> list[Link]:
    """Return the links of the document of ``iri`` at ``address`` + ``.`` + ``suffix``.

    ``types`` are the classes of the entity, ``collection`` is the address of the dataset that it
    belongs to; without one no licence is stated. The page links to the descriptions, each
    description to the page, and all documents to each other (Signposting profile, level 1).
    """
    links = [Link(f"{address}.{suffix}", "canonical"), Link(iri, "cite-as")]
    if collection:
        links += [Link(LICENCE, "license"), Link(collection, "collection")]
    if suffix == HTML:
        links += [Link(type_iri, "type") for type_iri in (ABOUT_PAGE, *types)]
    else:
        links.append(Link(f"{address}.{HTML}", "describes", media_type_of(HTML)))
    for other in SUFFIXES:
        if other != suffix:
            links.append(Link(f"{address}.{other}", "alternate", media_type_of(other)))
            if suffix == HTML:
                links.append(Link(f"{address}.{other}", "describedby", media_type_of(other)))
    return links

"""The description as one running instance gives it: with its own addresses, sizes and digests."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import NAMESPACES

_ADDRESSES = {
    NAMESPACES[prefix] + name
    for prefix, name in (
        ("dcat", "accessURL"),
        ("dcat", "downloadURL"),
        ("dcat", "endpointDescription"),
        ("dcat", "endpointURL"),
        ("void", "dataDump"),
        ("void", "sparqlEndpoint"),
    )
}
# What is there only where a graph was built.
_OF_EDITIONS = ("dumps/", "ldes")
_DOWNLOAD = NAMESPACES["dcat"] + "downloadURL"
_HEX = NamedNode(NAMESPACES["xsd"] + "hexBinary")
_SIZE = NamedNode(NAMESPACES["xsd"] + "nonNegativeInteger")
_SHA256 = NamedNode(NAMESPACES["spdx"] + "checksumAlgorithm_sha256")


class File(Protocol):
    """A file of an edition: the ``key`` of its distribution, its name, bytes and SHA-256."""

    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def bytes(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102


def instance_description(
    triples: Iterable[Triple], base: str, address: str, files: Sequence[File]
) -> list[Triple]:
    """Return the description ``triples`` as the instance at ``address`` gives it.

    Identifiers stay below ``base``; addresses where something is fetched come to lie below
    ``address``, the public one without its last slash. Distributions of which ``files`` are here
    get the address of the very version, their size and their SHA-256 (DCAT-AP 3.0.1, sections
    "Distribution" and "Checksum"). The pages of the instance are named, and the document itself is
    described (VoID, section 6.2).
    """
    statements = Statements(base)
    known = {f"{base}dataset#{file.key}": file for file in files}
    described = set()
    for triple in triples:
        here = _here(triple, base, address, has_files=bool(files))
        described.add(here.subject)
        if isinstance(here.subject, NamedNode) and here.predicate.value == _DOWNLOAD:
            file = known.get(here.subject.value)
            if file:
                _add_file(statements, here.subject, file, address)
                continue
        statements.triples.add(here)
    if statements.node("dataset") in described:
        _add_pages(statements, address)
    return statements.in_order()


def _here(triple: Triple, base: str, address: str, *, has_files: bool) -> Triple:
    value = triple.object
    if triple.predicate.value in _ADDRESSES and isinstance(value, NamedNode):
        path = value.value.removeprefix(base)
        # Without files of its own an instance leaves to the others what they give out.
        if path != value.value and (has_files or not path.startswith(_OF_EDITIONS)):
            return Triple(triple.subject, triple.predicate, NamedNode(f"{address}/{path}"))
    return triple


def _add_file(statements: Statements, node: NamedNode, file: File, address: str) -> None:
    checksum = NamedNode(f"{node.value}-checksum")
    statements.add(node, "dcat:downloadURL", NamedNode(f"{address}/dumps/{file.name}"))
    statements.add(node, "dcat:byteSize", Literal(str(file.bytes), datatype=_SIZE))
    statements.add(node, "spdx:checksum", checksum)
    statements.type(checksum, "spdx:Checksum")
    statements.add(checksum, "spdx:algorithm", _SHA256)
    statements.add(checksum, "spdx:checksumValue", Literal(file.sha256, datatype=_HEX))
    statements.type(_SHA256, "spdx:ChecksumAlgorithm")


def _add_pages(statements: Statements, address: str) -> None:
    dataset = statements.node("dataset")
    pages = (
        (statements.node("catalog"), "foaf:homepage", ""),
        (dataset, "dcat:landingPage", ""),
        (dataset, "foaf:page", "ontology"),
        (statements.node("dataset#sparql"), "dcat:landingPage", "sparql"),
        (statements.node("dataset#sparql"), "foaf:page", "limits"),
    )
    for node, predicate, path in pages:
        page = NamedNode(f"{address}/{path}")
        statements.add(node, predicate, page)
        statements.type(page, "foaf:Document")
    document = NamedNode(f"{address}/void")
    statements.type(document, "void:DatasetDescription")
    title = {"en": "What urbact-graph is and how it is reached"}
    statements.text(document, "dct:title", title)
    statements.add(document, "foaf:primaryTopic", dataset)

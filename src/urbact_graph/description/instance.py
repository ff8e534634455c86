"""The description as one running instance gives it: with its own addresses, sizes and digests."""

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, Triple

from urbact_graph.description.distributions import DumpFile
from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import DCAT, DCT, SCHEMA, SPDX, VOID, XSD
from urbact_graph.rdf.terms import typed

_ADDRESSES = {
    DCAT.accessURL,
    DCAT.downloadURL,
    DCAT.endpointDescription,
    DCAT.endpointURL,
    SCHEMA.target,
    VOID.dataDump,
    VOID.sparqlEndpoint,
}
# Addresses below the base that only an instance with a release has.
_OF_RELEASES = ("dumps/", "ldes")


def instance_description(
    triples: Iterable[Triple], base: str, address: str, files: Sequence[DumpFile]
) -> list[Triple]:
    """Return the description ``triples`` as the instance at ``address`` gives it.

    Identifiers stay below ``base``. Addresses where something is fetched are moved below
    ``address``, the public one without its last slash. Distributions that ``files`` holds get the
    address of the file of this version, its size and its SHA-256 (DCAT-AP 3.0.1, sections
    "Distribution" and "Checksum"). Links to the pages of the instance are added, and a description
    of the document itself (VoID, section 6.2). The ontology is stated to be a standard, as it is
    in the graph.
    """
    statements = Statements(base)
    known = {f"{base}dataset#{file.key}": file for file in files}
    described = set()
    for triple in triples:
        here = _here(triple, base, address, has_files=bool(files))
        described.add(here.subject)
        if here.predicate.value == DCT.conformsTo and here.object == statements.node("ontology"):
            # Its type stands in a document of its own, and DCAT-AP asks for it in this one.
            statements.about(statements.node("ontology")).type("dct:Standard")
        if isinstance(here.subject, NamedNode) and here.predicate.value == DCAT.downloadURL:
            file = known.get(here.subject.value)
            if file:
                _add_file(statements, here.subject, file, address)
                continue
        statements.triples.add(here)
    if statements.node("dataset") in described:
        _add_pages(statements, address)
    return sorted(statements.triples, key=str)


def _here(triple: Triple, base: str, address: str, *, has_files: bool) -> Triple:
    value = triple.object
    if triple.predicate.value in _ADDRESSES and isinstance(value, NamedNode):
        path = value.value.removeprefix(base)
        # Without files of its own an instance keeps the addresses below the base.
        if path != value.value and (has_files or not path.startswith(_OF_RELEASES)):
            return Triple(triple.subject, triple.predicate, NamedNode(f"{address}/{path}"))
    return triple


def _add_file(statements: Statements, node: NamedNode, file: DumpFile, address: str) -> None:
    checksum = statements.about(f"{node.value}-checksum").type("spdx:Checksum")
    checksum.term("spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    checksum.value("spdx:checksumValue", typed(file.sha256, XSD.hexBinary))
    statements.about(SPDX.checksumAlgorithm_sha256).type("spdx:ChecksumAlgorithm")
    distribution = statements.about(node).link("spdx:checksum", checksum.node)
    distribution.link("dcat:downloadURL", f"{address}/dumps/{file.name}")
    distribution.value("dcat:byteSize", typed(str(file.bytes), XSD.nonNegativeInteger))


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
        page = statements.about(f"{address}/{path}").type("foaf:Document")
        statements.about(node).link(predicate, page.node)
    document = statements.about(f"{address}/void").type("void:DatasetDescription")
    document.text("dct:title", "What urbact-graph is and how it is reached", language="en")
    document.link("foaf:primaryTopic", dataset)

"""What three processors of JSON-LD read in a document: pyoxigraph, rdflib and PyLD."""

import json

import pytest
import rdflib
from pyld import jsonld
from pyoxigraph import Literal, RdfFormat, Triple, parse

from urbact_graph.rdf.namespaces import XSD


def readings(document: bytes) -> dict[str, set[str]]:
    """Return the triples that each processor reads, as N-Triples."""
    with pytest.MonkeyPatch.context() as patch:
        # rdflib writes numbers its own way, which is none of JSON-LD's.
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        graph = rdflib.Graph().parse(data=document, format="json-ld")
    quads = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    return {
        "pyoxigraph": _triples(document, RdfFormat.JSON_LD),
        "rdflib": _triples(graph.serialize(format="nt", encoding="utf-8"), RdfFormat.N_TRIPLES),
        "PyLD": _triples(quads.encode(), RdfFormat.N_TRIPLES),
    }


def keeps_form(triple: Triple) -> bool:
    """Tell whether each processor keeps the form of the literal: PyLD has its own of xsd:double."""
    value = triple.object
    return not (isinstance(value, Literal) and value.datatype.value == XSD.double)


def written(triples: list[Triple]) -> set[str]:
    """Return ``triples`` as N-Triples."""
    return {str(triple) for triple in triples}


def _triples(content: bytes, form: RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in parse(content, format=form)}

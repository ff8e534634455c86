"""The description of the CSV tables, by the standard of CSV on the Web.

Metadata Vocabulary for Tabular Data (W3C Recommendation, 17 December 2015). Read by it, the tables
state triples of the graph: those of the columns that the standard can express exactly
(`Column.is_statement`).
"""

import json
from collections.abc import Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Store

from urbact_graph.description.distributions import LICENCE, TABLES, table_file_name
from urbact_graph.rdf.namespaces import DCT, RDFS, expanded, namespaces
from urbact_graph.release.columns import IRI, Column
from urbact_graph.release.tables import LINE_END, Table

_DIALECT = {
    "encoding": "utf-8",
    "lineTerminators": [LINE_END],
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
}


def describe_tables(store: Store, tables: Mapping[str, Table], version: str, base: str) -> bytes:
    """Return the description, in JSON, of the ``tables`` of the graph in ``store``.

    ``version`` is that of the release.
    """
    group: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "@type": "TableGroup",
        "dc:title": "The tables of urbact-graph",
        "dc:description": "Networks, cities, plans and recommendations of the URBACT programme.",
        "dc:source": {"@id": f"{base}dataset"},
        "dc:license": {"@id": LICENCE},
        "schema:version": version,
    }
    dataset = NamedNode(f"{base}dataset")
    for quad in store.quads_for_pattern(dataset, NamedNode(DCT.modified), None):
        value = getattr(quad.object, "value", "")
        group["dc:modified"] = {"@value": value, "@type": "xsd:dateTime"}
    group["dialect"] = _DIALECT
    vocabulary = _Vocabulary(store, base)
    group["tables"] = [_table(name, tables[name], version, vocabulary) for name in TABLES]
    return (json.dumps(group, ensure_ascii=False, indent=2) + "\n").encode()


class _Vocabulary:
    """The properties and classes that columns name."""

    def __init__(self, store: Store, base: str) -> None:
        self._store = store
        self._prefixes = namespaces(base)

    def iri(self, name: str) -> str:
        """Return the IRI of ``name``, as a prefixed name in a query or as ``a``."""
        return expanded(name, self._prefixes)

    def comment(self, name: str) -> str:
        """Return the vocabulary's English comment on the property ``name``, or the empty text."""
        quads = self._store.quads_for_pattern(
            NamedNode(self.iri(name)), NamedNode(RDFS.comment), None
        )
        texts = (quad.object for quad in quads if isinstance(quad.object, Literal))
        return min((text.value for text in texts if text.language == "en"), default="")


def _table(name: str, table: Table, version: str, vocabulary: _Vocabulary) -> dict[str, Any]:
    columns = table.layout.columns
    kind = {
        "name": "class",
        "titles": ["class"],
        "virtual": True,
        "propertyUrl": vocabulary.iri("a"),
        "valueUrl": vocabulary.iri(table.layout.kind),
    }
    schema: dict[str, Any] = {
        "aboutUrl": f"{{+{IRI.name}}}",
        "primaryKey": IRI.name,
        "columns": [
            *(_column(x, table.separators.get(x.name, ""), vocabulary) for x in columns),
            kind,
        ],
    }
    # A cell that can be empty or hold several values is no foreign key.
    keyed = (x for x in columns if x.table and x.is_required and not x.is_many)
    keys = [_foreign_key(column, version) for column in keyed]
    if keys:
        schema["foreignKeys"] = keys
    address = table_file_name(name, version)
    return {"url": address, "dc:title": name.capitalize(), "tableSchema": schema}


def _column(column: Column, separator: str, vocabulary: _Vocabulary) -> dict[str, Any]:
    stated = column.property_name
    form = {"base": column.datatype, "format": column.pattern}
    described = {
        "name": column.name,
        # The first title is the name, which is the column's heading in the file.
        "titles": [column.name, column.title],
        "dc:description": column.description or (stated and vocabulary.comment(stated)),
        "datatype": form if column.pattern else column.datatype,
        "lang": "" if column.language == "mixed" else column.language,
        "separator": separator,
        "required": column.is_required,
        "propertyUrl": stated and vocabulary.iri(stated),
        "valueUrl": f"{{+{column.name}}}" if column.is_iri and column.is_statement else "",
        "suppressOutput": not column.is_statement,
    }
    return {key: value for key, value in described.items() if value}


def _foreign_key(column: Column, version: str) -> dict[str, Any]:
    listed = {"resource": table_file_name(column.table, version), "columnReference": IRI.name}
    return {"columnReference": column.name, "reference": listed}

"""The values from controlled vocabularies that DCAT-AP asks for and that are always the same.

DCAT-AP 3.0.1, section 10 "Controlled vocabularies". Its shapes ask that each value be of a class,
so each is described by its class and its name.
"""

from dataclasses import dataclass

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_IANA = "http://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Value:
    """A value with the class that DCAT-AP wants it to be of, and its name in English."""

    iri: str
    type: str
    label: str


# Catalogues that show one place of a dataset show this one.
EUROPE = Value(f"{_AUTHORITY}continent/EUROPE", "dct:Location", "Europe")
# West, south, east and north, in degrees, with the islands of the Atlantic and the Mediterranean;
# the shape City-position-in-europe has the same.
EUROPE_BOX = (-32, 27, 46, 72)
LICENCE = Value(
    f"{_AUTHORITY}licence/CC_BY_4_0",
    "dct:LicenseDocument",
    "Creative Commons Attribution 4.0 International",
)
# As the Open Definition lists the licence, and CKAN recognises it; the label has the version.
LICENCE_TITLE = "Creative Commons Attribution"
PUBLIC = Value(f"{_AUTHORITY}access-right/PUBLIC", "dct:RightsStatement", "public")
IRREGULAR = Value(f"{_AUTHORITY}frequency/IRREG", "dct:Frequency", "irregular")
DATA_THEMES = f"{_AUTHORITY}data-theme"
DATA_THEMES_LABEL = "Data theme"
REGIONS_AND_CITIES = f"{_AUTHORITY}data-theme/REGI"
REGIONS_AND_CITIES_LABEL = "Regions and cities"
# The names of the file types of the dumps.
FILE_TYPES = {
    "CSV": "CSV",
    "JSON_LD": "JSON-LD",
    "RDF_N_QUADS": "N-Quads",
    "RDF_N_TRIPLES": "N-Triples",
    "RDF_TRIG": "TriG",
    "RDF_TURTLE": "Turtle",
    "RDF_XML": "RDF/XML",
}
SPARQL_PROTOCOL = Value(
    "https://www.w3.org/TR/sparql11-protocol/", "dct:Standard", "SPARQL 1.1 Protocol"
)
TABULAR_METADATA = Value(
    "https://www.w3.org/TR/tabular-metadata/",
    "dct:Standard",
    "Metadata Vocabulary for Tabular Data",
)
EVENT_STREAMS = Value(
    "https://w3id.org/ldes/specification", "dct:Standard", "Linked Data Event Streams"
)


def file_type(name: str) -> Value:
    """Return the entry ``name`` of the file-type table of the Publications Office."""
    label = FILE_TYPES.get(name, name)
    return Value(f"{_AUTHORITY}file-type/{name}", "dct:MediaTypeOrExtent", label)


def media_type(name: str) -> Value:
    """Return the media type ``name`` as an entry of IANA's register."""
    return Value(f"{_IANA}{name}", "dct:MediaType", name)

"""The code that asks a stored query from programs and spreadsheets."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """How the answer is read in a ``language``."""

    language: str
    text: str
    note: str = ""


def codes(address: str, form: str) -> list[Code]:
    """Return the code that reads the answer at ``address``, which is in ``form``.

    That is csv for a table, json for a yes or no, and ttl for a graph. The address is
    percent-encoded, so that it needs no escape in any of the languages.
    """
    return [*_CODES[form](json.dumps(address)), Code("curl", f"curl '{address}'")]


def _of_table(quoted: str) -> list[Code]:
    return [
        Code(
            "Python",
            f"import pandas\n\ntable = pandas.read_csv(\n    {quoted}\n)",
            "With the package pandas.",
        ),
        Code("R", f"table <- read.csv(\n  {quoted}\n)"),
        Code("JavaScript", f"{_fetching(quoted)}const csv = await response.text();"),
        Code(
            "Spreadsheet",
            f"=IMPORTDATA({quoted})",
            "Google Sheets. In Excel: Data, From Web; in LibreOffice: Sheet, External Links; "
            "each with the address alone.",
        ),
    ]


def _of_boolean(quoted: str) -> list[Code]:
    return [
        Code(
            "Python",
            f"import json\nfrom urllib.request import urlopen\n\nwith urlopen(\n    {quoted}\n"
            ') as response:\n    answer = json.load(response)["boolean"]',
        ),
        Code(
            "R",
            f"library(jsonlite)\n\nanswer <- fromJSON(\n  {quoted}\n)$boolean",
            "With the package jsonlite.",
        ),
        Code("JavaScript", f"{_fetching(quoted)}const {{ boolean }} = await response.json();"),
    ]


def _of_graph(quoted: str) -> list[Code]:
    return [
        Code(
            "Python",
            f'from rdflib import Graph\n\ngraph = Graph().parse(\n    {quoted}, format="turtle"\n)',
            "With the package rdflib.",
        ),
        Code(
            "R",
            f'library(rdflib)\n\ngraph <- rdf_parse(\n  {quoted},\n  format = "turtle"\n)',
            "With the package rdflib.",
        ),
        Code("JavaScript", f"{_fetching(quoted)}const turtle = await response.text();"),
    ]


def _fetching(quoted: str) -> str:
    return f"const response = await fetch(\n  {quoted}\n);\n"


_CODES = {"csv": _of_table, "json": _of_boolean, "ttl": _of_graph}

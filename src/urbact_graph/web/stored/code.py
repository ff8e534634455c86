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

    The address is percent-encoded, so that it needs no escape in any of the languages.
    """
    quoted = json.dumps(address)
    if form == "csv":
        return [
            Code(
                "Python",
                f"import pandas\n\ntable = pandas.read_csv(\n    {quoted}\n)",
                "With the package pandas.",
            ),
            Code("R", f"table <- read.csv(\n  {quoted}\n)"),
            Code("curl", f"curl '{address}'"),
            Code(
                "JavaScript",
                f"const response = await fetch(\n  {quoted}\n);\n"
                "const csv = await response.text();",
            ),
            Code(
                "Spreadsheet",
                f"=IMPORTDATA({quoted})",
                "Google Sheets. In Excel: Data, From Web; in LibreOffice: Sheet, External Links; "
                "each with the address alone.",
            ),
        ]
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
        Code("curl", f"curl '{address}'"),
        Code(
            "JavaScript",
            f"const response = await fetch(\n  {quoted}\n);\nconst turtle = await response.text();",
        ),
    ]

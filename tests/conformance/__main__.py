"""The command ``python -m tests.conformance``: evaluate the cases, and write what they give."""

from __future__ import annotations

import sys

from tests.conformance.cases import read_areas
from tests.conformance.evaluation import mistakes
from tests.conformance.report import DOCUMENT, JSON_FILE, as_document, as_json, report


def main() -> None:
    """Write the report, unless a case is not as its file says."""
    wrong = [
        f"{case}: {mistake}"
        for area in read_areas()
        for case in area.cases
        for mistake in mistakes(case)
    ]
    if wrong:
        sys.exit("\n".join([*wrong, "Nothing is written; correct these cases first."]))
    found = report()
    JSON_FILE.write_text(as_json(found), encoding="utf-8")
    DOCUMENT.write_text(as_document(found), encoding="utf-8")


if __name__ == "__main__":
    main()

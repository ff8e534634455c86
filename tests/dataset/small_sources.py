"""Sources of two statements and two rules, and what a build has written of them."""

from pathlib import Path

RULE = """# What is named is known.
PREFIX : <https://example.org/>
CONSTRUCT { ?thing a :Known } WHERE { ?thing :name ?name }
"""
LATER_RULE = """# What is known is counted; this needs what the rule before derives.
PREFIX : <https://example.org/>
CONSTRUCT { ?thing a :Counted } WHERE { ?thing a :Known }
"""


def lay_out(root: Path) -> None:
    """Write the sources below ``root``, with a file of shapes."""
    for name, text in {
        "ontology/urbact.ttl": '@prefix : <https://example.org/> . :urbact :label "Ontology"@en .',
        "ontology/rules/10-known.rq": RULE,
        "ontology/rules/20-counted.rq": LATER_RULE,
        "data/a.ttl": '@prefix : <https://example.org/> .\n:a :name """A "quoted" \\\\ name\nof two'
        ' lines, é""" .\n',
        "shapes/a.ttl": "# No shape yet.\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def marks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of each file, which differ for a file that was written again."""
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}

"""Cut the demo's facts out of the real ones: ``python -m tests.demo.cutting``.

An entity is copied as it stands, with everything that it refers to; nothing is written by hand.
Run it again after an import that changes the layout of ``data/`` or the model.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

REAL = Path(__file__).parents[2] / "data"
DEMO = Path(__file__).parent / "data"

NETWORKS = ("greenplace", "useact", "vilawatt-utm")
COUNTRIES = ("es", "ie", "it", "pl")
# What no network of the demo refers to, and is to be there all the same.
ALSO = (
    "glossary",
    "glossary/action-planning-network-apn",
    "glossary/integrated-action-plan-iap",
    "glossary/lead-expert",
    "glossary/urbact-local-group-ulg",
    "recommendation/urbact/f2e9c4a1",
    "theme",
    "theme/food",
    "total/urbact-iv-action-planning-networks-2023/networks",
    "total/urbact-iv-action-planning-networks-2023/partners",
    "total/urbact-iv-action-planning-networks-2023/plans",
)
# Whole, these have more recommendations than a demo needs.
RECOMMENDATIONS_OF_A_NETWORK = 3

_IRI = re.compile(r"<([^<>\s]+)>")


def cut(real: Path, demo: Path) -> None:
    """Write the entities of ``real`` that the demo has to ``demo``, in files of the same names."""
    files = {path.relative_to(real): path.read_text(encoding="utf-8") for path in _files(real)}
    blocks = {iri: block for text in files.values() for iri, block in _blocks(text)}
    kept = _with_references(_chosen(blocks), blocks)
    shutil.rmtree(demo, ignore_errors=True)
    for name, text in files.items():
        if chosen := [block for iri, block in _blocks(text) if iri in kept]:
            (demo / name).parent.mkdir(parents=True, exist_ok=True)
            content = "\n\n".join([_head(text), *chosen])
            (demo / name).write_text(content + "\n", encoding="utf-8")


def _files(real: Path) -> list[Path]:
    return sorted(real.rglob("*.ttl"))


def _head(text: str) -> str:
    return text.split("\n\n", 1)[0]


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield each entity's IRI, as it is written, with the lines that describe it."""
    for block in text.rstrip("\n").split("\n\n")[1:]:
        yield block.partition("\n")[0].strip("<>"), block


def _chosen(blocks: dict[str, str]) -> Iterator[str]:
    """Yield the networks, what the cities of the demo have in them, and some recommendations."""
    yield from ALSO
    for network in NETWORKS:
        yield f"network/{network}"
        recommended = [iri for iri in blocks if iri.startswith(f"recommendation/{network}/")]
        yield from recommended[:RECOMMENDATIONS_OF_A_NETWORK]
        for iri, block in blocks.items():
            if iri.startswith((f"partnership/{network}/", f"plan/{network}/")):
                city = re.search(r"urb:city <city/(\w+)/", block)
                if city and city[1] in COUNTRIES:
                    yield iri


def _with_references(chosen: Iterator[str], blocks: dict[str, str]) -> set[str]:
    """Return ``chosen`` with all that it refers to, directly or not, and that is described."""
    kept: set[str] = set()
    waiting = list(chosen)
    while waiting:
        iri = waiting.pop()
        if iri in blocks and iri not in kept:
            kept.add(iri)
            waiting += _IRI.findall(blocks[iri])
    return kept


if __name__ == "__main__":
    cut(REAL, DEMO)

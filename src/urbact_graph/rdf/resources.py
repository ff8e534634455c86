"""The resources of a dataset, each with all statements about it and its fragments."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from urbact_graph.errors import DatasetError

# A statement of N-Triples ends with this.
_END = " ."
# 128 bits keep any two contents apart.
_DIGEST_DIGITS = 32
# How the paths begin of what each build computes from the facts, by the thousand.
COMPUTED = ("quality/", "similarity/")


@dataclass(frozen=True)
class Member:
    """A resource with all statements about it in the dataset.

    ``statements`` are sorted and in N-Triples, each without its final dot.
    """

    resource: str
    statements: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """The digest of its statements."""
        return digest("\n".join(self.statements))


def digest(text: str) -> str:
    """Return the first 32 hexadecimal digits of the SHA-256 of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_DIGITS]


def resource_of(subject: str, base: str) -> str:
    """Return the IRI of the resource that statements about ``subject`` belong to.

    Below ``base`` that is the IRI without its fragment, which is how it is looked up: a city
    comes with its geometry, the ontology with all its terms. Elsewhere it is the subject itself.
    """
    return subject.partition("#")[0] if subject.startswith(base) else subject


def read_members(dataset: Path, base: str) -> list[Member]:
    """Read the members of ``dataset``, a file of N-Triples, in the order of their IRIs.

    Each statement is in exactly one of them.

    Raises:
        DatasetError: the file cannot be read, or holds something else than statements of IRIs.
    """
    statements: dict[str, list[str]] = {}
    try:
        text = dataset.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{dataset} cannot be read ({error}); build it again.") from None
    # str.splitlines would also split at line ends of Unicode that a literal may hold.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        subject, _, rest = line.partition("> ")
        if not (subject.startswith("<") and rest.endswith(_END)):
            raise DatasetError(
                f"{dataset}, line {number}, is no statement of N-Triples about an IRI; build the "
                "dataset again."
            )
        statements.setdefault(subject[1:], []).append(line.removesuffix(_END))
    found: dict[str, list[str]] = {}
    for subject, lines in statements.items():
        found.setdefault(resource_of(subject, base), []).extend(lines)
    return [Member(resource, tuple(sorted(found[resource]))) for resource in sorted(found)]

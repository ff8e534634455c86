"""Stored queries read from their files."""

from pathlib import Path

from urbact_graph.errors import QueryError
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.sources import rebase
from urbact_graph.stored.header import Header
from urbact_graph.stored.query import StoredQuery

# By the byte order mark that a text in it begins with; the longer marks first.
_OTHER_ENCODINGS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


def load_queries(folder: Path, base: str = WRITTEN_BASE) -> dict[str, StoredQuery]:
    """Load every stored query of ``folder``, by name and in the order of names.

    ``base`` takes the place of the base that the queries are written with.

    Raises:
        QueryError: the folder is missing, or a query's header has a mistake.
    """
    if not folder.is_dir():
        raise QueryError(f"{folder} is no folder; name the one that holds the stored queries.")
    return {path.stem: load_query(path, base) for path in sorted(folder.glob("*.rq"))}


def load_query(path: Path, base: str = WRITTEN_BASE) -> StoredQuery:
    """Load the stored query ``path``; its name is the file's, without the ending.

    Raises:
        QueryError: the file cannot be read, or its header has a mistake.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QueryError(f"The query {path.name} cannot be read: {error.strerror}.") from None
    text = decoded(rebase(content, base), f"The query {path.name}")
    return Header(path.name, text).query(path.stem)


def decoded(content: bytes, subject: str) -> str:
    """Return the text of a query; a byte order mark before it is left out.

    Raises:
        QueryError: it is not UTF-8; the sentence begins with ``subject``.
    """
    for mark, encoding in _OTHER_ENCODINGS.items():
        if content.startswith(mark):
            raise QueryError(f"{subject} cannot be read: it is {encoding}; save it as UTF-8.")
    if content[1:2] == b"\0" or content[:1] == b"\0":
        raise QueryError(
            f"{subject} cannot be read: it has zero bytes, as UTF-16 has; save it as UTF-8."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise QueryError(
            f"{subject} cannot be read: it is not UTF-8 in line {line} "
            f"(byte {content[error.start]:#04x}); save it as UTF-8."
        ) from None

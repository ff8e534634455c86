"""The quads of an RDF file of any origin, with errors that say what is wrong with it, and where."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pyoxigraph import Quad, RdfFormat, parse

from urbact_graph.errors import DatasetError
from urbact_graph.rdf.formats import format_of_file
from urbact_graph.rdf.reading import is_compressed, mistake_in, opened, rdf_format, xml_mistake


def graph_format(path: Path) -> RdfFormat:
    """Return the format that the name of a file stands for.

    Raises:
        DatasetError: it is not the name of an RDF file.
    """
    return rdf_format(format_of_file(path).media_type)


def read_quads(path: Path, form: RdfFormat) -> Iterator[Quad]:
    """Yield the quads of a file in the format ``form``, which may be compressed (.gz).

    Raises:
        DatasetError: the file cannot be read or parsed, or has none.
    """
    count = 0
    try:
        if form == RdfFormat.RDF_XML and xml_mistake(_whole(path)):
            raise _wrong(path, form, SyntaxError())
        with _opened(path) as file:
            for count, quad in enumerate(parse(file, format=form), start=1):  # noqa: B007
                yield quad
    except SyntaxError as error:
        raise _wrong(path, form, error) from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DatasetError(f"{path} cannot be read ({reason}); name another file.") from None
    if not count:
        raise DatasetError(f"{path} states nothing; name a file with facts.")


def _wrong(path: Path, form: RdfFormat, error: SyntaxError) -> DatasetError:
    line, reason = mistake_in(_whole(path), form, error)
    if line is None:
        return DatasetError(f"{path}: {reason}.")
    return DatasetError(f"{path}, line {line}: {reason}. Correct the file there.")


def _opened(path: Path) -> IO[bytes]:
    return opened(path, compressed=is_compressed(path.name))


def _whole(path: Path) -> bytes:
    with _opened(path) as file:
        return file.read()

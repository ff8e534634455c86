"""Load an RDF file into a store, and say in a sentence why one cannot be loaded; for the zygote."""

import zlib
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from urbact_graph.engine.messages import Load
from urbact_graph.rdf.reading import (
    begins_with_mark,
    is_compressed,
    mistake_in,
    opened,
    rdf_format,
    xml_mistake,
)


class LoadError(Exception):
    """A file that cannot be loaded; the message is a clause that says where and why."""


def load_store(load: Load) -> Store:
    """Load an RDF file into a store in memory, with the named graphs of N-Quads and TriG.

    A byte order mark is skipped; a file whose name ends in .gz is decompressed.

    Raises:
        LoadError: the file cannot be read, or its content is not in the format of its name.
    """
    form = rdf_format(load.media_type)
    try:
        return _loaded(load, form)
    except (SyntaxError, ValueError) as error:
        line, reason = mistake_in(_whole(load), form, error)
        raise LoadError(f"line {line}: {reason}" if line else reason) from None
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(getattr(error, "strerror", None) or str(error)) from None


def _loaded(load: Load, form: RdfFormat) -> Store:
    # The parser takes RDF/XML that was cut off for whole.
    if form == RdfFormat.RDF_XML and xml_mistake(_whole(load)):
        raise SyntaxError
    store, content = Store(), Path(load.content)
    # Files written by hand often have relative IRIs.
    base = Path(load.name).resolve().as_uri()
    if is_compressed(load.name) or begins_with_mark(content):
        with opened(content, compressed=is_compressed(load.name)) as file:
            store.bulk_load(file, format=form, base_iri=base)
    else:
        # By itself the store reads a file faster.
        store.bulk_load(path=load.content, format=form, base_iri=base)
    return store


def _whole(load: Load) -> bytes:
    with opened(Path(load.content), compressed=is_compressed(load.name)) as file:
        return file.read()

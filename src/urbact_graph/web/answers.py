"""The response to a query operation: the answer with its tags, or that the client has it."""

import hashlib
import json
from collections.abc import Callable

from flask import request

from urbact_graph import __version__
from urbact_graph.engine.protocol import Answer
from urbact_graph.engine.protocol import Request as Query
from urbact_graph.rdf.formats import FORMATS
from urbact_graph.web.conditional import READ_METHODS, Conditions
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.protocol import QueryOperation
from urbact_graph.web.response import Response

_KEY_DIGITS = 24
_DIGEST_DIGITS = 16
_CONTENT_TYPES = {form.media_type: form.content_type for form in FORMATS}


def respond(operation: QueryOperation) -> Response:
    """Answer ``operation``.

    Raises:
        ProblemError: as the engine raises it.
    """

    def answer() -> tuple[bytes, str]:
        found = evaluate(operation)
        return found.content, _CONTENT_TYPES[found.media_type]

    return tagged(_key(operation, current_snapshot().version), answer)


def tagged(key: str | None, answer: Callable[[], tuple[bytes, str]]) -> Response:
    """Respond with the content and Content-Type of ``answer``, unless the client has it.

    An answer has a strong entity tag and can be had in parts. SPARQL does not define the order of
    rows, so that the tag has two halves: which answer it is, known before it is computed, and the
    digest of its bytes. A client whose tag has the first half, ``key``, has a right answer already.
    The key is None where the answer differs each time.

    Raises:
        ProblemError: as ``answer`` raises it.
    """
    is_read = request.method in READ_METHODS
    known = Conditions.of(request.headers.get).known(f"{key}-") if key and is_read else None
    if known:
        # A client can only know the tag from the answer itself, so the query is not evaluated.
        response = Response(status=304)
        response.set_etag(known[0], weak=known[1])
    else:
        content, content_type = answer()
        response = Response(content, content_type=content_type)
        if key:
            digest = hashlib.sha256(content).hexdigest()[:_DIGEST_DIGITS]
            response.set_etag(f"{key}-{digest}")
            response.accept_ranges = "bytes"
    if key:
        response.last_modified = current_snapshot().modified
    else:
        response.cache_control.no_store = True
    response.vary.update(("Accept", "Accept-Encoding"))
    return response


def evaluate(operation: QueryOperation) -> Answer:
    """Have the engine answer ``operation``.

    Raises:
        ProblemError: as the engine raises it.
    """
    snapshot = current_snapshot()
    query = Query(
        query=operation.query,
        results_format=operation.results.media_type if operation.results else None,
        graph_format=operation.graph.media_type if operation.graph else None,
        max_result_bytes=snapshot.settings.max_result_bytes,
        default_graphs=operation.default_graphs,
        named_graphs=operation.named_graphs,
        # Relative IRIs start from where the query was sent (RFC 3986, section 5.1.3).
        base_iri=f"{current_context().public_address}/sparql",
    )
    return snapshot.query(query, operation.seconds)


def _key(operation: QueryOperation, version: str) -> str | None:
    """Return what stands for the answer from the dataset ``version``; None if it varies."""
    if not operation.is_repeatable:
        return None
    return key_of(
        version,
        operation.query,
        operation.default_graphs,
        operation.named_graphs,
        operation.results.name if operation.results else "",
        operation.graph.name if operation.graph else "",
    )


def key_of(version: str, *parts: object) -> str:
    """Return what stands for the answer from the dataset ``version`` that ``parts`` say.

    They are what JSON can hold.
    """
    content = json.dumps((__version__, version, *parts))
    return hashlib.sha256(content.encode()).hexdigest()[:_KEY_DIGITS]

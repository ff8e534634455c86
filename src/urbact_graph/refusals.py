"""Why a query gets no answer: every kind of refusal, and the error that carries one."""

from collections.abc import Mapping
from dataclasses import dataclass

from urbact_graph.errors import UrbactGraphError


@dataclass(frozen=True)
class Refusal:
    """A kind of refusal: its name in problem bodies, its HTTP status, its title."""

    name: str
    status: int
    title: str


MALFORMED_REQUEST = Refusal("malformed-request", 400, "The request is malformed")
SYNTAX = Refusal("syntax", 400, "The query has a syntax error")
TOO_DEEP = Refusal("too-deep", 400, "The query is nested too deeply")
UPDATE_REFUSED = Refusal("update-refused", 403, "This endpoint is read-only")
SERVICE_REFUSED = Refusal("service-refused", 403, "Queries to other services are refused")
NOT_FOUND = Refusal("not-found", 404, "There is nothing here")
METHOD_REFUSED = Refusal("method-refused", 405, "The method is not allowed here")
NOT_ACCEPTABLE = Refusal("not-acceptable", 406, "None of the accepted formats can be given")
TOO_SLOW = Refusal("too-slow", 408, "The request came too slowly")
PRECONDITION_FAILED = Refusal("precondition-failed", 412, "It is no longer what you asked about")
QUERY_TOO_LARGE = Refusal("query-too-large", 413, "The query is too large")
MEDIA_TYPE_REFUSED = Refusal("media-type-refused", 415, "The body's media type is not a query's")
RANGE_REFUSED = Refusal("range-refused", 416, "There is no such part")
SHARE_USED = Refusal("share-used", 429, "Your share of engine time is used up")
CLIENT_LEFT = Refusal("client-left", 499, "The client left before its answer")
OUT_OF_TIME = Refusal("out-of-time", 503, "The query took too long")
OUT_OF_MEMORY = Refusal("out-of-memory", 503, "The query took too much memory")
ANSWER_TOO_LARGE = Refusal("answer-too-large", 503, "The answer is too large")
BUSY = Refusal("busy", 503, "Too many queries are waiting")
TOO_COMPLEX = Refusal("too-complex", 500, "The query is too complex for the engine")
EVALUATION = Refusal("evaluation", 500, "The query could not be evaluated")
UNAVAILABLE = Refusal("unavailable", 503, "The engine is not available")
INTERNAL = Refusal("internal", 500, "Something went wrong here")

REFUSALS = {
    refusal.name: refusal
    for refusal in (
        MALFORMED_REQUEST,
        SYNTAX,
        TOO_DEEP,
        UPDATE_REFUSED,
        SERVICE_REFUSED,
        NOT_FOUND,
        METHOD_REFUSED,
        NOT_ACCEPTABLE,
        TOO_SLOW,
        PRECONDITION_FAILED,
        QUERY_TOO_LARGE,
        MEDIA_TYPE_REFUSED,
        RANGE_REFUSED,
        SHARE_USED,
        CLIENT_LEFT,
        OUT_OF_TIME,
        OUT_OF_MEMORY,
        ANSWER_TOO_LARGE,
        BUSY,
        TOO_COMPLEX,
        EVALUATION,
        UNAVAILABLE,
        INTERNAL,
    )
}


class RefusedError(UrbactGraphError):
    """A request that is refused: the kind, one sentence for the user, and further members.

    ``extensions`` are problem details beyond the standard ones (RFC 9457, section 3.2), such as
    line and column; ``headers`` go with the HTTP answer.
    """

    def __init__(
        self,
        refusal: Refusal,
        detail: str,
        *,
        extensions: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})


def out_of_memory() -> RefusedError:
    """Make the error of a query that met its memory limit, in whichever way it did."""
    return RefusedError(
        OUT_OF_MEMORY,
        "The query needs more memory than it may take (query_memory_bytes); ask for less at once.",
        extensions={"limit": "query_memory_bytes"},
    )

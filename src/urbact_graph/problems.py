"""The problems (RFC 9457) that a request can meet, and the error that carries one."""

from collections.abc import Mapping
from dataclasses import dataclass

from urbact_graph.errors import UrbactGraphError


@dataclass(frozen=True)
class Problem:
    """A problem type: its name, which ends its IRI; its HTTP status; its title."""

    name: str
    status: int
    title: str


MALFORMED_REQUEST = Problem("malformed-request", 400, "The request is malformed")
INVALID_PARAMETER = Problem(
    "invalid-parameter",
    400,
    "A parameter is unknown, repeated, or has a value that it does not take",
)
SYNTAX_ERROR = Problem("syntax-error", 400, "The query has a syntax error")
UNKNOWN_FUNCTION = Problem(
    "unknown-function", 400, "The query calls a function that the engine does not have"
)
UNKNOWN_GRAPH = Problem("unknown-graph", 400, "The dataset has no graph of that name")
NESTING_TOO_DEEP = Problem("nesting-too-deep", 400, "The query is nested too deeply")
UPDATE_NOT_SUPPORTED = Problem("update-not-supported", 403, "This endpoint is read-only")
SERVICE_NOT_ALLOWED = Problem(
    "service-not-allowed", 403, "Queries to other services (SERVICE) are not allowed"
)
NOT_FOUND = Problem("not-found", 404, "There is nothing at this address")
METHOD_NOT_ALLOWED = Problem("method-not-allowed", 405, "The method is not allowed here")
NOT_ACCEPTABLE = Problem("not-acceptable", 406, "The answer is not available in an accepted format")
REQUEST_TIMEOUT = Problem(
    "request-timeout", 408, "The client took longer to send the request than it may"
)
PRECONDITION_FAILED = Problem(
    "precondition-failed", 412, "The precondition of the request does not hold"
)
QUERY_TOO_LARGE = Problem("query-too-large", 413, "The query is larger than it may be")
UNSUPPORTED_MEDIA_TYPE = Problem(
    "unsupported-media-type", 415, "The media type of the request body is not supported"
)
RANGE_NOT_SATISFIABLE = Problem(
    "range-not-satisfiable", 416, "The requested range is outside the file"
)
RATE_LIMITED = Problem("rate-limited", 429, "The client has used up its quota of engine time")
CLIENT_CLOSED_REQUEST = Problem(
    "client-closed-request", 499, "The client closed the request before it was answered"
)
QUERY_TIMEOUT = Problem("query-timeout", 503, "The query took longer than it may")
OUT_OF_MEMORY = Problem("out-of-memory", 503, "The query needed more memory than it may use")
RESULT_TOO_LARGE = Problem("result-too-large", 503, "The answer is larger than it may be")
OVERLOADED = Problem("overloaded", 503, "The server has too many queries or answers in progress")
QUERY_TOO_COMPLEX = Problem("query-too-complex", 500, "The query is too complex for the engine")
EVALUATION_FAILED = Problem("evaluation-failed", 500, "The engine could not evaluate the query")
ENGINE_UNAVAILABLE = Problem("engine-unavailable", 503, "The engine is not available")
INTERNAL_ERROR = Problem("internal-error", 500, "The server has an internal error")

PROBLEMS = {value.name: value for value in tuple(globals().values()) if isinstance(value, Problem)}


class ProblemError(UrbactGraphError):
    """A request that is not answered: the problem type, and one sentence about this occurrence.

    ``extensions`` are members of the problem details beyond the standard ones (RFC 9457, section
    3.2), such as line and column; ``headers`` are sent with the HTTP response.
    """

    def __init__(
        self,
        problem: Problem,
        detail: str,
        *,
        extensions: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})


def out_of_memory() -> ProblemError:
    """Make the error of a query that reached its memory limit, in whichever way that showed."""
    return ProblemError(
        OUT_OF_MEMORY,
        "The query needs more memory than it may use (max_query_memory_bytes); select less at a "
        "time.",
        extensions={"limit": "max_query_memory_bytes"},
    )

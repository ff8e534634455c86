"""Why a query gets no answer: every kind of problem, and the error that carries one."""

from collections.abc import Mapping
from dataclasses import dataclass

from urbact_graph.errors import UrbactGraphError


@dataclass(frozen=True)
class Problem:
    """A kind of problem: its name in problem bodies, its HTTP status, its title."""

    name: str
    status: int
    title: str


MALFORMED_REQUEST = Problem("malformed-request", 400, "The request is malformed")
SYNTAX_ERROR = Problem("syntax-error", 400, "The query has a syntax error")
NESTING_TOO_DEEP = Problem("nesting-too-deep", 400, "The query is nested too deeply")
UPDATE_NOT_SUPPORTED = Problem("update-not-supported", 403, "This endpoint is read-only")
SERVICE_NOT_ALLOWED = Problem("service-not-allowed", 403, "Queries to other services are refused")
NOT_FOUND = Problem("not-found", 404, "There is nothing here")
METHOD_NOT_ALLOWED = Problem("method-not-allowed", 405, "The method is not allowed here")
NOT_ACCEPTABLE = Problem("not-acceptable", 406, "None of the accepted formats can be given")
REQUEST_TIMEOUT = Problem("request-timeout", 408, "The request came too slowly")
PRECONDITION_FAILED = Problem("precondition-failed", 412, "It is no longer what you asked about")
QUERY_TOO_LARGE = Problem("query-too-large", 413, "The query is too large")
UNSUPPORTED_MEDIA_TYPE = Problem("unsupported-media-type", 415, "The body's media type is not a query's")
RANGE_NOT_SATISFIABLE = Problem("range-not-satisfiable", 416, "There is no such part")
RATE_LIMITED = Problem("rate-limited", 429, "Your share of engine time is used up")
CLIENT_CLOSED_REQUEST = Problem("client-closed-request", 499, "The client left before its answer")
QUERY_TIMEOUT = Problem("query-timeout", 503, "The query took too long")
OUT_OF_MEMORY = Problem("out-of-memory", 503, "The query took too much memory")
RESULT_TOO_LARGE = Problem("result-too-large", 503, "The answer is too large")
OVERLOADED = Problem("overloaded", 503, "Too many queries are waiting")
QUERY_TOO_COMPLEX = Problem("query-too-complex", 500, "The query is too complex for the engine")
EVALUATION_FAILED = Problem("evaluation-failed", 500, "The query could not be evaluated")
ENGINE_UNAVAILABLE = Problem("engine-unavailable", 503, "The engine is not available")
INTERNAL_ERROR = Problem("internal-error", 500, "Something went wrong here")

PROBLEMS = {
    problem.name: problem
    for problem in (
        MALFORMED_REQUEST,
        SYNTAX_ERROR,
        NESTING_TOO_DEEP,
        UPDATE_NOT_SUPPORTED,
        SERVICE_NOT_ALLOWED,
        NOT_FOUND,
        METHOD_NOT_ALLOWED,
        NOT_ACCEPTABLE,
        REQUEST_TIMEOUT,
        PRECONDITION_FAILED,
        QUERY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        RANGE_NOT_SATISFIABLE,
        RATE_LIMITED,
        CLIENT_CLOSED_REQUEST,
        QUERY_TIMEOUT,
        OUT_OF_MEMORY,
        RESULT_TOO_LARGE,
        OVERLOADED,
        QUERY_TOO_COMPLEX,
        EVALUATION_FAILED,
        ENGINE_UNAVAILABLE,
        INTERNAL_ERROR,
    )
}


class ProblemError(UrbactGraphError):
    """A request that is refused: the kind, one sentence for the user, and further members.

    ``extensions`` are problem details beyond the standard ones (RFC 9457, section 3.2), such as
    line and column; ``headers`` go with the HTTP answer.
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
    """Make the error of a query that met its memory limit, in whichever way it did."""
    return ProblemError(
        OUT_OF_MEMORY,
        "The query needs more memory than it may take (max_query_memory_bytes); ask for less at once.",
        extensions={"limit": "max_query_memory_bytes"},
    )

"""The answers to the steps of the guide, as the served graph gives them."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from urbact_graph.engine.protocol import Request
from urbact_graph.problems import EVALUATION_FAILED, UNKNOWN_FUNCTION, ProblemError
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.web.guide.step import Step, read_steps
from urbact_graph.web.pages.answer_page import AnswerPage
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.table import has_numbers, in_language_of_page

_TURTLE = "text/turtle"
# What an engine of others may not be able to do; nothing else is wrong with a step.
_LACKS = (UNKNOWN_FUNCTION, EVALUATION_FAILED)
# The rows that the guide shows; the editor has the others.
SHOWN = 10


@dataclass(frozen=True)
class AnsweredStep:
    """A step with its answer; ``numbers`` says of each column whether it has numbers alone.

    ``problem`` says why there is no answer, where the engine lacks what the step needs.
    """

    step: Step
    answer: AnswerPage
    numbers: tuple[bool, ...]
    problem: str = ""

    @property
    def editor(self) -> str:
        """The path that opens the query in the editor."""
        return f"sparql?{urlencode({'query': self.step.query})}"

    @property
    def download(self) -> str:
        """The path of the answer as a file."""
        form = "ttl" if self.answer.graph else "csv"
        return f"{self.editor}&format={form}"


@dataclass(frozen=True)
class AnsweredSteps:
    """All steps, answered by one version of the graph."""

    steps: tuple[AnsweredStep, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Have ``snapshot`` answer the steps; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the engine raises it.
        """
        return cls(tuple(_answered(one, snapshot) for one in read_steps(snapshot.base)))


def _answered(step: Step, snapshot: Snapshot) -> AnsweredStep:
    limit = snapshot.settings.max_result_bytes
    try:
        answer = snapshot.query(Request(step.query, RESULTS_JSON, _TURTLE, limit))
    except ProblemError as error:
        if error.problem not in _LACKS:
            raise
        return AnsweredStep(step, AnswerPage(), (), error.detail)
    page = AnswerPage.of(answer, snapshot.base)
    rows = tuple(tuple(cell and in_language_of_page(cell) for cell in row) for row in page.rows)
    numbers = tuple(has_numbers(rows, place) for place in range(len(page.columns)))
    return AnsweredStep(step, replace(page, rows=rows), numbers)

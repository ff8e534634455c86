"""Questions in words, which /queries answers."""

from collections.abc import Collection
from typing import Any

from flask import Response as AnyResponse
from flask import jsonify, render_template

from urbact_graph.problems import INVALID_PARAMETER, ProblemError
from urbact_graph.rdf.sparql import is_repeatable
from urbact_graph.stored.query import StoredQuery
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.questions.answer import (
    EXAMPLES,
    ShownGuess,
    as_json,
    first_answer,
    guesses,
    note_of,
    parts,
)
from urbact_graph.web.questions.figures import FROM_TODAY
from urbact_graph.web.questions.understanding import LONGEST_QUESTION, Questions, Understanding
from urbact_graph.web.response import Response
from urbact_graph.web.stored.library import Library


def answer_to_question(
    question: str, among: Collection[StoredQuery], library: Library, form: str
) -> AnyResponse:
    """Give what ``question`` was understood as: a page with the answer, or JSON.

    Only queries ``among`` those given are guessed.

    Raises:
        ProblemError: the question is too long; or as the engine raises it.
    """
    if len(question) > LONGEST_QUESTION:
        raise ProblemError(
            INVALID_PARAMETER,
            f"A question may have {LONGEST_QUESTION} characters; this one has {len(question)}. "
            "Ask for one thing at a time.",
            extensions={
                "parameter": "question",
                "takes": f"a question of at most {LONGEST_QUESTION} characters",
            },
        )
    snapshot = current_snapshot()
    sentence = " ".join(question.split())
    found = snapshot.derive(Questions.of).understand(sentence, among={one.name for one in among})
    shown = guesses(found, library.names)
    if form == "json":
        response: AnyResponse = jsonify(as_json(found, shown, current_context().public_address))
    else:
        answer = first_answer(shown[0], library, snapshot.base) if shown else {}
        response = _page(sentence, found, shown, answer)
        if "problem" in answer:
            response.cache_control.no_store = True
    is_of_today = any(one.note == FROM_TODAY for one in found.mentions) or any(
        not value.words for one in found.guesses for value in one.values
    )
    if is_of_today or not all(is_repeatable(one.query.text) for one in shown[:1]):
        response.cache_control.no_store = True
    return response


def _page(
    sentence: str, found: Understanding, shown: list[ShownGuess], answer: dict[str, Any]
) -> Response:
    """Give the page, with the answer of the first guess."""
    return Response(
        render_template(
            "question.html",
            sentence=sentence,
            longest=LONGEST_QUESTION,
            note=note_of(found),
            examples=EXAMPLES,
            parts=list(parts(found, atlas_of(current_snapshot()))),
            first=shown[0] if shown else None,
            others=shown[1:],
            **answer,
        )
    )

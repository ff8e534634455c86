"""Tables of many small cases, tried in one test: to report each takes longer than to try it."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence

Test = Callable[..., None]


def for_each(names: str | tuple[str, ...], cases: Iterable[object]) -> Callable[[Test], Test]:
    """Call the test with each of ``cases``, as ``parametrize`` would, but within one test.

    ``names`` are parameters of the test: one, whose values the cases are, or several, whose values
    a case has in their order. A case that fails does not keep the others from being tried; all that
    failed are raised together, each with its values. Fixtures are those of the one test, so that no
    case may change them, or skip.
    """
    table = list(cases)
    assert table, "a table without a case tries nothing"
    several = (names,) if isinstance(names, str) else names

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def run(**fixtures: object) -> None:
            failures = []
            for case in table:
                given = dict(zip(several, _values(names, case), strict=True))
                try:
                    test(**fixtures, **given)
                except Exception as error:  # noqa: BLE001 - raised again below
                    error.add_note(", ".join(f"{name} = {given[name]!r}" for name in several))
                    failures.append(error)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(table)} cases fail", failures)

        others = [p for name, p in signature.parameters.items() if name not in several]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return decorate


def _values(names: str | tuple[str, ...], case: object) -> Sequence[object]:
    if isinstance(names, str):
        return (case,)
    assert isinstance(case, Sequence), f"{case!r} has no values of {names}"
    return case

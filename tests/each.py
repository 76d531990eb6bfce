"""`parametrize` for checks that take less time than a test of their own costs."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

Check = Callable[..., None]


def for_each(
    names: str | tuple[str, ...], cases: Iterable[Any] | Callable[[], Iterable[Any]]
) -> Callable[[Check], Check]:
    """One test that goes through all cases, and names each that fails; without a case it fails.

    To be used as `pytest.mark.parametrize` is, where a case needs nothing fresh: whatever else the test asks for,
    its cases share. A function is asked for its cases when the test runs, so that collecting it costs nothing.
    """

    def decorate(check: Check) -> Check:
        wanted = inspect.signature(check)

        @functools.wraps(check)
        def goes_through_all(**shared: Any) -> None:
            rows = [*(cases() if callable(cases) else cases)]
            assert rows, "there is no case, so nothing would be checked"
            failed = []
            for row in rows:
                case = {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))
                try:
                    check(**case, **shared)
                except Exception as error:
                    error.add_note(f"in the case of {', '.join(f'{name}={value!r}' for name, value in case.items())}")
                    failed.append(error)
            if len(failed) == 1:
                raise failed[0]
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(rows)} cases", failed)

        taken = {names} if isinstance(names, str) else {*names}
        left = [one for name, one in wanted.parameters.items() if name not in taken]
        goes_through_all.__signature__ = wanted.replace(parameters=left)  # type: ignore[attr-defined] - read by pytest
        return goes_through_all

    return decorate

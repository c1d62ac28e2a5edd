"""What a connection test tries, one line for each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from integrations.contract import CheckResult
from integrations.errors import AdapterError, Unsupported
from integrations.sentence import Text

NOT_OFFERED = Text("the shop does not offer this; it becomes a task for you")


def tried(name: Text, call: Callable[[], object]) -> CheckResult:
    """Whether a call that changes nothing works, and what to do where it does not."""
    try:
        call()
    except Unsupported:
        return CheckResult(name, True, NOT_OFFERED)
    except AdapterError as error:
        return CheckResult(name, False, error.text)
    return CheckResult(name, True)


def checked(name: Text, lines: Iterator[CheckResult]) -> list[CheckResult]:
    """All lines of a test. An error out of them, rather than in one, is that nothing at all works
    there: it ends the test, under the name of that."""
    results: list[CheckResult] = []
    try:
        for line in lines:
            results.append(line)
    except AdapterError as error:
        results.append(CheckResult(name, False, error.text, blocking=True))
    return results

"""What a connection test tries, one line for each thing."""

from __future__ import annotations

from collections.abc import Callable

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

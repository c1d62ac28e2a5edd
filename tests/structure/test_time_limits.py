"""The order of time limits on which "at most once" rests, where they are used."""

from __future__ import annotations

import inspect

from integrations import http, time_limits
from integrations.email import smtp
from jobs import drain
from service import embedded
from service.db.outbox import claims
from service.operations.outbox.call_out import make_call


def test_each_limit_ends_before_the_one_that_relies_on_it() -> None:
    lease = claims.LEASE.total_seconds()

    assert http.TOTAL_SECONDS < time_limits.TRY < lease < embedded.STOP_SECONDS
    assert smtp.HURRY_SECONDS + smtp.TEXT_SECONDS + smtp.GOODBYE_SECONDS < time_limits.TRY
    assert lease > drain.LAST_SECONDS
    assert "time_limits.TRY" in inspect.getsource(make_call)

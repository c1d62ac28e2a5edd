"""A table says what a platform's refusals mean: the first row that fits, else the status alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from integrations.base.client import JsonClient
from integrations.base.refusals import REFUSED_FOR_GOOD, Refusal
from integrations.errors import AdapterError, Misconfigured, OptedOut, Rejected, Temporary
from integrations.http import Http
from integrations.sentence import N_, Text

SHOP = "https://shop.example/"
STOPPED = Text("the buyer wants nothing more")
REFUSED = N_("refused %(status)s %(code)s%(said)s")


class Shop(JsonClient):
    refusals = (
        Refusal(OptedOut, STOPPED, "stop"),
        Refusal(Misconfigured, REFUSED, "key_.*", {401}),
        Refusal(Temporary, REFUSED, "busy", outcome="not_done", pause=30),
        Refusal(Rejected, REFUSED, ".+", REFUSED_FOR_GOOD),
    )


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as wire:
        yield wire


def _refused(wire: responses.RequestsMock, status: int, code: object, **headers: str) -> Any:
    wire.post(f"{SHOP}x", status=status, json={"code": code, "message": "No."}, headers=headers)
    with pytest.raises(AdapterError) as caught:
        Shop(SHOP, Http(), lambda: datetime(2026, 11, 24, tzinfo=UTC)).ask("POST", "x")
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "stop", OptedOut),
        (500, "stop", OptedOut),
        (401, "key_unknown", Misconfigured),
        (400, "key_unknown", Rejected),
        (400, "stopped", Rejected),
        (503, "key_unknown", Temporary),
        (429, "else", Temporary),
        (404, "", Rejected),
        (403, 7, Misconfigured),
    ],
)
def test_first_row_that_fits_counts_and_else_the_status(
    wire: responses.RequestsMock, status: int, code: object, kind: type[AdapterError]
) -> None:
    assert isinstance(_refused(wire, status, code), kind)


def test_error_says_what_the_platform_said(wire: responses.RequestsMock) -> None:
    error = _refused(wire, 422, "sold_out")

    assert (error.message, error.code) == ("refused 422 sold_out: No.", "sold_out")


@pytest.mark.parametrize(("named", "wait"), [({}, 30), ({"Retry-After": "7"}, 7)])
def test_pause_of_the_table_is_for_answers_that_name_none(
    wire: responses.RequestsMock, named: dict[str, str], wait: float
) -> None:
    error = _refused(wire, 400, "busy", **named)

    assert (error.retry_after, error.outcome) == (wait, "not_done")

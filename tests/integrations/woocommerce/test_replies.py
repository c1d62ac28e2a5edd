"""Public replies: comments of WordPress under the review, by a user who may approve them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from integrations.contract import PublicReply
from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.woocommerce import ADAPTER
from tests.integrations.woocommerce.samples import BASE, adapter, answer, recorded

LOGIN = {"wp_user": "sinta", "wp_password": "abcd EFGH 1234 ijkl MNOP 5678"}
COMMENTS = f"{BASE}/wp-json/wp/v2/comments"
ME = f"{BASE}/wp-json/wp/v2/users/me"
REVIEW = f"{BASE}/wp-json/wc/v3/products/reviews/31"
REPLY = PublicReply("k", "31", "Mohon maaf, Kak.")
POSTED = str(recorded("reply")["id"])


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    """A shop with the review, where no reply is posted yet."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(REVIEW, json={**recorded("review"), "id": 31, "product_id": 10})
        wire.get(COMMENTS, **answer("no_reply"))
        yield wire


def test_reply_is_an_approved_comment_under_the_review(wire: responses.RequestsMock) -> None:
    wire.post(COMMENTS, **answer("reply"))

    assert adapter(**LOGIN).reply(REPLY) == POSTED

    request = wire.calls[-1].request
    assert json.loads(request.body or b"") == {
        "post": 10,
        "parent": 31,
        "content": "Mohon maaf, Kak.",
        "status": "approved",
        "author_user_agent": "Makegood k",
    }
    basic = b64encode(b"sinta:abcdEFGH1234ijklMNOP5678").decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert "ck_" not in str(request.url)


def test_reply_that_stands_there_is_put_right_and_not_posted_again(
    wire: responses.RequestsMock,
) -> None:
    wire.replace(responses.GET, COMMENTS, **answer("replies"))
    wire.post(f"{COMMENTS}/{POSTED}", json=recorded("reply"))

    assert adapter(**LOGIN).reply(REPLY) == POSTED

    assert json.loads(wire.calls[-1].request.body or b"")["content"] == REPLY.text


def test_reply_of_another_click_is_another_comment(wire: responses.RequestsMock) -> None:
    wire.replace(responses.GET, COMMENTS, **answer("replies"))
    wire.post(COMMENTS, status=201, json={"id": 900})

    assert adapter(**LOGIN).reply(PublicReply("other", "31", "Halo Kak")) == "900"


def test_too_many_at_once_are_posted_later(wire: responses.RequestsMock) -> None:
    """Never seen of who may approve comments: wp_check_comment_flood_db lets them through."""
    wire.post(COMMENTS, status=400, json={"code": "comment_flood", "message": "Slow down."})

    with pytest.raises(Temporary) as refused:
        adapter(**LOGIN).reply(REPLY)

    assert refused.value.outcome == "not_done"


def test_same_words_by_hand_count(wire: responses.RequestsMock) -> None:
    wire.post(COMMENTS, **answer("reply_again"))

    assert adapter(**LOGIN).reply(REPLY) == ""


LOST: list[dict[str, Any]] = [
    {"body": requests.exceptions.ReadTimeout()},
    {"status": 500, "body": "<h1>There has been a critical error on this website.</h1>"},
    {"status": 201, "body": "<b>Notice</b>: a plugin's own words"},
]


@pytest.mark.parametrize("lost", LOST)
def test_reply_whose_answer_was_lost_is_looked_for(
    wire: responses.RequestsMock, lost: dict[str, Any]
) -> None:
    wire.get(COMMENTS, **answer("replies"))
    wire.post(COMMENTS, **lost)

    assert adapter(**LOGIN).reply(REPLY) == POSTED


@pytest.mark.parametrize("look", [answer("no_reply"), {"status": 503}])
def test_reply_that_is_not_seen_after_a_lost_answer_stays_unknown(
    wire: responses.RequestsMock, look: dict[str, Any]
) -> None:
    wire.get(COMMENTS, **look)
    wire.post(COMMENTS, **LOST[0])

    with pytest.raises(Temporary) as unseen:
        adapter(**LOGIN).reply(REPLY)

    assert unseen.value.outcome == "unknown"


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("replier_wrong_password", "make a new application password"),
        ("replier_unseen", "drops the Authorization header"),
        ("reply_not_approved", "may not approve comments"),
        ("reply_closed", "reviews are closed on this product"),
    ],
)
def test_refused_reply_was_surely_not_posted(
    wire: responses.RequestsMock, sample: str, words: str
) -> None:
    wire.post(COMMENTS, **answer(sample))

    with pytest.raises(Rejected, match=words) as refused:
        adapter(**LOGIN).reply(REPLY)

    assert refused.value.outcome == "not_done"


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("replies_forbidden", "may not approve comments"),
        ("replies_unseen", "drops the Authorization header"),
    ],
)
def test_who_may_not_look_does_not_post(
    wire: responses.RequestsMock, sample: str, words: str
) -> None:
    wire.replace(responses.GET, COMMENTS, **answer(sample))

    with pytest.raises(Rejected, match=words):
        adapter(**LOGIN).reply(REPLY)


def test_shop_that_cannot_be_looked_at_is_not_posted_to(wire: responses.RequestsMock) -> None:
    wire.replace(responses.GET, COMMENTS, status=503)

    with pytest.raises(AdapterError) as refused:
        adapter(**LOGIN).reply(REPLY)

    assert refused.value.outcome == "not_done"


def test_review_that_is_gone_takes_no_reply(wire: responses.RequestsMock) -> None:
    wire.replace(responses.GET, REVIEW, **answer("review_missing"))

    with pytest.raises(Rejected, match="not in the shop"):
        adapter(**LOGIN).reply(REPLY)


@pytest.mark.parametrize(
    ("status", "words"),
    [("hold", "approve it there first"), ("trash", "not in the shop"), ("spam", "not in the shop")],
)
def test_review_that_nobody_sees_takes_no_reply(
    wire: responses.RequestsMock, status: str, words: str
) -> None:
    wire.replace(responses.GET, REVIEW, json={**recorded("review"), "status": status})

    with pytest.raises(Rejected, match=words):
        adapter(**LOGIN).reply(REPLY)


def test_without_a_user_nothing_is_posted(wire: responses.RequestsMock) -> None:
    assert not ADAPTER.takes_replies({"wp_user": " "})
    assert ADAPTER.takes_replies(LOGIN)
    with pytest.raises(Misconfigured):
        adapter().reply(REPLY)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"wp_user": "a:b"}, "wp_user"),
        ({"wp_password": "hunter2"}, "wp_password"),
        ({"base_url": "http://127.0.0.1:9"}, "wp_password"),
    ],
)
def test_login_that_cannot_work_is_refused(values: dict[str, str], field: str) -> None:
    sound = {"base_url": BASE, "consumer_key": "ck_1", "consumer_secret": "cs_1", **LOGIN}
    ADAPTER.check_entries(sound)

    with pytest.raises(WrongEntry) as refused:
        ADAPTER.check_entries({**sound, **values})

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("sample", "advice"),
    [
        ("replier", None),
        ("other_replier", "may not approve comments"),
        ("replier_wrong_password", "make a new application password"),
        ("replier_unknown", "make a new application password"),
        ("replier_unseen", "drops the Authorization header"),
    ],
)
def test_connection_test_says_whether_replies_can_be_posted(
    wire: responses.RequestsMock, sample: str, advice: str | None
) -> None:
    wire.get(ME, **answer(sample))

    [result] = adapter(**LOGIN).replies_work()

    assert result.ok == (advice is None)
    assert advice is None or advice in str(result.advice)
    assert adapter().replies_work() == []

"""Public replies in a real shop: posted once, by a user of WordPress who may approve comments."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from integrations.contract import PublicReply
from integrations.errors import AdapterError, Rejected, Temporary
from integrations.http import Http, Response
from integrations.woocommerce import ADAPTER, WooCommerce
from tests.live.woocommerce.store import Settings, Store

KINDS_OF_WORDS = ["Mohon maaf, Kak.", 'Maaf & terima kasih 😀 <b>"ya"</b> \\']


@pytest.fixture(autouse=True)
def _wordpress_user(settings: Settings) -> None:
    if not settings.replies.password:
        pytest.skip("needs an application password of WordPress: [replies] in the settings file")


@pytest.fixture(name="review_id")
def _review_id(store: Store, email: str) -> Iterator[int]:
    """A review whose replies are deleted at the end; WordPress would leave them on the page."""
    review_id = store.review(email, 1, "Arrived broken")["id"]
    yield review_id
    for reply in store.replies(review_id):
        store.as_wordpress_user("DELETE", f"comments/{reply['id']}?force=true")


def replying(
    settings: Settings, base_url: str = "", http: Http | None = None, **login: str
) -> WooCommerce:
    own = {"wp_user": settings.replies.user, "wp_password": settings.replies.password}
    config = settings.config(base_url, **{**own, **login})
    return ADAPTER(config, http or settings.http(), lambda: datetime.now(UTC))


def to(review_id: int, text: str = "Mohon maaf, Kak.", key: str = "") -> PublicReply:
    return PublicReply(key or uuid.uuid4().hex, str(review_id), text)


@pytest.mark.parametrize("words", KINDS_OF_WORDS)
def test_reply_stands_under_the_review_once(
    settings: Settings, store: Store, review_id: int, words: str
) -> None:
    reply = to(review_id, f"{words} {uuid.uuid4().hex}")

    first, again = (replying(settings).reply(reply) for _ in range(2))

    [stored] = store.replies(review_id)
    assert (first, again) == (str(stored["id"]),) * 2
    assert (stored["status"], stored["parent"]) == ("approved", review_id)
    assert stored["author_name"] in store.product_page()
    assert reply.text.rpartition(" ")[2] in unescape(store.product_page())


def test_reply_takes_the_words_given_last(settings: Settings, store: Store, review_id: int) -> None:
    first = to(review_id, "Maaf & terima kasih")

    replying(settings).reply(first)
    replying(settings).reply(to(review_id, "Kami ganti", key=first.key))

    assert [reply["content"]["raw"] for reply in store.replies(review_id)] == ["Kami ganti"]


def test_same_words_by_hand_count(settings: Settings, store: Store, review_id: int) -> None:
    by_hand = {"post": settings.product_id, "parent": review_id, "content": "Mohon maaf, Kak."}
    store.as_wordpress_user("POST", "comments", by_hand)

    assert replying(settings).reply(to(review_id)) == ""

    assert len(store.replies(review_id)) == 1


def test_two_replies_at_once_are_no_flood(settings: Settings, store: Store, review_id: int) -> None:
    adapter = replying(settings)

    assert len({adapter.reply(to(review_id, text)) for text in ("Satu", "Dua", "Tiga")}) == 3


class _Losing(Http):
    """Loses the answer to each reply, which the shop has taken."""

    def call(self, method: str, url: str, **other: Any) -> Response:
        response = super().call(method, url, **other)
        if method == "POST" and "wp/v2/comments" in url:
            raise Temporary("the answer was lost")
        return response


@pytest.mark.parametrize("words", KINDS_OF_WORDS)
def test_reply_whose_answer_was_lost_is_found(
    settings: Settings, store: Store, review_id: int, words: str
) -> None:
    reply = to(review_id, words)

    found = replying(settings, http=_Losing(verify=settings.ca_file or True)).reply(reply)

    assert [str(reply["id"]) for reply in store.replies(review_id)] == [found]


def test_review_that_is_not_on_the_page_takes_no_reply(
    settings: Settings, store: Store, review_id: int
) -> None:
    path = f"products/reviews/{review_id}"
    store.ask("PUT", path, {"status": "hold"})
    with pytest.raises(Rejected, match="approve it there"):
        replying(settings).reply(to(review_id))
    store.ask("PUT", path, {"status": "trash"})
    with pytest.raises(Rejected, match="not in the shop"):
        replying(settings).reply(to(review_id))
    with pytest.raises(Rejected, match="not in the shop"):
        replying(settings).reply(to(99999999))

    assert store.replies(review_id) == []


def test_product_without_reviews_takes_no_reply(
    settings: Settings, store: Store, review_id: int
) -> None:
    path = f"products/{settings.product_id}"
    store.ask("PUT", path, {"reviews_allowed": False})
    try:
        with pytest.raises(Rejected, match="closed on this product"):
            replying(settings).reply(to(review_id))
    finally:
        store.ask("PUT", path, {"reviews_allowed": True})


def test_user_who_may_approve_comments_passes_the_connection_test(settings: Settings) -> None:
    [finding] = replying(settings).replies_work()

    assert (finding.ok, finding.advice) == (True, None)


def refused(adapter: WooCommerce, review_id: int) -> set[str]:
    """What the connection test and the reply itself say, which should be the same."""
    [finding] = adapter.replies_work()
    assert not finding.ok
    with pytest.raises(AdapterError) as caught:
        adapter.reply(to(review_id))
    assert caught.value.outcome == "not_done"
    return {str(finding.advice), caught.value.message}


def test_wrong_password_is_named(settings: Settings, review_id: int) -> None:
    [said] = refused(replying(settings, wp_password="A" * 24), review_id)

    assert "make a new application password" in said


def test_user_who_may_not_approve_comments_is_named(settings: Settings, review_id: int) -> None:
    user, password = settings.replies.other_user, settings.replies.other_password
    if not password:
        pytest.skip("needs other_user and other_password in [replies] of the settings file")

    [said] = refused(replying(settings, wp_user=user, wp_password=password), review_id)

    assert "may not approve comments" in said


def test_host_that_drops_the_header_is_named(settings: Settings, review_id: int) -> None:
    if not settings.headerless_url:
        pytest.skip("needs headerless_url: the shop behind a server that drops Authorization")

    [said] = refused(replying(settings, settings.headerless_url), review_id)

    assert "drops the Authorization header" in said

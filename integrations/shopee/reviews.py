"""Reviews of the shop, polled because Shopee pushes none, and the one public reply to each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from integrations.base.client import NotThere
from integrations.base.lists import rows_in, unread_row
from integrations.contract import (
    Buyer,
    EventKind,
    InboundEvent,
    PollResult,
    PublicReply,
    ReplyTarget,
    ReturnChanged,
    ReturnStatus,
    ReviewEvent,
    ReviewSource,
)
from integrations.errors import Permanent, Rejected, Unsupported
from integrations.json_input import digits
from integrations.sentence import Text
from integrations.shopee.client import REFUSED, Connected
from integrations.shopee.schemas import CommentIn, CommentsIn, RepliesIn, ReturnIn

COMMENTS = "/api/v2/product/get_comment"
PAGE = "100"
ALL_PAGES = 5
"""Shopee shows the 500 newest, and may say that there are more behind them."""


class Reviews(Connected, ReviewSource):
    """v2.product.get_comment: no filter by time or rating, and no time of a change."""

    def look(self, subject: str) -> list[InboundEvent]:
        kind, _, number = subject.partition(":")
        if kind == "return" and number:
            return [self._return_of(number)]
        if kind != "review" or not digits(number):
            raise Unsupported("only a review or a return can be read again")
        query = {"comment_id": number, "cursor": "", "page_size": "1"}
        try:
            data = self.client.get(COMMENTS, CommentsIn, query)
        except NotThere:
            return [ReviewEvent(EventKind.WITHDRAWN, number)]
        rows = rows_in(data["item_comment_list"] or [], CommentIn, COMMENTS)
        if rows.unread:
            raise Permanent(rows.unread[0].problem)
        same = [row for row in rows.rows if row["comment_id"] == number]
        return [event_of(same[0]) if same else ReviewEvent(EventKind.WITHDRAWN, number)]

    def poll(self, cursor: str, now: datetime) -> PollResult:
        """The whole of what Shopee shows, page by page, each time: in which order it comes is not
        documented, so that nothing tells where what is new would end."""
        page, _, position = cursor.partition("|")
        query = {"cursor": position, "page_size": PAGE}
        data = self.client.get(COMMENTS, CommentsIn, query)
        rows = rows_in(data["item_comment_list"] or [], CommentIn, COMMENTS)
        number, onward = (digits(page) or 0) + 1, data["next_cursor"] or ""
        more = bool(
            data["more"]
            and (rows.rows or rows.unread)
            and onward not in ("", position)
            and number < self._pages
        )
        return PollResult(
            [event_of(row) for row in rows.rows],
            f"{number}|{onward}" if more else "",
            more,
            [unread_row(row, row.value("comment_id"), row.raw) for row in rows.unread],
        )

    @property
    def _pages(self) -> int:
        return digits(self.config.values.get("review_pages", "")) or ALL_PAGES

    def _return_of(self, return_sn: str) -> ReturnChanged:
        """v2.returns.get_return_detail."""
        path, query = "/api/v2/returns/get_return_detail", {"return_sn": return_sn}
        data = self.client.get(path, ReturnIn, query)
        return ReturnChanged(return_sn, data["order_sn"], ReturnStatus.CHANGED)


class Replies(Connected, ReplyTarget):
    """v2.product.reply_comment: once for each review; a refusal stands in the result of the row."""

    longest_reply: ClassVar[int] = 500
    reply_rules: ClassVar[Text] = Text(
        "Shopee takes one reply for each review, which cannot be changed afterwards. Everybody can read"
        " it."
    )

    def reply(self, reply: PublicReply) -> str:
        row = {"comment_id": int(reply.review_id), "comment": reply.text}
        path, body = "/api/v2/product/reply_comment", {"comment_list": [row]}
        for result in self.client.post(path, RepliesIn, body)["result_list"] or []:
            if result["fail_error"]:
                words = f": {result['fail_message']}" if result["fail_message"] else ""
                raise Rejected(Text(REFUSED, code=result["fail_error"], said=words))
        return ""


def event_of(data: Mapping[str, Any]) -> ReviewEvent:
    """The event of loaded `CommentIn`. Shopee names the buyer by a nickname here, and by a number
    in the order only."""
    media = data["media"]
    return ReviewEvent(
        EventKind.CHANGED,
        review_id=data["comment_id"],
        rating=data["rating_star"],
        text=data["comment"] or "",
        written_at=data["create_time"],
        product_id=data["item_id"] or "",
        buyer=Buyer(name=data["buyer_username"]),
        order_ids=(data["order_sn"],) if data["order_sn"] else (),
        photos=None if media is None else tuple(media["image_url_list"] or ()),
        films=None if media is None else tuple(media["video_url_list"] or ()),
    )

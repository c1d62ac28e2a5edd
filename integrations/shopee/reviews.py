"""Reviews of the shop, polled because Shopee pushes none, and the one public reply to each."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from integrations.base.client import NotThere, Query
from integrations.base.lists import Rows, unread_row
from integrations.contract import (
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
from integrations.shopee.schemas import CommentIn, RepliesIn, ReturnIn

ALL_PAGES = 5
"""Shopee shows the 500 newest, and may say that there are more behind them."""


class Reviews(Connected, ReviewSource):
    """v2.product.get_comment has no filter by time or rating, and tells no time of a change."""

    def look(self, subject: str) -> list[InboundEvent]:
        kind, _, number = subject.partition(":")
        if kind == "return" and number:
            return [self._return_of(number)]
        if kind != "review" or not digits(number):
            raise Unsupported("only a review or a return can be read again")
        gone = ReviewEvent(EventKind.WITHDRAWN, number)
        try:
            listed = self.comments({"comment_id": number, "cursor": "", "page_size": "1"})
        except NotThere:
            return [gone]
        if listed.unread:
            raise Permanent(listed.unread[0].problem)
        return [next((event for event in listed.rows if event.review_id == number), gone)]

    def poll(self, cursor: str, now: datetime) -> PollResult:
        """The whole of what Shopee shows, page by page, each time: in which order it comes is not
        documented, so that nothing tells where what is new would end."""
        page, _, position = cursor.partition("|")
        listed = self.comments({"cursor": position, "page_size": "100"})
        number, onward = (digits(page) or 0) + 1, listed.cursor
        most = digits(self.config.values.get("review_pages", "")) or ALL_PAGES
        more = listed.more and onward not in ("", position) and number < most
        unread = [unread_row(row, row.value("comment_id"), row.raw) for row in listed.unread]
        return PollResult(listed.rows, f"{number}|{onward}" if more else "", more, unread)

    def comments(self, query: Query) -> Rows:
        """v2.product.get_comment: a page of them."""
        path = "/api/v2/product/get_comment"
        return self.client.page(path, "item_comment_list", CommentIn, query)

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
        """v2.product.reply_comment."""
        row = {"comment_id": int(reply.review_id), "comment": reply.text}
        path, body = "/api/v2/product/reply_comment", {"comment_list": [row]}
        for result in self.client.post(path, RepliesIn, body)["result_list"]:
            if result["fail_error"]:
                words = f": {result['fail_message']}" if result["fail_message"] else ""
                raise Rejected(Text(REFUSED, code=result["fail_error"], said=words))
        return ""

"""Public replies: a comment of WordPress under the review, by WordPress' own API (wp/v2/comments).

WooCommerce's API has no call for them and its keys open its own addresses only, so a user of WordPress
replies, with an application password (WordPress REST API handbook, "Comments" and "Authentication").

WordPress refuses words that stand there already only where it kept them as they came, which it does
not with `&`; so each reply carries a mark of its own, by which it is found again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar

from integrations.base.client import REFUSED, JsonClient, Method, json_headers, words_of
from integrations.base.lists import rows_in
from integrations.base.loading import load
from integrations.base.loose import rows_of
from integrations.contract import CheckResult, Config, PublicReply, ReplyTarget
from integrations.entries import WrongEntry
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Answer
from integrations.json_input import digits
from integrations.sentence import Text
from integrations.woocommerce.client import Connected, base_url, code_of
from integrations.woocommerce.schemas import AS_STORED, CommentIn, ReviewIn, UserIn

NAME = Text("Public replies")
NOT_MODERATOR = Text(
    "this user may not approve comments, so a reply could wait unseen: give them the role of shop"
    " manager or editor"
)
WRONG_LOGIN = Text(
    "WordPress refused the user or the application password: make a new application password"
)
NO_LOGIN = Text(
    "WordPress did not look at the application password: application passwords are switched off there"
    " (a security plugin may do so), or the host drops the Authorization header (Apache: CGIPassAuth On)"
)
SLOW_DOWN = Text("WordPress takes no more comments of this user just now: try again in a minute")
CLOSED = Text("reviews are closed on this product: switch on 'Enable reviews' in its settings")
NO_REVIEW = Text("the review is not in the shop any more")
NOT_SHOWN = Text("the review is not shown in the shop: approve it there first")
SAME_REPLY = Text("this very reply stands under the review already")
BY_CODE = {
    "rest_forbidden_context": NOT_MODERATOR,
    "rest_comment_invalid_status": NOT_MODERATOR,
    "rest_comment_closed": CLOSED,
}
"""What WordPress means by the names of its refusals."""


class _Duplicate(Rejected):
    """409: this user has written these words under this review."""


class WordPress(JsonClient):
    """WordPress' own API, as the user who replies."""

    def __init__(self, config: Config, *args: Any) -> None:
        values = config.values
        # WordPress shows an application password in groups, and takes it with and without blanks.
        self._login = (values["wp_user"].strip(), "".join(values["wp_password"].split()))
        super().__init__(f"{base_url(config)}/wp-json/wp/v2/", *args)

    def send(self, method: Method, url: str, body: bytes | None, key: str) -> Answer:
        return self.http.call(method, url, headers=json_headers(body), body=body, auth=self._login)

    def own_refusal(
        self, answer: Answer, content: Mapping[str, Any] | None, url: str
    ) -> AdapterError | None:
        code = code_of(content)
        if code == "comment_duplicate":
            return _Duplicate(SAME_REPLY)
        if code == "comment_flood":
            return Temporary(SLOW_DOWN, outcome="not_done")
        # What is wrong with this user stops replies, and nothing else of the connection.
        if answer.status == 401:
            return Rejected(NO_LOGIN if code.startswith("rest_") else WRONG_LOGIN)
        if code in BY_CODE:
            return Rejected(BY_CODE[code])
        if code and 400 <= answer.status < 500:
            reason = words_of(content)
            return Rejected(Text(REFUSED, status=answer.status, said=reason))
        return None


class Replies(Connected, ReplyTarget):
    """POST wp/v2/comments: what is answered is the comment with the review's id."""

    longest_reply: ClassVar[int] = 5000
    reply_rules: ClassVar[Text] = Text(
        "It stands under the review on the product page, as a comment of your shop. It locks nothing:"
        " you can change or delete it in WordPress."
    )

    @classmethod
    def takes_replies(cls, values: Mapping[str, str]) -> bool:
        return bool(values.get("wp_user", "").strip())

    @cached_property
    def wordpress(self) -> WordPress:
        """Raises `WrongEntry` for entries that cannot work."""
        check_login(self.config.values)
        if not self.takes_replies(self.config.values):
            raise Misconfigured("enter a WordPress user for public replies first")
        return WordPress(self.config, self.http, self.now)

    def reply(self, reply: PublicReply) -> str:
        """Looked for first, and again where the answer is lost: it stands there once, in the words
        given last."""
        body = {
            "post": self._reviewed(reply.review_id),
            "parent": int(reply.review_id),
            "content": reply.text,
            # Only who may approve comments may say so; anybody else is refused, and nothing waits unseen.
            "status": "approved",
            "author_user_agent": _mark(reply),
        }
        standing = self._standing(reply)
        path = f"comments/{standing}" if standing else "comments"
        try:
            return str(self.wordpress.post(path, CommentIn, body, _only("id"))["id"])
        except _Duplicate:
            # The same words by hand: it stands there.
            return ""
        except AdapterError as error:
            if error.outcome == "unknown":
                with suppress(AdapterError):
                    if found := self._standing(reply):
                        return found
            raise

    def _reviewed(self, review_id: str) -> int:
        """The product of a review that everybody can read (wp-api-v3/product-reviews.md)."""
        if not digits(review_id):
            raise Rejected(NO_REVIEW)
        review = self.client.get_or_none(f"products/reviews/{review_id}", ReviewIn, AS_STORED)
        if review is None or not review["product_id"] or review["status"] in ("trash", "spam"):
            raise Rejected(NO_REVIEW)
        if review["status"] != "approved":
            raise Rejected(NOT_SHOWN)
        return int(review["product_id"])

    def _standing(self, reply: PublicReply) -> str:
        """The id of this reply where it is there, else ''."""
        asked = {"parent": reply.review_id, "status": "all", "per_page": "100"}
        answer = self.wordpress.ask(
            "GET", "comments", {**asked, **_only("id", "author_user_agent")}
        )
        comments = rows_in(rows_of(answer.json()), CommentIn, "comments").rows
        marked = (row for row in comments if row["author_user_agent"] == _mark(reply))
        return next((str(comment["id"]) for comment in marked), "")

    def replies_work(self) -> list[CheckResult]:
        """GET wp/v2/users/me: the user is there and may approve comments; nothing where none is
        entered."""
        if not self.takes_replies(self.config.values):
            return []
        try:
            answer = self.wordpress.ask("GET", "users/me", _only("id", "capabilities"))
            user = load(UserIn, answer.json(), "users/me")
        except AdapterError as error:
            return [CheckResult(NAME, False, error.text)]
        may = user["capabilities"].get("moderate_comments") is True
        return [CheckResult(NAME, may, None if may else NOT_MODERATOR)]


def _only(*names: str) -> dict[str, str]:
    """Asks for these fields and nothing else of a person (WordPress REST API handbook, "Global
    Parameters")."""
    return {"context": "edit", "_fields": ",".join(names)}


def _mark(reply: PublicReply) -> str:
    """WordPress keeps it with the comment, for who may approve comments to see."""
    return f"Makegood {reply.key}"


def check_login(values: Mapping[str, str]) -> None:
    """Refuse half a login, and one that would travel unencrypted; raises `WrongEntry`. Without a user
    nobody replies."""
    user, password = (values.get(name, "").strip() for name in ("wp_user", "wp_password"))
    if not user:
        return
    if ":" in user:
        raise WrongEntry("enter the name the user signs in with", field="wp_user")
    if not re.fullmatch("[A-Za-z0-9]{24}", "".join(password.split())):
        raise WrongEntry(
            "copy the application password whole: 24 letters and digits", field="wp_password"
        )
    if not base_url(Config(values)).startswith("https:"):
        raise WrongEntry(
            "WordPress takes application passwords over https:// only", field="wp_password"
        )

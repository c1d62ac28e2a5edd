"""Public replies: a comment of WordPress under the review, by WordPress' own API (wp/v2/comments).

WooCommerce's API has no call for them and its keys open its own addresses only, so a user of WordPress
replies, with an application password (WordPress REST API handbook, "Comments" and "Authentication").

WordPress refuses words that stand there already only where it kept them as they came, which it does
not with `&`; so each reply carries a mark of its own, by which it is found again.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar

from integrations.base.client import REFUSED
from integrations.base.refusals import Refusal
from integrations.contract import CheckResult, Config, Field, PublicReply, ReplyTarget
from integrations.entries import Form, WrongEntry
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.sentence import Text
from integrations.woocommerce.client import Connected, WordPressClient, base_url
from integrations.woocommerce.schemas import CommentIn, UserIn

COPY_WHOLE = Text("copy the application password whole: 24 letters and digits")
FIELDS = (
    Field(
        "wp_user",
        Text("WordPress user for public replies"),
        Text(
            "Who replies under reviews: a user with the role of shop manager or editor. Empty: you"
            " post replies yourself."
        ),
        required=False,
        form=Form("[^:]+", Text("enter the name the user signs in with")),
    ),
    Field(
        "wp_password",
        Text("Application password of that user"),
        Text(
            "WordPress > Users > the user's profile > Application Passwords > Add; not the password"
            " they sign in with. It needs an address that starts with https://."
        ),
        secret=True,
        required=False,
        form=Form(r"(\s*[A-Za-z0-9]){24}", COPY_WHOLE),
    ),
)
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
DUPLICATE = "comment_duplicate"
"""409: this user has written these words under this review."""


class WordPress(WordPressClient):
    """WordPress' own API, as the user who replies: what is wrong with this user stops replies, and
    nothing else of the connection."""

    refusals = (
        Refusal(Rejected, SAME_REPLY, DUPLICATE),
        Refusal(Temporary, SLOW_DOWN, "comment_flood", outcome="not_done"),
        Refusal(Rejected, NO_LOGIN, "rest_.*", {401}),
        Refusal(Rejected, WRONG_LOGIN, status={401}),
        Refusal(Rejected, NOT_MODERATOR, "rest_forbidden_context|rest_comment_invalid_status"),
        Refusal(Rejected, CLOSED, "rest_comment_closed"),
        Refusal(Rejected, REFUSED, ".+", range(400, 500)),
    )

    def __init__(self, config: Config, *args: Any) -> None:
        values = config.values
        # WordPress shows an application password in groups, and takes it with and without blanks.
        self.login = (values["wp_user"].strip(), "".join(values["wp_password"].split()))
        super().__init__(f"{base_url(config)}/wp-json/wp/v2/", *args)


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
        except AdapterError as error:
            if error.code == DUPLICATE:
                # The same words by hand: it stands there.
                return ""
            if error.outcome == "unknown":
                with suppress(AdapterError):
                    if found := self._standing(reply):
                        return found
            raise

    def _reviewed(self, review_id: str) -> int:
        """The product of a review that everybody can read."""
        review = self.client.review(review_id)
        if review is None or not review["product_id"] or review["status"] in ("trash", "spam"):
            raise Rejected(NO_REVIEW)
        if review["status"] != "approved":
            raise Rejected(NOT_SHOWN)
        return int(review["product_id"])

    def _standing(self, reply: PublicReply) -> str:
        """GET wp/v2/comments: the id of this reply where it is there, else ''."""
        asked = {"parent": reply.review_id, "status": "all", **_only("id", "author_user_agent")}
        comments = self.wordpress.page("comments", CommentIn, asked).rows
        marked = (row for row in comments if row["author_user_agent"] == _mark(reply))
        return next((str(comment["id"]) for comment in marked), "")

    def replies_work(self) -> list[CheckResult]:
        """GET wp/v2/users/me: the user is there and may approve comments; nothing where none is
        entered."""
        if not self.takes_replies(self.config.values):
            return []
        try:
            user = self.wordpress.get("users/me", UserIn, _only("id", "capabilities"))
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
    """Refuse a user without a password, and a login that would travel unencrypted; raises `WrongEntry`.
    Without a user nobody replies."""
    if not Replies.takes_replies(values):
        return
    if not values.get("wp_password", "").strip():
        raise WrongEntry(COPY_WHOLE, field="wp_password")
    if not base_url(Config(values)).startswith("https:"):
        raise WrongEntry(
            "WordPress takes application passwords over https:// only", field="wp_password"
        )

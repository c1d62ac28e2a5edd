"""What an answer that is not 2xx means. WooCommerce names its refusals with a code of its own
(`woocommerce_rest_...`); without one something in front of it answered, which may pass."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from integrations.errors import Misconfigured, Rejected, Temporary
from integrations.http import Answer, retry_after
from integrations.sentence import N_, Said, Text

OWN = "woocommerce_"
REFUND_FAILED = "woocommerce_rest_cannot_create_order_refund"
KEY = N_(
    "the shop refused the key (%(status)s%(said)s): enter a key with read and write permission, and an"
    " address that starts with https:// if the shop has one"
)
FILTERED = N_(
    "something in front of the shop refused (%(status)s%(said)s), such as a firewall, a security"
    " plugin or maintenance: let Makegood through to /wp-json/wc/v3"
)
NOT_ALLOWED = N_(
    "the shop does not let this key do that (%(status)s%(said)s): give its user the role of shop"
    " manager, and switch on in WooCommerce what this needs"
)
NO_API = N_(
    "there is no WooCommerce API at this address now (%(status)s%(said)s): if that lasts, correct the"
    " address, activate WooCommerce, and choose any permalink structure but 'plain' in WordPress"
)


class Refused(Rejected):
    """Refused, and nothing done, with WooCommerce's own `code`."""

    def __init__(self, text: Said, code: str) -> None:
        super().__init__(text)
        self.code = code


class RefundFailed(Temporary):
    """500 to a refund: refused for good, failed at the gateway, or done all the same."""


def saw_no_key(answer: Answer) -> bool:
    """Whether the shop took the call for a stranger's: its host may drop the header of the key."""
    return answer.status == 401 and _said(answer)[0].startswith("woocommerce_rest_cannot_")


def refuse(answer: Answer, url: str, now: datetime) -> None:
    """Raise the error that an answer stands for; a 2xx passes."""
    if answer.ok:
        return
    status = answer.status
    code, said = _said(answer)
    wait = retry_after(answer, now)
    if 300 <= status < 400:
        raise _elsewhere(answer, url)
    if status == 429:
        raise Temporary("the shop asks for a pause", retry_after=wait, outcome="not_done")
    if status in (401, 403):
        raise _not_allowed(status, code, said)
    if code == REFUND_FAILED:
        raise RefundFailed(Text("the shop could not refund%(said)s", said=said))
    if "invalid_order_id" in code:
        # A missing order comes as 404, or as 500 where a refund was asked for.
        raise Refused(_refused(status, said), code)
    if status == 404 and code in ("", "rest_no_route"):
        missing = Text(NO_API, status=status, said=said)
        raise Temporary(missing, retry_after=wait, outcome="not_done")
    if status < 500 and status not in (408, 425):
        if code:
            raise Refused(_refused(status, said), code)
        raise Temporary(Text(FILTERED, status=status, said=said), retry_after=wait)
    raise Temporary(
        "the shop answered %(status)s%(said)s", status=status, said=said, retry_after=wait
    )


def _refused(status: int, said: str) -> Text:
    return Text("the shop refused (%(status)s)%(said)s", status=status, said=said)


def _not_allowed(status: int, code: str, said: str) -> Exception:
    if not code.startswith(OWN):
        return Temporary(Text(FILTERED, status=status, said=said))
    if status == 401:
        return Misconfigured(Text(KEY, status=status, said=said))
    # Known and not permitted this one thing: everything else goes on.
    return Refused(Text(NOT_ALLOWED, status=status, said=said), code)


def _elsewhere(answer: Answer, url: str) -> Exception:
    """A redirect. Followed it would carry the key along."""
    if answer.status not in (301, 308):
        return Temporary(Text(FILTERED, status=answer.status, said=""))
    plain, target = url.split("?")[0], answer.headers.get("location", "").split("?")[0]
    if target == f"{plain}/":
        return Misconfigured(
            "WordPress does not know the address of its own API: choose any permalink structure"
            " but 'plain' in Settings > Permalinks"
        )
    return Misconfigured("the shop's address leads to another: enter the final address")


def _said(answer: Answer) -> tuple[str, str]:
    """WooCommerce's code, and its message ready to be put behind ours."""
    try:
        said: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(said, dict):
        return "", ""
    code, message = said.get("code"), said.get("message")
    plain = " ".join(message.split())[:200] if isinstance(message, str) else ""
    return code if isinstance(code, str) else "", f": {plain}" if plain else ""

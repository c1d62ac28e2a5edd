"""What the tests of the pages share: a form of a page, an unreadable delivery, roles."""

from __future__ import annotations

import html
import re
from typing import Any

import requests

from integrations.sandbox.codec import sign
from service.domain.staff.authority import Actor, SellerRole
from service.operations.shops import connections
from tests.world import Browser, World


def post_unreadable(world: World, body: bytes = b"not json", key: str = "odd") -> None:
    """A signed webhook that says nothing anybody understands."""
    stamp = str(int(world.clock.now().timestamp()))
    secret = connections.webhook_secret(world.context, world.connection())
    headers = {
        "X-Sandbox-Delivery": key,
        "X-Sandbox-Timestamp": stamp,
        "X-Sandbox-Signature": sign(secret, key, stamp, body),
    }
    requests.post(world.sandbox.sender.url, data=body, headers=headers, timeout=10)


def people(world: World) -> dict[SellerRole, Actor]:
    """One seller of each role."""
    return {
        SellerRole.OWNER: world.owner,
        SellerRole.AGENT: world.seller("agent@example.test", SellerRole.AGENT),
        SellerRole.VIEWER: world.seller("viewer@example.test", SellerRole.VIEWER),
    }


def post_anyway(browser: Browser, path: str, form: dict[str, Any]) -> requests.Response:
    """Post where the page itself offers no form, with the token of one's own page."""
    token = form_of(browser.get("/me"))["csrf_token"]
    return browser._session.post(
        browser.url + path, data={**form, "csrf_token": token}, timeout=10, allow_redirects=False
    )


def text_of(answer: requests.Response) -> str:
    """The words of a page, without its marks."""
    main = answer.text.partition("<main")[2] or answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", main))).replace("\u00a0", " ")


def form_of(answer: requests.Response) -> dict[str, Any]:
    """The fields of a page as a browser would send them unchanged."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", answer.text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in ("checkbox", "radio") or " checked" in tag
        if "name" in attributes and ticked:
            value = attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
            found[attributes["name"]] = html.unescape(value)
    selects = r'<select([^>]*)name="([\w-]+)"[^>]*>(.*?)</select>'
    for about, name, options in re.findall(selects, answer.text, re.DOTALL):
        selected = re.findall(r'<option(?=[^>]* selected)[^>]*value="([^"]*)"', options)
        found[name] = selected if "multiple" in about else "".join(selected[:1])
    for name, text in re.findall(
        r'<textarea[^>]*name="([\w-]+)"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL
    ):
        # A browser takes away one line end at the beginning.
        found[name] = re.sub(r"^\r?\n", "", html.unescape(text))
    return found


def refusals_of(answer: requests.Response) -> dict[str, str]:
    """What is said beside the fields of a page, by their ids."""
    found = re.findall(r'<span class="wrong"\s+id="([\w-]+)-wrong">(.*?)</span>', answer.text, re.S)
    return {field: html.unescape(said) for field, said in found}

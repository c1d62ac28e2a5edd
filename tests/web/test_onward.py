"""After signing in one stays here: whatever `next` holds, as browsers read addresses."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from service.app import create_app
from service.domain.staff.authority import OPERATOR
from service.operations.staff import accounts
from service.web.auth import own_path
from tests.world import World

HERE = "makegood.example"
PARTS = (
    "/",
    "\\",
    "//",
    "\t",
    "\n",
    "\r",
    " ",
    "\x00",
    "\x1f",
    "\xa0",
    "%09",
    "%2f",
    "%5c",
    "@",
    ":",
)
WORDS = (
    "evil.example",
    "https:",
    "javascript:",
    "cases",
    "sign-in",
    "?",
    "#",
    ".",
    "..",
    "é",
    "。",
)
FOREIGN = (
    "//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x01//evil.example",
    "https://evil.example",
    "https:evil.example",
    "///evil.example",
    "/\t\\evil.example",
    "javascript:alert(1)",
    "cases",
    "/nowhere",
    "",
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("onward")
    world = World(f"sqlite:///{folder / 'makegood.db'}", folder)
    yield create_app(world.wired)
    world.close()


def _host_of(address: str) -> str:
    """The machine a browser would ask, by the WHATWG URL rules for special schemes."""
    text = address.strip("".join(map(chr, range(0x21))))
    text = text.translate({ord(sign): None for sign in "\t\n\r"}).replace("\\", "/")
    if not text.startswith("/") and ":" in text.partition("/")[0]:
        scheme, _, rest = text.partition(":")
        return rest.strip("/").partition("/")[0] if scheme.startswith("http") else scheme
    if text.startswith("//"):
        return text.lstrip("/").partition("/")[0]
    return HERE


@given(st.lists(st.sampled_from(PARTS + WORDS), max_size=8).map("".join) | st.text(max_size=12))
def test_no_address_leads_elsewhere(app: Flask, onward: str) -> None:
    with app.test_request_context("/sign-in", base_url=f"https://{HERE}/under"):
        answer = own_path(onward)

    assert _host_of(answer) == HERE
    assert answer.startswith("/under/")


@pytest.mark.parametrize("onward", FOREIGN)
def test_foreign_address_is_replaced_by_the_first_page(app: Flask, onward: str) -> None:
    with app.test_request_context("/sign-in"):
        assert own_path(onward) == "/"


@pytest.mark.parametrize("onward", ["/cases?state=closed", "/cases/MG-1", "/me?", "/shops/3"])
def test_own_page_is_kept(app: Flask, onward: str) -> None:
    with app.test_request_context("/sign-in"):
        assert own_path(onward) == onward


def test_seller_is_led_back_to_the_page_asked_for(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, "a long password")
    app = create_app(world.wired)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    asked = client.get("/cases?state=closed").headers["Location"]

    signed_in = client.post(
        asked, data={"email": "owner@example.test", "password": "a long password"}
    )

    assert urlsplit(signed_in.headers["Location"]).path == "/cases"
    assert client.get(signed_in.headers["Location"]).status_code == 200

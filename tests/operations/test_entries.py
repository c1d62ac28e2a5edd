"""What cannot work is refused when it is saved, with its field named, and nothing good is lost."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from integrations import registry
from integrations.entries import WrongEntry
from integrations.standard_webhooks import new_secret
from service.db.models import Connection
from service.domain.errors import WrongInput
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from tests.web.pages import text_of
from tests.world import World

WHSEC = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
SHOP = "https://shop.example"
GOOD: dict[str, dict[str, str]] = {
    "woocommerce": {
        "base_url": SHOP,
        "consumer_key": "ck_" + "0" * 40,
        "consumer_secret": "cs_" + "0" * 40,
        "review_order_page": "review-order",
        "wp_user": "toko",
        "wp_password": "abcd EFGH 1234 ijkl MNOP 5678",
    },
    "standard": {
        "base_url": f"{SHOP}/makegood",
        "outgoing_secret": WHSEC,
        "edit_links": "no",
        "order_page": f"{SHOP}/admin/orders/{{id}}",
        "review_page": f"{SHOP}/admin/reviews/{{id}}",
        "chat_page": f"{SHOP}/admin/chats/{{id}}",
        "replies": "no",
    },
    "email": {
        "provider": "own",
        "host": "smtp.shop.example",
        "port": "2525",
        "security": "tls",
        "username": "toko",
        "password": "rahasia",
        "from_address": "care@shop.example",
        "from_name": "Toko Uji",
        "reply_to": "tanya@shop.example",
        "ca_file": "",
        "plus": "yes",
        "imap_host": "imap.shop.example",
        "imap_port": "993",
        "imap_security": "tls",
        "imap_username": "toko",
        "imap_password": "rahasia",
        "imap_folder": "INBOX",
        "client_id": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "tenant": "shop.example",
    },
    "shopee": {
        "base_url": SHOP,
        "partner_id": "2001887",
        "partner_key": "0" * 64,
        "shop_id": "727720655",
        "review_pages": "5",
        "refunded_at": "ACCEPTED",
        "return_days": "30",
    },
    "whatsapp": {
        "base_url": SHOP,
        "version": "v21.0",
        "phone_number_id": "106540352242922",
        "token": "EAA" + "0" * 40,
        "verify_token": "kata kami",
        "opt_in": "stated",
        "templates": "confirmation:id=kabar_pesanan/id, *:en=order_news/en_US",
        "parameters": "name text",
    },
    "sms": {
        "base_url": SHOP,
        "account_sid": "AC" + "0" * 32,
        "auth_token": "0" * 32,
        "sender": "+6281234567890",
        "opt_in": "stated",
        "most_parts": "3",
    },
    "sandbox": {"base_url": "http://127.0.0.1:9/sandbox", "api_key": "k"},
}
HOSTILE = {
    "zero": "\0",
    "zero width": "\u200b",
    "mark of direction": "\u202e",
    "byte order mark": "\ufeff",
    "line break": "a\nb",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "non-ASCII": "kéy–ключ",
    "half surrogate": "\ud800",
    "long": "a" * 100_000,
    "digits": "9" * 5_000,
    "blanks inside": "a b",
    "quoted": '"a"',
    "two lines of a header": "a\r\nBcc: x@example.test",
}
FOR_PEOPLE = {("email", "from_name")}
FIELDS = [(name, field.name) for name in GOOD for field in registry.get(name).fields]
NO_ADDRESS = [
    "shop.example",
    "ftp://shop.example",
    "https://",
    "https:///x",
    "https://..",
    "https://a b",
    "https://shop.example?x=1",
    "https://shop.example/?",
    "https://shop.example/#",
    "https://[",
    "https://sari:pw@shop.example",
    "https://shop.example:0",
    "https://shop.example:99999",
    "https://shop.example:x",
    "https://shop.example\\x",
    "https://shop..example",
    f"https://{'x' * 64}.example",
    "javascript:alert(1)",
    "https://shop,example",
    "https://%",
]
WRONG = [
    ("standard", "outgoing_secret", "whsec_"),
    ("standard", "outgoing_secret", WHSEC.removeprefix("whsec_")),
    ("standard", "edit_links", "nope"),
    ("woocommerce", "consumer_key", "cs_" + "0" * 40),
    ("woocommerce", "consumer_key", "ck_"),
    ("woocommerce", "consumer_secret", "cs_ 0"),
    ("woocommerce", "review_order_page", "https://x/review order?"),
    ("woocommerce", "wp_user", "toko:x"),
    ("woocommerce", "wp_password", "abcd EFGH"),
    ("standard", "review_page", "javascript:alert({id})"),
    ("standard", "order_page", "ftp://shop.example/{id}"),
    ("standard", "chat_page", "shop.example/{id}"),
    ("standard", "replies", "maybe"),
    ("shopee", "partner_id", "my app"),
    ("shopee", "shop_id", "²"),
    ("shopee", "review_pages", "11"),
    ("shopee", "return_days", "0"),
    ("whatsapp", "version", "21"),
    ("whatsapp", "phone_number_id", "+62812"),
    ("whatsapp", "templates", "kabar_pesanan"),
    ("whatsapp", "parameters", "name stars"),
    ("sms", "account_sid", "SK0"),
    ("sms", "most_parts", "0"),
    ("email", "security", "ssl"),
    ("email", "security", "none"),
    ("email", "port", "0"),
    ("email", "port", "65536"),
    ("email", "port", "²"),
    ("email", "port", "smtp"),
    ("email", "host", "smtp..example"),
    ("email", "host", "https://smtp.example"),
    ("email", "from_address", "care"),
    ("email", "from_address", "Toko <care@shop.example>"),
    ("email", "from_address", "a@b.example, c@d.example"),
    ("email", "reply_to", "@shop.example"),
    ("email", "ca_file", "/no/such/file.pem"),
    ("email", "ca_file", __file__),
    ("email", "username", "töko"),
]
INVISIBLE = ("zero", "zero width", "mark of direction", "line break", "half surrogate", "long")


def _connect(world: World, adapter: str, **values: str) -> int:
    roles = sorted(registry.get(adapter).roles)
    new = NewConnection(adapter, "", roles, {**GOOD[adapter], **values})
    return connections.connect(world.context, world.shop_id, OPERATOR, new)


def _kept(world: World, connection_id: int) -> dict[str, Any]:
    with world.context.database.reading() as session:
        connection = session.get_one(Connection, connection_id)
        return {**connection.values, **world.context.vault.decrypt(connection.secrets)}


def test_every_adapter_is_tried_with_what_it_accepts() -> None:
    assert set(GOOD) == set(registry.names())
    assert all(
        set(GOOD[name]) == {field.name for field in registry.get(name).fields} for name in GOOD
    )


# It refuses what SQLite would store.
@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
@pytest.mark.parametrize("adapter", GOOD)
def test_what_is_hostile_never_fails_nor_replaces_what_was_good(world: World, adapter: str) -> None:
    connection_id = _connect(world, adapter)
    browser, odd = world.browser(), {}
    form = {
        **GOOD[adapter],
        "threshold": "2",
        "roles": sorted(registry.get(adapter).roles),
    }
    for field in registry.get(adapter).fields:
        for name, value in HOSTILE.items():
            # No browser can send half a surrogate.
            typed = "\ufffe" if name == "half surrogate" else value
            before = _kept(world, connection_id)
            status = browser.post(
                f"/connections/{connection_id}/change", {**form, field.name: typed}
            ).status_code
            after = _kept(world, connection_id)
            # A zero is taken out, and what may stay empty is emptied then.
            usual = registry.get(adapter).completed({**GOOD[adapter], field.name: field.default})
            may_be_empty = bool(field.default) or not (field.required or _refused(adapter, **usual))
            emptied = name == "zero" and may_be_empty and not field.secret
            expected = usual if emptied else {field.name: typed}
            taken = after[field.name] == expected[field.name]
            if emptied:
                assert taken, field.name
            elif name in INVISIBLE and (adapter, field.name) not in FOR_PEOPLE:
                taken = False
            if status not in (200, 422) or not (after == before or (status == 200 and taken)):
                odd[field.name, name] = status
            connections.change_connection(
                world.context, connection_id, OPERATOR, name="", values=GOOD[adapter], threshold=2
            )

    assert odd == {}


def _refused(adapter: str, **values: str) -> str:
    """The field that the adapter names, '' where it takes the entries."""
    try:
        registry.get(adapter).check_entries({**GOOD[adapter], **values})
    except WrongEntry as error:
        return error.field
    return ""


@pytest.mark.parametrize("adapter", GOOD)
def test_what_can_work_is_taken(adapter: str) -> None:
    assert _refused(adapter) == ""


@pytest.mark.parametrize("name", INVISIBLE)
@pytest.mark.parametrize(("adapter", "field"), FIELDS, ids=str)
def test_invisible_is_refused_with_the_field_named(adapter: str, field: str, name: str) -> None:
    joined = name in ("zero width", "mark of direction") and (adapter, field) in FOR_PEOPLE
    given = GOOD[adapter][field] + HOSTILE[name] + "x"

    assert _refused(adapter, **{field: given}) == ("" if joined else field)


@pytest.mark.parametrize("address", NO_ADDRESS)
@pytest.mark.parametrize("adapter", ["woocommerce", "standard", "sandbox"])
def test_address_that_is_none_is_refused(adapter: str, address: str) -> None:
    assert _refused(adapter, base_url=address) == "base_url"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8000", "https://[::1]:8443/x", "https://tokó.example", "http://my_shop/a/b"],
)
def test_unusual_address_is_taken(address: str) -> None:
    assert _refused("standard", base_url=f"  {address}/ ") == ""


@pytest.mark.parametrize(("adapter", "field", "value"), WRONG)
def test_entry_that_cannot_work_is_refused(adapter: str, field: str, value: str) -> None:
    assert _refused(adapter, **{field: value}) == field


def test_wrong_entry_is_named_by_its_label_and_changes_nothing(world: World) -> None:
    for adapter in GOOD:
        connection_id = _connect(world, adapter)
        before = _kept(world, connection_id)
        for _, field, value in (each for each in WRONG if each[0] == adapter):
            with pytest.raises(WrongInput) as refused:
                connections.change_connection(
                    world.context,
                    connection_id,
                    OPERATOR,
                    name="",
                    values={field: value},
                    threshold=3,
                )
            label = next(each.label for each in registry.get(adapter).fields if each.name == field)
            assert list(refused.value.fields) == [field]
            assert str(label) in refused.value.message
        assert _kept(world, connection_id) == before


NEAR = {
    "another prefix": "v1,whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "url-safe": "whsec_" + base64.urlsafe_b64encode(bytes([251, 255] * 16)).decode(),
    "16 bytes": "whsec_" + base64.b64encode(b"0123456789abcdef").decode(),
    "no prefix": WHSEC.removeprefix("whsec_"),
    "plain": "my secret",
    "quotes": f'"{WHSEC}"',
    "cut": WHSEC[:20],
    "zero width": WHSEC + "\u200b",
    "capital prefix": WHSEC.replace("whsec", "WHSEC"),
    "break": WHSEC[:20] + "\n" + WHSEC[20:],
    "half surrogate": WHSEC + "\ud800",
    "twice": WHSEC + WHSEC,
}


def test_secret_that_is_nearly_one_is_refused_and_the_good_ones_stay(world: World) -> None:
    connection_id = _connect(world, "standard", webhook_secret=WHSEC)
    before = _kept(world, connection_id)["webhook"]

    for near in NEAR.values():
        with pytest.raises(WrongInput, match="Webhook secret"):
            connections.add_webhook_secret(world.context, connection_id, OPERATOR, near)
        with pytest.raises(WrongInput, match="Webhook secret"):
            _connect(world, "standard", webhook_secret=near)

    assert _kept(world, connection_id)["webhook"] == before == [WHSEC]


@pytest.mark.parametrize("adapter", registry.ADAPTERS)
@pytest.mark.parametrize("name", INVISIBLE)
def test_invisible_in_a_webhook_secret_is_refused(adapter: str, name: str) -> None:
    with pytest.raises(WrongEntry) as refused:
        registry.webhooks(adapter).check_webhook_secret(f"{WHSEC}{HOSTILE[name]}x")

    assert refused.value.field == "webhook_secret"


@pytest.mark.parametrize("adapter", registry.ADAPTERS)
def test_fresh_secret_is_good_for_every_platform(adapter: str) -> None:
    registry.webhooks(adapter).check_webhook_secret(new_secret())


def test_same_new_secret_twice_does_not_push_the_old_one_out(world: World) -> None:
    connection_id = _connect(world, "standard")
    [first] = _kept(world, connection_id)["webhook"]

    for _ in range(3):
        connections.add_webhook_secret(world.context, connection_id, OPERATOR, f" {WHSEC}\n")

    assert _kept(world, connection_id)["webhook"] == [WHSEC, first]


def test_threshold_that_is_none_is_refused_and_the_old_one_stays(world: World) -> None:
    connections.change_connection(
        world.context, world.connection_id, OPERATOR, name="", values={}, threshold=2
    )
    browser, address = world.browser(), f"/connections/{world.connection_id}/change"

    for threshold in ("", "five", "0", "5", "2.5", "-1", "³", "9" * 5000, "\0"):
        form = {"name": "x", "threshold": threshold, "roles": ["reviews"]}
        answer = browser.post(address, form)
        assert (answer.status_code, world.connection().threshold) == (422, 2), threshold


def test_page_says_saved_and_what_does_not_work_yet(world: World) -> None:
    form = {**GOOD["standard"], "name": "Toko", "roles": sorted(registry.get("standard").roles)}

    answer = world.browser().post(f"/shops/{world.shop_id}/connect/standard", form)

    shown = text_of(answer)
    assert "Saved." in shown
    assert "Fix what is marked ✗" in shown
    assert "All of it works" not in shown

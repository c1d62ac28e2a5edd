"""The case page: what a decision needs, and a refusal that loses nothing."""

from __future__ import annotations

import re

import pytest

from integrations.sandbox import trouble
from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import SCARF, sell
from service.domain.staff.authority import Limit, SellerRole
from service.operations.privacy import erasure
from tests.operations.steps import helped
from tests.web.pages import form_of, text_of
from tests.world import World


def _case(world: World) -> str:
    world.rate(1, "Barang datang pecah")
    world.work()
    return f"/cases/{world.case().reference}"


def _changed(amount: str, **more: str) -> dict[str, str]:
    form = {"action": "refund", "amount": amount, "line": "l1", "reason": "tes"}
    return {**form, **more}


def test_page_shows_what_a_decision_needs(world: World) -> None:
    address = _case(world)

    page = text_of(world.browser().get(address))

    for words in (
        "Barang datang pecah",
        "Send again IDR 259,000",
        "100 % of the order",
        "Sari",
        "SB-1",
        "Approve, change or decline.",
        "Low rating came in",
        "Rule “Broken”: send the item again.",
    ):
        assert words in page, words
    assert "259000" not in page


def test_page_is_indonesian_for_an_indonesian_seller(world: World) -> None:
    address, browser = _case(world), world.browser()
    browser.post("/me/language", {"language": "id"})

    page = text_of(browser.get(address))

    for words in (
        "Kirim ulang Rp259.000",
        "100% dari pesanan",
        "Setujui, ubah, atau tolak.",
        "Aturan “Barang rusak”: kirim ulang barangnya.",
        "Rating rendah masuk",
    ):
        assert words in page, words


def test_other_make_good_starts_with_the_proposed_one(world: World) -> None:
    form = form_of(world.browser().get(_case(world)))

    assert (form["amount"], form["line"], form["expires_days"]) == ("259,000", "l1", "90")


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("36.500", 3_650_000), ("36,500", 3_650_000), ("36500,00", 3_650_000), ("Rp 1.000", 100_000)],
)
def test_amount_is_read_as_people_type_it(world: World, typed: str, minor: int) -> None:
    world.browser().post(f"{_case(world)}/approve-other", _changed(typed))

    (made,) = world.case().make_goods
    assert (made.kind, made.amount_minor) == ("refund", minor)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (_changed("900.000"), "Only IDR 259,000 of this order can still be refunded."),
        (_changed("gratis"), "“gratis” is not an amount."),
        (_changed("-5"), "“-5” is not an amount."),
        (_changed("5", action="gift"), "Choose the make-good."),
        (_changed("5", action="voucher", expires_days="0"), "for how many days"),
        (_changed("0"), "Enter an amount above zero."),
    ],
    ids=["too much", "words", "negative", "unknown", "no days", "nothing"],
)
def test_refused_change_says_why_and_keeps_what_was_typed(
    world: World, form: dict[str, str], told: str
) -> None:
    answer = world.browser().post(f"{_case(world)}/approve-other", form)

    assert answer.status_code == 422
    assert told in text_of(answer)
    kept = form_of(answer)
    assert (kept["amount"], kept["line"]) == (form["amount"], "l1")
    assert 'value="tes"' in answer.text
    assert world.case().make_goods == []


def test_change_without_any_line_is_refused(world: World) -> None:
    form = _changed("5")
    del form["line"]

    answer = world.browser().post(f"{_case(world)}/approve-other", form)

    assert "Choose which lines of the order are meant." in text_of(answer)


def test_voucher_is_good_as_long_as_the_seller_says(world: World) -> None:
    form = _changed("50.000", action="voucher", expires_days="30")

    world.browser().post(f"{_case(world)}/approve-other", form)

    (made,) = world.case().make_goods
    assert made.expires_at is not None
    assert (made.expires_at - world.clock.now()).days == 30


def test_declining_needs_a_reason_and_history_names_who(world: World) -> None:
    address, browser = _case(world), world.browser()

    refused = browser.post(f"{address}/decline", {"reason": " "})
    declined = browser.post(f"{address}/decline", {"reason": "bukan dari kami"})

    assert refused.status_code == 422
    assert "Declined." in text_of(declined)
    history = text_of(browser.get(address)).partition("History")[2]
    assert "bukan dari kami" in history
    assert "owner" in history


def test_second_press_is_told_what_the_case_is_now(world: World) -> None:
    address, browser = _case(world), world.browser()
    browser.post(f"{address}/approve", {"number": "0"})

    again = browser.post(f"{address}/approve", {"number": "0"})

    assert again.status_code == 409
    assert "the case is now “being carried out”" in text_of(again)
    assert len(world.case().make_goods) == 1


def test_earlier_case_of_the_buyer_is_shown_with_its_outcome(world: World) -> None:
    first, browser = _case(world), world.browser()
    browser.post(f"{first}/approve", {"number": "1"})
    world.work()
    with world.sandbox.ledger.write() as connection:
        again = add_order(connection, 1, SCARF, world.clock.now())
    world.rate(2, "Lagi", again)
    world.work()

    page = text_of(browser.get(f"/cases/{world.cases()[1].reference}"))

    assert "Other cases of this buyer" in page
    assert "Refund IDR 259,000" in page
    assert "Orders known here 2 Paid for them, as the shop says IDR 404,000" in page
    assert "Cases, with this one 2 Given so far 1 × Refund IDR 259,000" in page


def test_order_is_chosen_when_none_fits(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    address, browser = _case(world), world.browser()

    wrong = browser.post(f"{address}/order", {"order_id": "SB-999"})
    right = browser.post(f"{address}/order", {"order_id": f"SB-{order_id}"})

    assert "The shop has no order SB-999. Check the number." in text_of(wrong)
    assert 'value="SB-999"' in wrong.text
    assert "The order is set." in text_of(right)
    assert world.case().order["number"] == f"SB-{order_id}"


def _first_actions(page: str) -> list[str]:
    """The buttons at the thumb."""
    found = re.findall(r"first-action[^>]*>\s*<button[^>]*>(.*?)</button>", page, re.S)
    return [" ".join(words.split()) for words in found]


def test_thumb_is_at_what_speaks_against_the_case_before_it_is_at_money(world: World) -> None:
    world.rate(1, "Tangan anak saya melepuh kena uapnya!")
    world.work()
    address, browser = f"/cases/{world.case().reference}", world.browser()
    assert _first_actions(browser.get(address).text) == ["I have taken it up"]

    browser.post(f"{address}/confirm", {})

    (first,) = _first_actions(browser.get(address).text)
    assert first.startswith("Approve: ")


def test_who_may_approve_nothing_reads_why_once_and_asks_the_owner_there(world: World) -> None:
    address = _case(world)
    agent = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": Limit(100)})

    page = text_of(world.browser(agent).get(address))

    assert len(world.case().proposals[-1].remedies) > 1
    assert page.count("Above your limit of IDR 1") == 1
    assert page.index("Ask the owner") < page.index("Change, then approve")
    assert "Ask the owner" not in text_of(world.browser().get(address))


def test_who_may_only_look_is_not_told_to_decide(world: World) -> None:
    address = _case(world)
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)

    page = text_of(world.browser(viewer).get(address))

    assert "Somebody decides who may." in page
    assert "Approve, change or decline." not in page
    assert "Ask the owner" not in page


def test_code_is_asked_for_only_where_it_was_given_by_hand(world: World) -> None:
    """The shop refused a voucher: what to do instead comes first, and is not said twice."""
    voucher = {"action": "voucher", "percent": 20, "expires_days": 90}
    world.set_shop(playbook={"name": "Own", "rules": [{"name": "Any", "remedies": [voucher]}]})
    order_id = world.rate(1, "Barang datang pecah")
    trouble.choose(world.sandbox.ledger, order_id, "permanent")
    world.work()
    address, browser = f"/cases/{world.case().reference}", world.browser()
    browser.post(f"{address}/approve", {"number": 0})
    world.work()
    page = browser.get(address).text

    before, _, by_hand = page.partition("<summary>I did it by hand")
    assert "Choose another make-good" in before
    assert 'name="code"' not in before
    assert 'name="code"' in by_hand
    assert before.count("cannot be changed any more") == 1


def test_next_step_is_the_message_that_the_other_waits_for(world: World) -> None:
    """The second question and the invitation are due at one time."""
    hours = {"resolution_check_hours": 0, "update_invitation_hours": 0}
    world.set_shop(follow_ups={**hours, "opens": "00:00", "closes": "23:59", "days": [*range(7)]})
    helped(world)

    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))

    assert "Next step To the buyer: second question whether it is solved." in page


def test_what_is_known_of_laws_is_said_in_the_readers_language(world: World) -> None:
    browser = world.browser()
    browser.post("/me/language", {"language": "id"})

    page = text_of(browser.get(f"/shops/{world.shop_id}/asking"))

    assert "Hukum: Indonesia" in page
    assert "Simpan bukti" in page
    assert "Keep proof" not in page


def test_case_of_an_erased_buyer_does_not_say_that_nothing_was_written(world: World) -> None:
    address = _case(world)
    erasure.erase_buyer(world.context, "sari@example.test", world.owner)

    page = text_of(world.browser().get(address))

    assert "What tells of the buyer was erased on" in page
    assert "No words." not in page

"""The second factor: set up once its code is right, asked for at the door, each code good once, taken
off only with a code, reset by owners, required of them."""

from __future__ import annotations

import re
from functools import partial

import pyotp
import pytest
import requests
from sqlalchemy import select

from service.db.models import Audit, RecoveryCode, SecondFactor
from service.domain.errors import DomainError, NotPermitted, WrongInput, WrongState
from service.domain.staff.authority import OPERATOR, Actor, SellerRole
from service.operations.shops.reencryption import renew_secrets
from service.operations.staff import accounts, members, second_factors
from tests.web.pages import form_of, people, post_anyway, refusals_of, text_of
from tests.web.test_sessions import at_once
from tests.world import Browser, World

GOOD = "a long password"
PAGE = "/me/second-factor"


def _code(world: World, secret: str, steps: int = 0) -> str:
    app = pyotp.TOTP(secret)
    return str(app.generate_otp(int(world.clock.now().timestamp()) // app.interval + steps))


def _secret(page: requests.Response) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found is not None
    return found.group(1)


def _set_up(world: World, browser: Browser, present: str = "") -> tuple[str, list[str]]:
    """The secret and the recovery codes."""
    page = browser.get(PAGE)
    secret = _secret(page)
    form = {**form_of(page), "code": _code(world, secret), "present": present}
    done = browser._session.post(world.url + PAGE, data=form, timeout=10)
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", done.text)
    world.clock.move(seconds=90)
    return secret, codes


def _enrolled(world: World, seller: Actor | None = None) -> tuple[str, list[str]]:
    """Set up without the pages, under the password GOOD."""
    actor = seller or world.owner
    accounts.set_password(world.context, actor.id, OPERATOR, GOOD)
    with world.context.database.reading() as session:
        row = members.get_seller(session, actor.id)
    setup = second_factors.begin_setup(world.context, row)
    code = _code(world, setup.secret)
    verb = second_factors.set_up
    _, codes = verb(world.context, actor, setup.sealed, code, present=GOOD)
    world.clock.move(seconds=90)
    return setup.secret, codes


def _at_the_door(world: World, email: str = "owner@example.test") -> requests.Session:
    """A browser in which the password was given."""
    session = requests.Session()
    page = session.get(f"{world.url}/sign-in?next=/cases", timeout=10)
    form = {**form_of(page), "email": email, "password": GOOD}
    answer = session.post(page.url, data=form, timeout=10)
    assert answer.url == f"{world.url}/sign-in/code"
    return session


def _enter(world: World, session: requests.Session, **typed: str) -> requests.Response:
    address = f"{world.url}/sign-in/code"
    form = form_of(session.get(address, timeout=10))
    return session.post(address, data={**form, **typed}, timeout=10)


def _is_in(world: World, session: requests.Session) -> bool:
    return session.get(f"{world.url}/me", timeout=10).url == f"{world.url}/me"


def test_set_up_with_the_first_code_and_the_password_and_signed_in_by_both(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    browser, elsewhere = world.browser(), world.browser()
    page = browser.get(PAGE)
    secret = _secret(page)
    assert "<svg" in page.text
    assert "<script>" not in page.text
    for wrong in ({"code": "000000", "present": GOOD}, {"code": "", "present": "another one"}):
        refused = browser._session.post(
            world.url + PAGE, data={**form_of(page), **wrong}, timeout=10
        )
        assert refused.status_code == 422
        assert _secret(refused) == secret
        assert len(refusals_of(refused)) == 1
    form = {**form_of(page), "code": _code(world, secret), "present": GOOD}
    done = browser._session.post(world.url + PAGE, data=form, timeout=10)

    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", done.text)
    assert len(set(codes)) == 10
    assert _is_in(world, browser._session)
    assert "/sign-in" in elsewhere.get("/").url
    assert codes[0] not in browser.get(PAGE).text
    world.clock.move(minutes=2)
    session = _at_the_door(world)
    assert not _is_in(world, session)
    session = _at_the_door(world)
    inside = _enter(world, session, code=_code(world, secret))
    assert inside.url == f"{world.url}/cases"
    assert _is_in(world, session)


def test_link_lets_nobody_past_the_second_factor(world: World) -> None:
    secret, _ = _enrolled(world)
    link = accounts.new_link(world.context, world.owner.id, OPERATOR)
    session = requests.Session()

    answer = session.post(link, data=form_of(session.get(link, timeout=10)), timeout=10)

    assert answer.url == f"{world.url}/sign-in/code"
    assert not _is_in(world, session)
    link = accounts.new_link(world.context, world.owner.id, OPERATOR)
    session.post(link, data=form_of(session.get(link, timeout=10)), timeout=10)
    assert _enter(world, session, code=_code(world, secret)).url == f"{world.url}/"


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clock_may_be_one_step_off(world: World, steps: int, is_good: bool) -> None:
    secret, _ = _enrolled(world)
    session = _at_the_door(world)

    _enter(world, session, code=_code(world, secret, steps))

    assert _is_in(world, session) is is_good


def test_code_is_good_once_and_none_before_it_after(world: World) -> None:
    secret, _ = _enrolled(world)
    code, before = _code(world, secret), _code(world, secret, -1)
    first, second, third = (_at_the_door(world) for _ in range(3))

    _enter(world, first, code=f"{code[:3]} {code[3:]}")
    again, earlier = _enter(world, second, code=code), _enter(world, third, code=before)

    assert _is_in(world, first)
    assert [again.status_code, earlier.status_code] == [422, 422]
    assert "was used before" in text_of(again)


def test_code_sent_many_times_at_once_lets_in_once(world: World) -> None:
    secret, codes = _enrolled(world)
    context = world.context
    with context.database.reading() as session:
        key = second_factors.door_key(context, members.get_seller(session, 1))
    for code in (_code(world, secret), codes[0]):
        answers = at_once([partial(second_factors.sign_in, context, key, code)] * 6)
        assert sum(not isinstance(answer, DomainError) for answer in answers) == 1


def test_recovery_code_is_good_once_in_any_writing_and_stands_in_the_audit(world: World) -> None:
    _, codes = _enrolled(world)
    first, second = _at_the_door(world), _at_the_door(world)

    _enter(world, first, recovery=codes[3].upper().replace("-", " "))
    again = _enter(world, second, recovery=codes[3])

    assert _is_in(world, first)
    assert again.status_code == 422
    left = first.get(world.url + PAGE, timeout=10)
    assert "9 are left" in text_of(left)
    assert "second_factor.recovery_code" in _audited(world)


def _audited(world: World) -> list[str]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Audit.what).order_by(Audit.id)))


def test_codes_are_guessed_five_times_at_most_and_the_refusal_is_audited(world: World) -> None:
    secret, codes = _enrolled(world)
    sessions = [_at_the_door(world) for _ in range(6)]

    answers = [_enter(world, session, code="000000").status_code for session in sessions]
    right = _enter(world, sessions[0], code=_code(world, secret)).status_code

    assert answers == [422] * 5 + [429]
    assert right == 429
    assert "seller.refused" in _audited(world)
    world.clock.move(minutes=16)
    assert _enter(world, sessions[0], recovery=codes[0]).status_code == 200


def test_nothing_of_it_can_be_read_where_it_is_stored_and_keys_are_changed(world: World) -> None:
    secret, codes = _enrolled(world)
    with world.context.database.reading() as session:
        kept = session.get_one(SecondFactor, world.owner.id)
        hashes = [row.code_hash for row in session.scalars(select(RecoveryCode))]
    assert secret.encode() not in kept.secret
    assert not {code.replace("-", "") for code in codes} & set(hashes)

    renewed = renew_secrets(world.context, OPERATOR)

    assert (renewed.number, renewed.locked) == (2, ())
    with world.context.database.reading() as session:
        assert session.get_one(SecondFactor, world.owner.id).secret != kept.secret
    browser = _at_the_door(world)
    _enter(world, browser, code=_code(world, secret))
    assert _is_in(world, browser)


def test_taken_off_and_codes_made_anew_only_with_a_code(world: World) -> None:
    browser = world.browser()
    secret, codes = _set_up(world, browser)
    for address in (f"{PAGE}/remove", f"{PAGE}/codes"):
        for wrong in ("", "000000"):
            assert browser.post(address, {"code": wrong}).status_code == 422
    world.clock.move(minutes=16)

    renewed = browser.post(f"{PAGE}/codes", {"code": codes[0]})
    fresh = re.findall(r"<code>([a-z2-7-]{19})</code>", renewed.text)
    old = browser.post(f"{PAGE}/remove", {"code": codes[1]})
    browser.post(f"{PAGE}/remove", {"code": _code(world, secret)})

    assert len(set(fresh) - set(codes)) == 10
    assert old.status_code == 422
    assert not second_factors.is_set_up(world.context, world.owner.id)
    whats = _audited(world)
    assert ("second_factor.added" in whats, "second_factor.removed" in whats) == (True, True)


def test_owner_resets_it_for_staff_and_nobody_for_themselves(world: World) -> None:
    agent = people(world)[SellerRole.AGENT]
    _enrolled(world, agent)
    signed_in = world.browser()
    page = signed_in.get("/sellers")
    assert f"/sellers/{agent.id}/reset-second-factor" in page.text

    with pytest.raises(NotPermitted):
        second_factors.require(world.context, world.shop_id, agent, required=True)
    signed_in.post(f"/sellers/{agent.id}/reset-second-factor", {})

    assert not second_factors.is_set_up(world.context, agent.id)
    assert "second_factor.removed" in _audited(world)
    _enrolled(world)
    with pytest.raises(WrongState):
        second_factors.reset(world.context, world.owner.id, world.owner)
    address = f"/sellers/{world.owner.id}/reset-second-factor"
    refused = post_anyway(world.browser(agent), address, {})
    assert refused.status_code == 403
    second_factors.reset(world.context, world.owner.id, OPERATOR)
    assert not second_factors.is_set_up(world.context, world.owner.id)


def test_shop_that_wants_it_lets_its_owners_do_nothing_before(world: World) -> None:
    browser, agent = world.browser(), world.browser(people(world)[SellerRole.AGENT])
    browser.post(f"/shops/{world.shop_id}/second-factor", {"required": "on"})

    seen = [browser.get(path).url.removeprefix(world.url) for path in ("/", "/cases", "/me")]
    posted = post_anyway(agent, "/me/language", {"language": "en"}).status_code

    assert seen == [PAGE] * 3
    assert "Owners need a second factor here" in text_of(browser.get("/"))
    assert (agent.get("/").url, posted) == (f"{world.url}/", 303)
    _set_up(world, browser)
    assert browser.get("/cases").url == f"{world.url}/cases"


def test_installation_wants_it_of_every_owner(world: World) -> None:
    object.__setattr__(world.context, "second_factor_of_owners", True)

    assert world.browser().get("/").url == world.url + PAGE


@pytest.mark.parametrize("sealed", ["", "x", "of another"])
def test_secret_of_somebody_else_is_not_set_up(world: World, sealed: str) -> None:
    agent = people(world)[SellerRole.AGENT]
    with world.context.database.reading() as session:
        row = members.get_seller(session, agent.id)
    setup = second_factors.begin_setup(world.context, row)
    sent = setup.sealed if sealed == "of another" else sealed

    with pytest.raises(WrongInput):
        second_factors.set_up(
            world.context, world.owner, sent, _code(world, setup.secret), present=""
        )
    assert not second_factors.is_set_up(world.context, world.owner.id)


def test_door_key_ends_with_a_new_password(world: World) -> None:
    secret, _ = _enrolled(world)
    session = _at_the_door(world)
    accounts.set_password(world.context, world.owner.id, OPERATOR, "yet another password")

    answer = _enter(world, session, code=_code(world, secret))

    assert answer.url == f"{world.url}/sign-in"

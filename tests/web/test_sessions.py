"""Sessions end where they are kept, links and tries count once, owners stay: at the same moment too."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
import requests
from flask.testing import FlaskClient

from service.app import create_app
from service.db.models import Seller
from service.db.staff import seller_queries
from service.domain.errors import DomainError, NotFound, NotPermitted, WrongInput, WrongState
from service.domain.staff.authority import OPERATOR, Actor, Membership, SellerRole
from service.operations.context import Context
from service.operations.staff import accounts, members, sessions
from service.settings import load
from service.wiring import Wiring, wire
from tests.world import KEY, SECRET, World

T = TypeVar("T")
GOOD, BAD = "a long password", "another password"
OWNER = "owner@example.test"


def at_once(acts: list[Callable[[], T]]) -> list[T | DomainError]:
    """What each gave or raised, all begun at the same moment."""
    gate, given = threading.Barrier(len(acts)), list[T | DomainError]()

    def act(deed: Callable[[], T]) -> None:
        gate.wait(10)
        try:
            given.append(deed())
        except DomainError as error:
            given.append(error)

    threads = [threading.Thread(target=act, args=(each,)) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return given


def another_process(world: World) -> Wiring:
    """Wiring of its own on the same database, as another process has it."""
    names = {
        "DATABASE_URL": world.wired.settings.database_url,
        "SECRET_KEY": SECRET,
        "ENCRYPTION_KEYS": KEY,
        "PUBLIC_URL": world.url,
    }
    return wire(
        load({f"MAKEGOOD_{name}": value for name, value in names.items()}), clock=world.clock
    )


def _client(wired: Wiring) -> FlaskClient:
    app = create_app(wired)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_copied_cookie_is_worth_nothing_after_signing_out(world: World) -> None:
    browser, thief = world.browser(), requests.Session()
    thief.cookies.update(browser._session.cookies)
    before = thief.get(f"{world.url}/cases", timeout=10).url

    browser.post("/me", {})
    token = browser.get("/me").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    browser._session.post(f"{world.url}/sign-out", data={"csrf_token": token}, timeout=10)

    assert before == f"{world.url}/cases"
    assert "/sign-in" in thief.get(f"{world.url}/cases", timeout=10).url


def test_signing_out_ends_one_session_only(world: World) -> None:
    first, second = (sessions.begin(world.context, world.owner.id) for _ in range(2))

    sessions.end(world.context, first)

    assert sessions.seller_of(world.context, first) is None
    assert sessions.seller_of(world.context, second) is not None


def test_link_ends_no_other_session(world: World) -> None:
    key = sessions.begin(world.context, world.owner.id)

    accounts.sign_in_by_link(world.context, _token(world, world.owner))

    assert sessions.seller_of(world.context, key) is not None


def test_session_lasts_while_it_is_used_and_no_longer(world: World) -> None:
    key = sessions.begin(world.context, world.owner.id)
    for _ in range(3):
        world.clock.move(days=13)
        assert sessions.seller_of(world.context, key) is not None

    world.clock.move(days=14, seconds=1)

    assert sessions.seller_of(world.context, key) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda world: accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD),
        lambda world: _shut_out(world),
    ],
    ids=["password", "shut out"],
)
def test_sessions_and_links_end_with(world: World, change: Callable[[World], object]) -> None:
    key, token = sessions.begin(world.context, world.owner.id), _token(world, world.owner)

    change(world)

    assert sessions.seller_of(world.context, key) is None
    with pytest.raises(NotFound):
        accounts.sign_in_by_link(world.context, token)


def _shut_out(world: World) -> None:
    world.seller("second@example.test", SellerRole.OWNER)
    owner = world.owner
    for active in (False, True):
        members.set_active(world.context, owner.id, OPERATOR, active=active)


def _token(world: World, seller: Actor) -> str:
    return accounts.new_link(world.context, seller.id, OPERATOR).rpartition("/")[2]


def test_link_pressed_many_times_at_once_signs_in_once(world: World) -> None:
    others = [another_process(world) for _ in range(2)]
    contexts = [world.context, *(each.context for each in others)] * 3
    for _ in range(5):
        token = _token(world, world.owner)

        given = at_once([partial(accounts.sign_in_by_link, context, token) for context in contexts])

        assert Counter(type(each) for each in given) == {Seller: 1, NotFound: len(contexts) - 1}
    for each in others:
        each.close()


def test_using_one_link_ends_the_others_of_this_seller(world: World) -> None:
    first, second = (_token(world, world.owner) for _ in range(2))

    accounts.sign_in_by_link(world.context, second)

    with pytest.raises(NotFound, match="was used"):
        accounts.sign_in_by_link(world.context, first)


def test_link_of_the_version_before_is_refused_in_words(world: World) -> None:
    token = world.context.links.token("sign-in", [world.owner.id, 1])

    with pytest.raises(NotFound, match="ask for a new one"):
        accounts.sign_in_by_link(world.context, token)


Change = Callable[[World, Context, Actor, Actor], None]
CHANGES: dict[str, Change] = {
    "agent": lambda world, context, owner, by: members.set_membership(
        context, world.shop_id, owner.id, by, Membership(SellerRole.AGENT)
    ),
    "removed": lambda world, context, owner, by: members.end_membership(
        context, world.shop_id, owner.id, by
    ),
    "shut out": lambda _, context, owner, by: members.set_active(
        context, owner.id, by, active=False
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_owners_who_shut_each_other_out_leave_one(world: World, change: Change) -> None:
    owners = [world.owner, world.seller("second@example.test", SellerRole.OWNER)]
    other = another_process(world)
    for _ in range(5):
        acts: list[Callable[[], None]] = [
            partial(change, world, context, owner, by)
            for context, owner, by in zip(
                (world.context, other.context), owners, reversed(owners), strict=True
            )
        ]

        refused = [error for error in at_once(acts) if error is not None]

        # The second is no owner any more, or the last one.
        assert [type(error) for error in refused] in ([WrongState], [NotPermitted], [NotFound])
        with world.context.database.reading() as session:
            assert seller_queries.other_owners(session, world.shop_id, 0) == 1
        for owner in owners:
            members.set_active(world.context, owner.id, OPERATOR, active=True)
            members.set_membership(
                world.context, world.shop_id, owner.id, OPERATOR, Membership(SellerRole.OWNER)
            )
    other.close()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_only_owner_stays(world: World, change: Change) -> None:
    with pytest.raises(WrongState, match="At least one owner must stay"):
        change(world, world.context, world.owner, world.owner)


def test_seller_added_twice_at_once_is_there_once(world: World) -> None:
    add = partial(accounts.add_seller, world.context, OPERATOR, "new@example.test", {})
    given = at_once([add] * 4)

    assert Counter(type(each) for each in given) == {int: 1, WrongInput: 3}


def test_guesses_made_at_once_are_counted_before_they_are_answered(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    other = another_process(world)
    clients = [_client(wired) for wired in (world.wired, other)]

    def guess(number: int) -> Callable[[], int]:
        address = {"REMOTE_ADDR": f"10.1.0.{number}"}
        form = {"email": OWNER, "password": BAD}
        client = clients[number % 2].application.test_client()
        return lambda: client.post("/sign-in", data=form, environ_base=address).status_code

    given = at_once([guess(number) for number in range(24)])

    assert Counter(given) == {401: 10, 429: 14}
    other.close()


def test_tries_count_no_longer_when_their_time_is_over(world: World) -> None:
    client = _client(world.wired)
    form = {"email": "nobody@example.test", "password": BAD}
    answers = [client.post("/sign-in", data=form).status_code for _ in range(11)]

    world.clock.move(minutes=15, seconds=1)

    assert answers == [401] * 10 + [429]
    assert client.post("/sign-in", data=form).status_code == 401


def test_refusal_says_when_to_try_again(world: World) -> None:
    client = _client(world.wired)
    form = {"email": "nobody@example.test", "password": BAD}
    answers = [client.post("/sign-in", data=form) for _ in range(11)]

    assert answers[-1].headers["Retry-After"] == "60"


def test_password_changed_twice_at_once_is_changed_once(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    change = partial(accounts.change_password, world.context, world.owner, present=GOOD)

    given = at_once([partial(change, new=f"{BAD} {number}") for number in range(4)])

    assert Counter(type(each) for each in given) == {Seller: 1, WrongInput: 3}


def test_present_password_is_not_guessed_from_a_browser_that_was_found(world: World) -> None:
    accounts.set_password(world.context, world.owner.id, OPERATOR, GOOD)
    with world.context.database.reading() as session:
        seller = session.get_one(Seller, world.owner.id)
    client = _client(world.wired)
    with client.session_transaction() as cookie:
        cookie["key"] = sessions.begin(world.context, seller.id)

    def guess(number: int) -> int:
        form = {"present": f"guess {number}", "password": BAD}
        address = {"REMOTE_ADDR": f"10.2.0.{number}"}
        return client.post("/me/password", data=form, environ_base=address).status_code

    assert [guess(number) for number in range(11)] == [422] * 10 + [429]

"""What is changed outside a case stands in the audit, with who, old and new; never a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.db.models import Audit, Connection
from service.domain.messages.templates import MessageText
from service.domain.remedies.limits import AutomaticLimits
from service.domain.remedies.playbook_data import fingerprint
from service.domain.remedies.ready_made import ReadyMade, ready_made
from service.domain.staff.authority import BUYER, CLOCK, OPERATOR, Limit, Membership, SellerRole
from service.operations.messages import custom_texts
from service.operations.privacy import erasure
from service.operations.remedies import playbooks
from service.operations.shops import connections, disconnect, settings
from service.operations.shops.settings import Asking
from service.operations.staff import accounts, members, tokens
from tests.operations.steps import agent, rated
from tests.operations.verbs import all_rows, fill, has_actor, refused, verbs
from tests.world import World

SELF_KEPT = {
    "sent_form",
    "attempted",
    "endpoint_event",
    "lane",
    "notice",
    "outbox",
    "periodic",
    "report_mark",
    "report_totals",
    "search_entry",
    "sign_in",
    "task",
}
"""Tables in which Makegood keeps account of its own work."""
OWN_VIEWS = {"saved_filter"}
"""Tables of what one person looks through: names for lists of cases, of which nobody else sees anything
and by which nobody gets to see or do more."""


def _audit(world: World) -> Sequence[Audit]:
    with world.context.database.reading() as session:
        return session.scalars(select(Audit).order_by(Audit.id)).all()


def _lines(world: World, what: str) -> list[tuple[str, str, str, str]]:
    return [
        (line.actor, line.about, line.old, line.new) for line in _audit(world) if line.what == what
    ]


def test_every_change_of_every_verb_stands_in_history_or_audit(world: World) -> None:
    """Whatever table it is in: also one that is added later."""
    fill(world)
    silent, changed = set(), 0
    for name, verb in verbs().items():
        for actor in (world.owner, OPERATOR, BUYER, CLOCK):
            if not has_actor(verb):
                continue
            before = all_rows(world)
            refused(world, verb, actor)
            after = all_rows(world)
            differ = {table for table in after if after[table] != before[table]}
            differ -= SELF_KEPT | OWN_VIEWS
            changed += bool(differ)
            if differ and not differ & {"history", "audit"}:
                silent.add((name, str(actor), tuple(sorted(differ))))

    assert silent == set()
    assert changed > 20


def test_settings_stand_with_old_and_new_value_and_who(world: World) -> None:
    context, shop_id, actor = world.context, world.shop_id, world.owner
    about = {"name": "Toko Uji", "country": "ID", "language": "id"}

    settings.change_about(context, shop_id, actor, zone="Asia/Makassar", **about)
    limit = AutomaticLimits(each=5_000_000, shop_day=50_000_000, buyer_day=5_000_000)
    settings.change_automatic(context, shop_id, actor, {"IDR": limit})
    settings.change_messages(context, shop_id, actor, {}, Asking(invitations=True))

    owner = str(world.owner)
    assert _lines(world, "shop.zone") == [
        (owner, "Toko Uji", "Asia/Jakarta", "Asia/Makassar"),
    ]
    assert (owner, "Toko Uji IDR.each", "", "50000.00 IDR") in _lines(world, "shop.automatic")
    assert (owner, "Toko Uji invitations", "", "true") in _lines(world, "shop.asking")
    assert {line.shop_id for line in _audit(world) if line.what == "shop.zone"} == {world.shop_id}


def test_playbook_and_texts_stand_whole(world: World) -> None:
    careful, balanced = ready_made(ReadyMade.CAREFUL), ready_made(ReadyMade.BALANCED)
    seen = fingerprint(balanced)
    playbooks.replace_playbook(world.context, world.shop_id, world.owner, careful, seen=seen)
    text = MessageText("Halo {buyer}", "Maaf ya, {buyer}, atas kendala {product}.", "plain")
    custom_texts.save_text(world.context, world.shop_id, "receipt", "id", text, actor=world.owner)
    custom_texts.ship_text(world.context, world.shop_id, "receipt", "id", world.owner)

    ((_, _, old, new),) = _lines(world, "shop.playbook")
    assert (old, 'name = "Careful"' in new) == ("", True)
    texts = _lines(world, "shop.texts")
    assert ("seller:1", "Toko Uji receipt.id.subject", "", "Halo {buyer}") in texts
    assert ("seller:1", "Toko Uji receipt.id.subject", "Halo {buyer}", "") in texts


def test_secrets_are_told_of_and_never_told(world: World) -> None:
    connections.add_webhook_secret(world.context, world.connection_id, world.owner)
    values = {"base_url": world.url, "api_key": "an-api-key-nobody-may-read"}
    connections.change_connection(
        world.context, world.connection_id, world.owner, name="S", values=values, threshold=2
    )
    accounts.set_password(world.context, world.owner.id, OPERATOR, "a password nobody may read")
    token = tokens.add_token(world.context, world.owner, "Reports")
    tokens.revoke_token(world.context, 1, world.owner)
    disconnect.disconnect(world.context, world.connection_id, world.owner)

    assert [line[2:] for line in _lines(world, "connection.secrets")] == [("", "")] * 3
    assert len(_lines(world, "connection.disconnected")) == 1
    assert [line[:2] for line in _lines(world, "seller.password_hash")] == [("operator", "owner")]
    assert [line[1] for line in _lines(world, "api_token.added")] == ["Reports"]
    assert len(_lines(world, "api_token.revoked_at")) == 1
    told = " ".join(f"{line.old} {line.new} {line.about} {line.detail}" for line in _audit(world))
    assert not re.search(r"whsec_|nobody may read|nobody-may-read|scrypt", told)
    assert token not in told


def test_secret_that_makegood_renews_by_itself_is_not_told(world: World) -> None:
    with world.context.database.transaction() as session:
        session.get_one(Connection, world.connection_id).secrets = b"renewed"

    assert _lines(world, "connection.secrets") == []


def test_roles_and_limits_stand_with_whom_they_are_of(world: World) -> None:
    seller, owner = agent(world, IDR=1_000_000), str(world.owner)
    member = Membership(SellerRole.AGENT, {"IDR": Limit(2_000_000, 10_000_000)})
    members.set_membership(world.context, world.shop_id, seller.id, world.owner, member)
    members.set_membership(
        world.context, world.shop_id, seller.id, world.owner, replace(member, role=SellerRole.OWNER)
    )
    members.set_active(world.context, seller.id, world.owner, active=False)
    members.end_membership(world.context, world.shop_id, seller.id, world.owner)

    assert _lines(world, "membership.limits") == [
        (owner, "IDR.each", "10000.00 IDR", "20000.00 IDR"),
        (owner, "IDR.week", "", "100000.00 IDR"),
    ]
    assert _lines(world, "membership.role") == [(owner, "", "agent", "owner")]
    assert _lines(world, "seller.active") == [(owner, "agent", "true", "false")]
    assert _lines(world, "membership.removed") == [(owner, "", "owner", "")]
    subjects = {line.subject for line in _audit(world) if line.what.startswith("membership.")}
    assert f"seller:{seller.id}" in subjects


def test_erasing_stands_without_the_buyer(world: World) -> None:
    rated(world)
    buyer = world.case().review.buyer["email"]

    erasure.erase_buyer(world.context, buyer, world.owner)

    (line,) = [line for line in _audit(world) if line.what == "buyer.erased"]
    assert (line.actor, line.shop_id) == (str(world.owner), world.shop_id)
    assert buyer not in f"{line.about}{line.detail}{line.new}"


def test_what_was_refused_leaves_nothing(world: World) -> None:
    before = len(_audit(world))

    with pytest.raises(Exception, match="time zone"):
        connections.add_shop(world.context, world.owner, "X", zone="Mars/Base")

    assert len(_audit(world)) == before

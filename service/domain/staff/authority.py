"""Who may do what to which shop, and up to which amount: asked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from integrations.money import Money
from integrations.sentence import Text
from service.domain.errors import NotFound, NotPermitted, OverLimit


class SellerRole(StrEnum):
    """What a seller is in one shop: OWNER may do everything, AGENT decides within limits, VIEWER
    only looks."""

    OWNER = "owner"
    AGENT = "agent"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What is asked for. Tokens of programs are given some of them."""

    LOOK = "look"
    """Read cases, deliveries and what waits."""
    DECIDE = "decide"
    """Decide cases, settle make-goods, send and stop messages, read deliveries again."""
    MANAGE = "manage"
    """Change the shop, its connections, rules, texts and people; remove a buyer; read the audit."""
    ANSWER = "answer"
    """What a buyer may do behind a signed link: answer, and want no more messages."""
    UPKEEP = "upkeep"
    """What Makegood does by itself when its time has come."""


class ActorKind(StrEnum):
    """Who acts. The values stand in history and audit."""

    SELLER = "seller"
    PROGRAM = "program"
    OPERATOR = "operator"
    """Whoever types commands on the machine."""
    CLOCK = "makegood"
    LIMIT = "limit"
    """The limit under which an owner lets make-goods go by themselves."""
    PLATFORM = "platform"
    BUYER = "buyer"


OF_SELLERS = frozenset({Permission.LOOK, Permission.DECIDE, Permission.MANAGE})
OF_PROGRAMS = frozenset({Permission.LOOK, Permission.DECIDE, Permission.MANAGE})
"""What the API asks for, so that tokens may be given it."""
OF_ROLE: Mapping[SellerRole, frozenset[Permission]] = {
    SellerRole.OWNER: OF_SELLERS,
    SellerRole.AGENT: frozenset({Permission.LOOK, Permission.DECIDE}),
    SellerRole.VIEWER: frozenset({Permission.LOOK}),
}
OF_KIND: Mapping[ActorKind, frozenset[Permission]] = {
    ActorKind.OPERATOR: frozenset({Permission.MANAGE, Permission.UPKEEP}),
    ActorKind.CLOCK: frozenset({Permission.UPKEEP}),
    ActorKind.LIMIT: frozenset(),
    ActorKind.PLATFORM: frozenset(),
    ActorKind.BUYER: frozenset({Permission.ANSWER}),
}
"""What those may do in every shop who belong to none."""
REFUSALS: Mapping[Permission, Text] = {
    Permission.LOOK: Text("This token may not read cases."),
    Permission.DECIDE: Text("You may look at cases, not decide them."),
    Permission.MANAGE: Text("Only the owner may do this."),
    Permission.ANSWER: Text("Only the buyer may do this."),
    Permission.UPKEEP: Text("Only Makegood itself does this."),
}
NOT_YOURS = Text("There is no such shop, or you do not belong to it.")


@dataclass(frozen=True, slots=True)
class Limit:
    """Most minor units of one currency: of `each` decision, and of all own decisions of seven days
    together (`week` None: whatever they add up to)."""

    each: int
    week: int | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """What a seller is in one shop. A currency without a limit is not for agents; owners need none."""

    role: SellerRole
    limits: Mapping[str, Limit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a seller or a program, with their shops, or one of those without any.

    `id` is that of the seller, or of the program's token; `seller_id` of the seller who answers for
    it. `scopes` bounds what a program may do of what its seller may.
    """

    kind: ActorKind
    id: int = 0
    seller_id: int | None = None
    memberships: Mapping[int, Membership] = field(default_factory=dict)
    """Memberships by shop id."""
    scopes: frozenset[Permission] = OF_SELLERS

    def __str__(self) -> str:
        """As history and audit name the actor, such as `seller:3`."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    def shops(self, permission: Permission) -> list[int]:
        """The shops in which a seller or a program has this permission."""
        return [shop_id for shop_id in self.memberships if may(self, permission, shop_id)]


def seller_name(seller_id: int) -> str:
    """A seller as history and audit name them, such as `seller:3`."""
    return str(Actor(ActorKind.SELLER, seller_id))


OPERATOR, CLOCK, LIMIT = Actor(ActorKind.OPERATOR), Actor(ActorKind.CLOCK), Actor(ActorKind.LIMIT)
PLATFORM, BUYER = Actor(ActorKind.PLATFORM), Actor(ActorKind.BUYER)


def may(actor: Actor, permission: Permission, shop_id: int) -> bool:
    """Whether the actor has this permission in this shop."""
    if actor.kind in OF_KIND:
        return permission in OF_KIND[actor.kind]
    member = actor.memberships.get(shop_id)
    return member is not None and permission in OF_ROLE[member.role] & actor.scopes


def check(actor: Actor, permission: Permission, shop_id: int) -> None:
    """Raises `NotFound` for a shop the actor does not belong to, `NotPermitted` for what the actor
    may not do there."""
    if actor.kind not in OF_KIND and shop_id not in actor.memberships:
        raise NotFound(NOT_YOURS)
    if not may(actor, permission, shop_id):
        raise NotPermitted(REFUSALS[permission])


def over_limit(member: Membership, amount: Money | None, spent: int) -> Text | None:
    """Why a member may not approve an amount, or what has none, alone; None where they may.
    `spent`: minor units of that currency in the member's decisions of the last seven days."""
    if member.role is SellerRole.OWNER:
        return None
    if amount is None or amount.amount_minor <= 0:
        return Text("This has no amount to hold against your limit: the owner has to approve.")
    limit = member.limits.get(amount.currency)
    if limit is None:
        return Text(
            "You have no limit in %(currency)s: the owner has to approve.", currency=amount.currency
        )
    if amount.amount_minor > limit.each:
        most = Money(limit.each, amount.currency)
        return Text("Above your limit of %(limit)s: the owner has to approve.", limit=most)
    if limit.week is not None and spent + amount.amount_minor > limit.week:
        left = Money(max(0, limit.week - spent), amount.currency)
        return Text(
            "Above what is left of your limit for seven days, %(left)s: the owner has to approve.",
            left=left,
        )
    return None


def check_amount(member: Membership, amount: Money | None, spent: int) -> None:
    """Raises `OverLimit` where the member may not approve the amount alone."""
    reason = over_limit(member, amount, spent)
    if reason is not None:
        raise OverLimit(reason)

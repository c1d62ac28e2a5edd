"""What the owner sets for a shop, part by part: itself, automatic limits, messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from integrations.text import line
from service.db.models import Shop
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput
from service.domain.messages.follow_ups import plan_from_data, plan_to_data
from service.domain.places import check_country, check_language, check_zone
from service.domain.remedies.limits import AutomaticLimits
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.staff.permits import permit


@dataclass(frozen=True, slots=True)
class Asking:
    """The seller's own switches for messages. `lawful_basis`: countries whose buyers agreed to be
    written to; `region`: the market of the shop, where a platform's rules differ by it."""

    resolution_checks: bool = True
    invitations: bool = False
    lawful_basis: Sequence[str] = ()
    postal_address: str = ""
    region: str = ""


def get(session: Session, shop_id: int) -> Shop:
    """A shop by its id; raises `NotFound`."""
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise NotFound("There is no such shop.")
    return shop


def change_about(
    context: Context,
    shop_id: int,
    actor: Actor,
    *,
    name: str,
    zone: str,
    country: str,
    language: str,
) -> None:
    """Change what a shop is; raises `WrongInput` naming the field, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        shop = locked(session, shop_id, actor)
        about = check_about(name=name, zone=zone, country=country, language=language)
        for field, value in about.items():
            setattr(shop, field, value)


def change_automatic(
    context: Context, shop_id: int, actor: Actor, limits: Mapping[str, AutomaticLimits]
) -> None:
    """Change what goes through by itself, by currency; raises `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        shop = locked(session, shop_id, actor)
        shop.automatic = {currency: asdict(limit) for currency, limit in limits.items()}


def change_messages(
    context: Context, shop_id: int, actor: Actor, follow_ups: Mapping[str, object], asking: Asking
) -> None:
    """Change when messages go out and what is asked; `follow_ups` as `plan_from_data` reads it.
    Raises `WrongInput` naming the key, `NotPermitted`, `NotFound`."""
    with context.database.transaction() as session:
        shop = locked(session, shop_id, actor)
        plan = plan_from_data(follow_ups)
        countries = [check_country(country) for country in asking.lawful_basis]
        shop.follow_ups = plan_to_data(plan)
        shop.asking = {
            **asdict(asking),
            "lawful_basis": countries,
            "postal_address": asking.postal_address.strip(),
            "region": asking.region.strip().upper(),
        }


def locked(session: Transaction, shop_id: int, actor: Actor) -> Shop:
    """The shop that this actor may change, locked; raises `NotPermitted`, `NotFound`."""
    permit(session, actor, Permission.MANAGE, shop_id)
    shop_queries.lock_shops(session, [shop_id])
    return get(session, shop_id)


def check_about(**typed: str) -> dict[str, str]:
    """What a shop is, as it is kept; raises `WrongInput` naming the field."""
    return {name: _checked(name, value) for name, value in typed.items()}


def _checked(name: str, value: str) -> str:
    check = {
        "name": check_name,
        "zone": check_zone,
        "country": check_country,
        "language": check_language,
    }[name]
    try:
        return check(value)
    except WrongInput as error:
        raise WrongInput(error.text, fields={name: error.text}) from error


def check_name(text: str) -> str:
    """A shop's name on one line; raises `WrongInput`."""
    name = line(text)
    if not name:
        raise WrongInput("Give the shop a name.")
    return name

"""The first steps of an owner whose desk is empty, each with where it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from integrations import registry
from service.db.shops.first_steps import OPTIONAL, FirstSteps, SetupStep, first_steps_of
from service.domain.staff.authority import Permission
from service.operations.staff import permits
from service.web.platforms import may_rehearse
from service.web.request_context import actor

NAMES: Mapping[SetupStep, str] = {
    SetupStep.SHOP: lazy("Add your shop"),
    SetupStep.CONNECTION: lazy("Connect the platform on which buyers rate, and test it"),
    SetupStep.MAIL: lazy("Let messages reach buyers, and test that"),
    SetupStep.PLAYBOOK: lazy("Look at the rules that propose make-goods"),
    SetupStep.STAFF: lazy("Invite your staff"),
    SetupStep.REHEARSAL: lazy("Rehearse with the sandbox"),
}
ABOUT: Mapping[SetupStep, str] = {
    SetupStep.SHOP: lazy("Its name, time zone and the language of its buyers."),
    SetupStep.CONNECTION: lazy(
        "Low ratings come in from there. The test changes nothing at the shop."
    ),
    SetupStep.MAIL: lazy("By e-mail, or by a platform that carries messages itself."),
    SetupStep.PLAYBOOK: lazy("Keep the ready-made rules, choose others, or change them."),
    SetupStep.STAFF: lazy("By a link you can share. Each has a role and limits of their own."),
    SetupStep.REHEARSAL: lazy(
        "A pretend shop, decided by your own rules: place an order there, pay, rate it low, and the "
        "case appears here. No money moves."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as the page has it; `address` '': it waits for the shop."""

    name: str
    about: str
    is_done: bool
    is_optional: bool
    address: str


def steps_to_take(session: Session) -> list[ShownStep]:
    """The list for who is signed in; empty for who may add no shop, and once the required is done."""
    shops = actor().shops(Permission.MANAGE)
    if not shops and not permits.may_add_shop(session, actor()):
        return []
    steps = first_steps_of(session, actor().seller_id or actor().id, shops)
    if steps is None or steps.are_done:
        return []
    return [
        ShownStep(
            NAMES[step], ABOUT[step], step in steps.done, step in OPTIONAL, _address(step, steps)
        )
        for step in SetupStep
        if step is not SetupStep.REHEARSAL or _is_rehearsed(steps)
    ]


def _is_rehearsed(steps: FirstSteps) -> bool:
    """Whether there is a sandbox, or the shop to go on with may be connected to one."""
    return steps.rehearsal is not None or (steps.shop is not None and may_rehearse(steps.shop))


def _address(step: SetupStep, steps: FirstSteps) -> str:
    if step is SetupStep.SHOP or steps.shop is None:
        return url_for("shops.overview") if step is SetupStep.SHOP else ""
    shop_id = steps.shop.id
    if step is SetupStep.REHEARSAL and steps.rehearsal is not None:
        return f"{steps.rehearsal.values['base_url'].rstrip('/')}/"
    untested = {SetupStep.CONNECTION: steps.untested, SetupStep.MAIL: steps.untested_mail}.get(step)
    if untested is not None:
        return url_for("connections.connection", connection_id=untested.id, _anchor="test")
    return {
        SetupStep.CONNECTION: url_for("shops.shop", shop_id=shop_id, _anchor="connections"),
        SetupStep.MAIL: url_for("connections.connect_page", shop_id=shop_id, adapter=registry.MAIL),
        SetupStep.PLAYBOOK: url_for("playbooks.overview", shop_id=shop_id),
        SetupStep.STAFF: url_for("staff.overview"),
        SetupStep.REHEARSAL: url_for(
            "connections.connect_page", shop_id=shop_id, adapter=registry.REHEARSAL
        ),
    }[step]

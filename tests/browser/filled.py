"""A Makegood in which every page has something to show."""

from __future__ import annotations

import re

from service.operations.endpoints import endpoints
from tests.web.pages import post_unreadable
from tests.world import World

LONG = "Ketelteko" * 30
PAGES = [
    "/deliveries",
    "/shops",
    "/shops/1",
    "/shops/1/about",
    "/shops/1/automatic",
    "/shops/1/messages",
    "/shops/1/texts",
    "/shops/1/texts/update_invitation/id",
    "/shops/1/connect/woocommerce",
    "/shops/1/connect/email",
    "/connections/1",
    "/shops/1/endpoints",
    "/endpoints/1",
    "/sellers",
    "/tokens",
    "/me",
    "/me/notices",
    "/me/reports",
    "/me/second-factor",
    "/nowhere",
    "/sandbox/",
    "/sandbox/mailbox",
    "/sandbox/done",
    "/sandbox/buy",
    "/sandbox/orders/1",
]
"""Of which there is one, whatever happened."""


def _tell_a_program(world: World) -> None:
    endpoint_id, _ = endpoints.add(
        world.context,
        world.shop_id,
        world.owner,
        name="Gudang",
        url=f"{world.url}/{'hooks' * 40}",
        kinds=["case.decided"],
    )
    endpoints.try_out(world.context, endpoint_id, world.owner)
    world.work()


def _pages_of_buyers(world: World) -> list[str]:
    mail = " ".join(message["text"] for message in world.ledger()["messages"])
    return [found.group() for found in re.finditer(r"/b/(?:answer|stop)/\S+", mail)]


def fill(world: World) -> list[str]:
    """Let something be on every page; gives their addresses."""
    first, second = _filled_cases(world)
    return [
        "/",
        "/cases",
        "/cases?stars=1",
        "/reports?kind=month",
        f"/cases/{first}",
        f"/cases/{second}",
        *PAGES,
        *_pages_of_buyers(world)[:3],
    ]


def _filled_cases(world: World) -> list[str]:
    world.rate(1, LONG)
    world.rate(2, "Warna salah")
    world.work()
    post_unreadable(world)
    _tell_a_program(world)
    references = [case.reference for case in world.cases()]
    world.browser().post(f"/cases/{references[0]}/approve", {"proposal": "", "number": 1})
    world.work()
    return references

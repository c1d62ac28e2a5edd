"""Which platforms a shop may be connected to."""

from __future__ import annotations

from integrations import registry
from integrations.contract import Role
from service.db.models import Shop
from service.domain.errors import NotFound
from service.web.i18n import label
from service.web.request_context import wired


def platform_name(adapter: str) -> str:
    """A platform as people call it."""
    return label(registry.get(adapter).label)


def platforms_for(shop: Shop) -> list[str]:
    """All but the pretend shop, which is for one that no real buyer rates, where there is a pretend shop."""
    rehearses = may_rehearse(shop)
    return [name for name in registry.names() if rehearses or name not in registry.REHEARSALS]


def may_rehearse(shop: Shop) -> bool:
    """Whether things can be tried here without a buyer of the shop being meant."""
    tried = [row for row in shop.connections if row.adapter in registry.REHEARSALS]
    rated = [row for row in shop.connections if row not in tried and Role.REVIEWS in row.roles]
    return bool(tried or wired().settings.sandbox_path) and not rated


def check_offered(shop: Shop, adapter: str) -> None:
    """Raises `NotFound` for a platform that this shop is not offered."""
    if adapter not in platforms_for(shop):
        raise NotFound("There is no such platform.")

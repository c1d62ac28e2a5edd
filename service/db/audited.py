"""Which columns of which tables are audited, and how their values are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from integrations.money import Money
from service.db.models import (
    ApiToken,
    Base,
    Connection,
    Endpoint,
    Invitation,
    Membership,
    NoticeAddress,
    NoticeChoices,
    ReportSubscription,
    SecondFactor,
    Seller,
    Shop,
)
from service.domain.remedies import playbook_file
from service.domain.remedies.playbook_data import playbook_from_data
from service.domain.staff.authority import seller_name


def _plain(value: Any) -> dict[str, str]:
    """A value by its parts: a mapping has one for each of its leaves, such as `receipt.id.subject`."""
    if isinstance(value, Mapping):
        return {
            f"{name}.{path}".rstrip("."): text
            for name, inner in value.items()
            for path, text in _plain(inner).items()
        }
    if value is None:
        return {"": ""}
    return {"": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def _money(value: Any) -> dict[str, str]:
    """Limits by currency, in major units."""
    return {
        f"{currency}.{name}": "" if minor is None else str(Money(minor, currency))
        for currency, limits in (value or {}).items()
        for name, minor in limits.items()
    }


def _playbook(value: Any) -> dict[str, str]:
    return {"": playbook_file.write(playbook_from_data(value)) if value else ""}


def _time(value: datetime | None) -> dict[str, str]:
    return {"": "" if value is None else value.isoformat(timespec="minutes")}


def _clock(value: time | None) -> dict[str, str]:
    return {"": "" if value is None else value.isoformat(timespec="minutes")}


@dataclass(frozen=True, slots=True)
class Audited:
    """What of a table is audited, and what it is about.

    `columns` with how each is read; those of `secrets` are told of without a value, and only where a
    person changed them: Makegood renews some by itself.
    """

    subject: Callable[[Any], str]
    name: Callable[[Any], str]
    shop_id: Callable[[Any], int | None]
    columns: Mapping[str, Callable[[Any], dict[str, str]]]
    secrets: frozenset[str] = frozenset()
    added: Callable[[Any], str] = lambda row: ""


AUDITED: Mapping[type[Base], Audited] = {
    Shop: Audited(
        subject=lambda row: f"shop:{row.id}",
        name=lambda row: str(row.name),
        shop_id=lambda row: int(row.id),
        columns={
            "name": _plain,
            "zone": _plain,
            "country": _plain,
            "language": _plain,
            "playbook": _playbook,
            "automatic": _money,
            "follow_ups": _plain,
            "texts": _plain,
            "asking": _plain,
            "answering": _plain,
            "hold_seconds": _plain,
            "second_factor": _plain,
            "guidelines": _plain,
            "thanks": _plain,
            "voices": _plain,
            "voices_slug": _plain,
            "ladders": _plain,
        },
    ),
    Connection: Audited(
        subject=lambda row: f"connection:{row.id}",
        name=lambda row: str(row.name),
        shop_id=lambda row: int(row.shop_id),
        columns={
            "name": _plain,
            "roles": _plain,
            "values": _plain,
            "threshold": _plain,
            "secrets": _plain,
        },
        secrets=frozenset({"secrets"}),
        added=lambda row: str(row.adapter),
    ),
    Membership: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: "",
        shop_id=lambda row: int(row.shop_id),
        columns={"role": _plain, "limits": _money},
        added=lambda row: str(row.role),
    ),
    Seller: Audited(
        subject=lambda row: seller_name(row.id),
        name=lambda row: str(row.name),
        shop_id=lambda row: None,
        columns={
            "email": _plain,
            "name": _plain,
            "language": _plain,
            "active": _plain,
            "password_hash": _plain,
        },
        secrets=frozenset({"password_hash"}),
        added=lambda row: str(row.email),
    ),
    SecondFactor: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: "",
        shop_id=lambda row: None,
        columns={},
    ),
    Invitation: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: str(row.name),
        shop_id=lambda row: None,
        columns={"ended_at": _time},
        added=lambda row: ", ".join(
            f"{shop}: {member['role']}" for shop, member in row.shops.items()
        ),
    ),
    Endpoint: Audited(
        subject=lambda row: f"endpoint:{row.id}",
        name=lambda row: str(row.name),
        shop_id=lambda row: int(row.shop_id),
        columns={
            "name": _plain,
            "url": _plain,
            "events": _plain,
            "active": _plain,
            "secrets": _plain,
            "removed_at": _time,
        },
        secrets=frozenset({"secrets"}),
        added=lambda row: str(row.url),
    ),
    NoticeAddress: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: str(row.name),
        shop_id=lambda row: None,
        columns={"removed_at": _time},
    ),
    NoticeChoices: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: "",
        shop_id=lambda row: None,
        columns={
            "when": _plain,
            "zone": _plain,
            "digest_at": _clock,
            "quiet_from": _clock,
            "quiet_to": _clock,
            "urgent_anyway": _plain,
        },
    ),
    ReportSubscription: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: str(row.kind),
        shop_id=lambda row: int(row.shop_id),
        columns={"removed_at": _time},
    ),
    ApiToken: Audited(
        subject=lambda row: seller_name(row.seller_id),
        name=lambda row: str(row.name),
        shop_id=lambda row: None,
        columns={"revoked_at": _time},
        added=lambda row: ", ".join(row.scopes),
    ),
}

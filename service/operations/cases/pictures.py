"""The pictures of a case: the photos that stand with its review, and its order's products. They are fetched
when somebody looks at them, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from integrations import pictures
from service.db.cases import case_queries
from service.db.models import Case
from service.domain.errors import NotFound
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.staff.permits import permit


class PictureKind(StrEnum):
    """What a picture shows."""

    PHOTO = "photo"
    """What the buyer took and put beside the review."""
    PRODUCT = "product"
    """What the shop sells in one line of the order."""


class PictureSize(StrEnum):
    """How large it is sent."""

    SMALL = "small"
    LARGE = "large"


SIDES = {PictureSize.SMALL: 320, PictureSize.LARGE: 1600}
"""Pixels of the longer side, at most."""


@dataclass(frozen=True, slots=True)
class CasePicture:
    """One picture. `number`: from 1, of the photo among its review's, or of the line in its order; `name` of
    the product, '' where that is unknown. `address` is the platform's, which no browser is shown."""

    kind: PictureKind
    number: int
    name: str
    address: str = field(repr=False)


def pictures_of(case: Case) -> list[CasePicture]:
    """All there are; none once the buyer was erased."""
    name = case.review.product_name
    photos = [
        CasePicture(PictureKind.PHOTO, number, name, address)
        for number, address in enumerate(case.review.photos or (), 1)
    ]
    products = [
        CasePicture(PictureKind.PRODUCT, number, line["name"], line["picture"])
        for number, line in enumerate(case.order.get("lines", ()), 1)
        # Orders of before have none.
        if line.get("picture")
    ]
    return [*photos, *products]


def fetch(
    context: Context, reference: str, actor: Actor, *, kind: str, number: int, size: str
) -> bytes:
    """One picture of a case as a JPEG, fetched now. Raises `NotFound`, `NotPermitted`, and `AdapterError`
    where its host gives none that can be shown."""
    with context.database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        permit(session, actor, Permission.LOOK, case.shop_id)
        addresses = {
            (picture.kind, picture.number): picture.address for picture in pictures_of(case)
        }
    address = addresses.get((PictureKind(kind), number)) if kind in set(PictureKind) else None
    if address is None or size not in set(PictureSize):
        raise NotFound("There is no such picture.")
    return pictures.picture(context.http, address, SIDES[PictureSize(size)])

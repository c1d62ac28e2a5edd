"""What the API says of the pictures of a case."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from service.db.models import Case
from service.operations.cases.pictures import PictureKind, PictureSize, pictures_of
from service.web.request_context import context

PATH = "/cases/{reference}/pictures/{kind}/{number}/{size}"


class PictureOut(Schema):
    """A picture of a case: a `photo` that stands with its review, or the `product` of a line of its order.
    `small` and `large` are addresses of this API that give it as a JPEG of 320 and 1600 pixels at most; it is
    fetched from the platform then."""

    kind = fields.String(validate=validate.OneOf(list(PictureKind)))
    number = fields.Integer()
    product = fields.String()
    small = fields.String()
    large = fields.String()


def pictures_out(case: Case) -> Any:
    """All pictures of a case, for programs."""
    api = f"{context().links.public_url}/api/v1"
    rows = [
        {
            "kind": picture.kind,
            "number": picture.number,
            "product": picture.name,
            **{
                size.value: api
                + PATH.format(
                    reference=case.reference, kind=picture.kind, number=picture.number, size=size
                )
                for size in PictureSize
            },
        }
        for picture in pictures_of(case)
    ]
    return PictureOut(many=True).dump(rows)

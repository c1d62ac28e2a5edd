"""The pictures of a case, for programs."""

from __future__ import annotations

from flask import Response

from integrations.pictures import MEDIA_TYPE
from service.domain.staff.authority import Permission
from service.operations.cases import pictures
from service.operations.cases.pictures import PictureKind, PictureSize
from service.web.api.describe import Endpoint, Parameter, in_path
from service.web.api.guard import programs_with
from service.web.api.picture_schemas import PATH
from service.web.api.v1 import blueprint
from service.web.limits import MINUTE, limited
from service.web.pictures import picture_answer
from service.web.request_context import actor, context

__all__ = ["blueprint"]


@blueprint.get("/cases/<reference>/pictures/<kind>/<int:number>/<size>")
@programs_with(Permission.LOOK)
@limited(120, MINUTE)
def picture(reference: str, kind: str, number: int, size: str) -> Response:
    """Fetch a picture of a case."""
    return picture_answer(
        pictures.fetch(context(), reference, actor(), kind=kind, number=number, size=size)
    )


def _one_of(name: str, choices: type[PictureKind] | type[PictureSize]) -> Parameter:
    words = [each.value for each in choices]
    parameter = in_path(name, "string", words[0])
    return {**parameter, "schema": {"type": "string", "enum": words}}


DESCRIBED = (
    Endpoint(
        "get",
        PATH,
        "Fetch a picture of a case",
        MEDIA_TYPE,
        [
            in_path("reference", "string", "MG-7K2QX9"),
            _one_of("kind", PictureKind),
            in_path("number", "integer", 1),
            _one_of("size", PictureSize),
        ],
    ),
)

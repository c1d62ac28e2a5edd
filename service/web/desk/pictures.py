"""Pictures of a case, fetched by Makegood so that no browser calls the platform's hosts."""

from __future__ import annotations

import textwrap

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from markupsafe import escape

from integrations.errors import AdapterError
from integrations.sentence import Said
from service.domain.staff.authority import Permission
from service.operations.cases import pictures
from service.web.auth import may
from service.web.errors import problem_page
from service.web.i18n import label, translate
from service.web.pictures import picture_answer
from service.web.request_context import actor, context

blueprint = Blueprint("pictures", __name__)

PAGE, DRAWING = "text/html", "image/svg+xml"
SIDE = 160
"""The side of the placeholder drawing, as large as a photo on the page of its case."""
LETTERS, ROWS, ROW = 15, 6, 22
"""In a row of it, of rows, and pixels from one to the next: it can be read on the smaller picture of a product."""

STYLE = (
    "rect { fill: #f4f7f5 } text { fill: #55625d }"
    " @media (prefers-color-scheme: dark) { rect { fill: #111715 } text { fill: #a7b4af } }"
)


@blueprint.get("/cases/<reference>/pictures/<kind>/<int:number>/<size>")
@may(Permission.LOOK)
def picture(reference: str, kind: str, number: int, size: str) -> Response | tuple[str, int]:
    """One picture; where there is none to show, why, as a drawing in its place or as a page."""
    try:
        content = pictures.fetch(context(), reference, actor(), kind=kind, number=number, size=size)
    except AdapterError as error:
        return _instead(error.text)
    return picture_answer(content)


def _instead(why: Said) -> Response | tuple[str, int]:
    """A page for who has opened the picture itself; a browser that fills in a page takes drawings only."""
    if request.accept_mimetypes.best_match([PAGE, DRAWING]) == PAGE:
        message = _("The picture cannot be shown: %(why)s", why=label(why))
        return problem_page(message, 502)
    answer = picture_answer(_drawing(translate(why)).encode(), DRAWING)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.add("Vary", "Accept")
    return answer


def _drawing(why: str) -> str:
    """The words, in the quiet colours of the style sheet, which does not reach into a picture."""
    import svg  # noqa: PLC0415 - 2 MB, where a picture cannot be shown

    rows = textwrap.wrap(why, LETTERS, max_lines=ROWS, placeholder=" …")
    words = [
        svg.Text(
            x=SIDE / 2,
            y=(SIDE - ROW * len(rows)) / 2 + ROW * (number + 0.75),
            text=str(escape(row)),
            font_family="system-ui, sans-serif",
            font_size=18,
            text_anchor="middle",
        )
        for number, row in enumerate(rows)
    ]
    ground = svg.Rect(width=SIDE, height=SIDE)
    return str(svg.SVG(width=SIDE, height=SIDE, elements=[svg.Style(text=STYLE), ground, *words]))

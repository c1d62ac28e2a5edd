"""What a shop's own site shows of its reviews: a block to frame, without script, and the same as JSON.

Public and cacheable, but asked for anew each time (ETag): a review that was withdrawn, lowered, changed
or erased leaves at once."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_babel import force_locale

from service.domain.messages.templates import language_for
from service.domain.reviews.voices import Voices, voices_from_data
from service.operations.reviews import voices
from service.web.auth import open_to_all
from service.web.limits import MINUTE, limited
from service.web.request_context import context

blueprint = Blueprint("public_voices", __name__, url_prefix="/voices")


@blueprint.get("/<slug>.json")
@open_to_all
@limited(120, MINUTE)
def feed(slug: str) -> Response:
    """Quotes and the numbers of all reviews, for programs of any site."""
    with context().database.reading() as session:
        _shop, public = voices.of_address(session, slug)
    answer = jsonify(as_data(public))
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return _cached(answer)


@blueprint.get("/<slug>")
@open_to_all
@limited(120, MINUTE)
def block(slug: str) -> Response:
    """The same as a page that the shop's sites may frame."""
    with context().database.reading() as session:
        shop, public = voices.of_address(session, slug)
        sites = voices_from_data(shop.voices).sites
    language = language_for(public.language)
    with force_locale(language):
        answer = make_response(render_template("voices.html", voices=public, language=language))
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {' '.join(sites) or chr(39) + 'none' + chr(39)}"
    )
    return _cached(answer)


def as_data(public: Voices) -> dict[str, Any]:
    """The feed. `reviews` is all there are; `quotes` are those that the shop chose among them."""
    return {
        "shop": public.shop,
        "language": public.language,
        "reviews": {
            "platforms": list(public.platforms),
            "total": public.total,
            "average": public.average,
            "by_stars": {str(stars): number for stars, number in public.counts.items()},
        },
        "quotes_are": "chosen by the shop among all its reviews",
        "quotes": [
            {
                "stars": quote.rating,
                "text": quote.text,
                "name": quote.name or None,
                "product": quote.product,
                "written_on": quote.written_on.isoformat() if quote.written_on else None,
                "rated_lower_before": quote.raised,
            }
            for quote in public.quotes
        ],
    }


def _cached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer

"""What a case can prove, as a page to print."""

from __future__ import annotations

from flask import Blueprint, render_template

from service.db.cases import case_queries
from service.domain.staff.authority import Permission
from service.operations.cases.proof import proof_of
from service.web.auth import may
from service.web.formatting import use_zone
from service.web.platforms import platform_name
from service.web.request_context import context

blueprint = Blueprint("proof", __name__)
blueprint.add_app_template_filter(platform_name, "platform")


@blueprint.get("/cases/<reference>/proof")
@may(Permission.LOOK)
def show(reference: str) -> str:
    """The proof record of a case."""
    with context().database.reading() as session:
        case = case_queries.case_by_reference(session, reference)
        use_zone(case.shop.zone)
        proof = proof_of(session, case, context().clock.now())
        return render_template("desk/proof.html", proof=proof)

"""The buyer's pages behind signed links: answer, stop. GET shows, POST acts."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import force_locale

from integrations.sentence import Said, Text
from service.db.messages import message_queries
from service.db.models import Case, Message
from service.domain.errors import DomainError
from service.domain.messages import templates
from service.domain.messages.kinds import Answer
from service.domain.remedies.thanks import Profile, thanks_from_data
from service.domain.staff.authority import BUYER
from service.operations.cases.orders import buyer_of
from service.operations.messages import answers, opt_out
from service.operations.remedies import thanks
from service.operations.reviews import voice_names
from service.web.auth import by_link
from service.web.errors import status_of
from service.web.i18n import translate
from service.web.limits import MINUTE, limited
from service.web.request_context import context, wired

blueprint = Blueprint("buyer", __name__, url_prefix="/b")
ANSWERS = {"yes": Answer.SOLVED, "partly": Answer.PARTLY, "no": Answer.NOT_SOLVED}
SOLVED_AS = {answer: value for value, answer in ANSWERS.items()}


@blueprint.before_app_request
def _zone() -> None:
    g.zone = ZoneInfo(wired().settings.zone)


def _page(
    page: str, token: str, *, done: bool = False, problem: Said | None = None, action: str = ""
) -> str:
    """A page in the buyer's language; after a refusal with what was typed."""
    message_id = _id(page, token)
    with context().database.reading() as session:
        message = message_queries.message(session, message_id)
        case = message.case
        language = templates.language_for(buyer_of(case).language, case.shop.language)
        check = answers.check_of(message)
        answer = answers.earlier_answer(check)
        over = answers.over_for(check, context().clock.now())
        with force_locale(language):
            return render_template(
                f"buyer/{page}.html",
                solved=answer is not None and answer.answer is Answer.SOLVED,
                over=None if done else over,
                **_preferences(case, answer),
                name_url=context().links.buyer("name", message_id)
                if voice_names.may_ask(session, case)
                else "",
                shop=case.shop.name,
                action=action,
                preference_url=url_for("buyer.preference", token=token),
                product=case.review.product_name,
                done=done,
                problem=translate(problem),
                language=language,
                typed=request.form if problem else _answered(answer),
            )


def _preferences(case: Case, answer: Message | None) -> dict[str, Any]:
    """What the buyer may say they like, once they said that it is solved; nothing where the shop does
    not ask."""
    kept = thanks_from_data(case.shop.thanks)
    solved = answer is not None and answer.answer is Answer.SOLVED
    asked = kept.on and solved and case.erased_at is None
    return {"preferences": kept.profiles if asked else {}, "chosen": case.profile}


def _answered(answer: Message | None) -> dict[str, str]:
    """An earlier answer, to be changed."""
    if answer is None or answer.answer is None:
        return {}
    return {
        "solved": SOLVED_AS[answer.answer],
        "stars": str(answer.stars or ""),
        "comment": answer.text,
    }


def _id(page: str, token: str) -> int:
    return context().links.message_of_buyer(page, token)


@blueprint.get("/answer/<token>")
@by_link
def answer_page(token: str) -> str:
    """Ask whether the problem is solved."""
    return _page("answer", token)


@blueprint.post("/answer/<token>")
@by_link
@limited(30, MINUTE)
def answer(token: str) -> str | tuple[str, int]:
    """Take the answer."""
    solved = ANSWERS.get(request.form.get("solved", ""))
    if solved is None:
        return _page("answer", token, problem=Text("Choose yes, partly or no.")), 422
    stars = request.form.get("stars", type=int) or None
    try:
        answers.answer(
            context(),
            _id("answer", token),
            BUYER,
            answer=solved,
            stars=stars,
            comment=request.form.get("comment", ""),
        )
    except DomainError as error:
        return _page("answer", token, problem=error.text), status_of(error)
    return _page("answer", token, done=True)


@blueprint.post("/answer/<token>/preference")
@by_link
@limited(30, MINUTE)
def preference(token: str) -> str | tuple[str, int]:
    """Take what the buyer likes, where they say so; what they chose before is changed by it."""
    chosen = request.form.get("profile", "")
    if chosen and chosen not in set(Profile):
        return _page("answer", token, problem=Text("Choose one of them, or none.")), 422
    profile = Profile(chosen) if chosen else None
    try:
        thanks.take_preference(context(), _id("answer", token), BUYER, profile)
    except DomainError as error:
        return _page("answer", token, problem=error.text), status_of(error)
    return _page("answer", token, done=True)


@blueprint.get("/stop/<token>")
@by_link
def stop_page(token: str) -> str:
    """Ask whether messages should stop."""
    return _page("stop", token)


@blueprint.post("/stop/<token>")
@by_link
def stop(token: str) -> str:
    """Stop all messages to this buyer."""
    opt_out.opt_out(context(), _id("stop", token), BUYER)
    return _page("stop", token, done=True)


@blueprint.get("/unsubscribe/<token>")
@by_link
def unsubscribe_page(token: str) -> str:
    """The same question, for people who open the address of the mail header."""
    message_id = _id("unsubscribe", token)
    token = context().links.token("buyer-stop", message_id)
    return _page("stop", token, action=url_for("buyer.stop", token=token))


@blueprint.post("/unsubscribe/<token>")
@by_link
def one_click(token: str) -> Response:
    """One click in the mail program (RFC 8058): no page, no question."""
    opt_out.opt_out(context(), _id("unsubscribe", token), BUYER)
    return Response("stopped\n", mimetype="text/plain")

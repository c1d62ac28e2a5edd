"""The buyer's pages behind signed links: answer, stop. GET shows, POST acts."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import force_locale
from sqlalchemy.orm import Session

from service.db.messages import message_queries
from service.db.models import Case, Message
from service.domain.messages.kinds import Answer
from service.domain.remedies.thanks import Preference, Profile, thanks_from_data
from service.domain.staff.authority import BUYER
from service.operations.messages import answers, opt_in, opt_out, texts
from service.operations.remedies import thanks
from service.operations.reviews import voice_names
from service.web.auth import by_link
from service.web.buyer.forms import SOLVED_AS, AnswerForm, PreferenceForm
from service.web.buyer.language import in_language_of
from service.web.desk.forms import carry_out
from service.web.limits import MINUTE, limited
from service.web.request_context import context, wired

blueprint = Blueprint("buyer", __name__, url_prefix="/b")


@blueprint.before_app_request
def _zone() -> None:
    g.zone = ZoneInfo(wired().settings.zone)


def _page(
    page: str,
    token: str,
    *,
    done: bool = False,
    form: AnswerForm | None = None,
    preference: PreferenceForm | None = None,
    action: str = "",
) -> str:
    """A page in the buyer's language; the forms as they were refused, else as they begin."""
    message_id = _id("answer" if page == "answer" else "stop", token)
    with context().database.reading() as session:
        message = message_queries.message(session, message_id)
        case = message.case
        language = texts.language_of(case, case.shop)
        check = answers.check_of(message)
        answer = answers.earlier_answer(check)
        over = answers.over_for(check, context().clock.now())
        with force_locale(language):
            return render_template(
                f"buyer/{page}.html",
                solved=answer is not None and answer.answer is Answer.SOLVED,
                over=None if done else over,
                preferences=_preferences(case, answer),
                name_url=context().links.buyer("name", message_id)
                if voice_names.may_ask(session, case)
                else "",
                shop=case.shop.name,
                action=action,
                preference_url=url_for("buyer.preference", token=token),
                product=case.review.product_name,
                done=done,
                stopped=opt_out.is_opted_out(context(), session, case),
                allow_url=_allow_url(session, case, token),
                language=language,
                form=form or AnswerForm(**_answered(answer)),
                preference=preference or PreferenceForm(profile=case.profile or ""),
            )


def _allow_url(session: Session, case: Case, token: str) -> str:
    """Where the buyer lets the shop write again; '' where that is not theirs to say."""
    is_theirs = opt_in.may_allow(context(), session, case)
    return url_for("buyer.allow_page", token=token) if is_theirs else ""


def _preferences(case: Case, answer: Message | None) -> Mapping[Profile, Preference]:
    """What the buyer may say they like, once they said that it is solved; nothing where the shop does
    not ask."""
    kept = thanks_from_data(case.shop.thanks)
    solved = answer is not None and answer.answer is Answer.SOLVED
    asked = kept.on and solved and case.erased_at is None
    return kept.profiles if asked else {}


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
    message_id = _id("answer", token)
    with in_language_of(message_id):
        form = AnswerForm(request.form)
        status = carry_out(
            form,
            lambda: answers.answer(
                context(),
                message_id,
                BUYER,
                answer=form.value("solved"),
                stars=form.value("stars"),
                comment=form.value("comment"),
            ),
        )
    if status:
        return _page("answer", token, form=form), status
    return _page("answer", token, done=True)


@blueprint.post("/answer/<token>/preference")
@by_link
@limited(30, MINUTE)
def preference(token: str) -> str | tuple[str, int]:
    """Take what the buyer likes, where they say so; what they chose before is changed by it."""
    message_id = _id("answer", token)
    with in_language_of(message_id):
        form = PreferenceForm(request.form)
        verb = thanks.take_preference
        status = carry_out(form, lambda: verb(context(), message_id, BUYER, form.value("profile")))
    if status:
        return _page("answer", token, preference=form, done=not form.problem), status
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


@blueprint.get("/stop/<token>/allow")
@by_link
def allow_page(token: str) -> str:
    """Ask whether this shop may write again."""
    return _page("allow", token)


@blueprint.post("/stop/<token>/allow")
@by_link
@limited(30, MINUTE)
def allow(token: str) -> str:
    """Let this shop write to the buyer again."""
    opt_in.allow_again(context(), _id("stop", token), BUYER)
    return _page("allow", token, done=True)


@blueprint.get("/unsubscribe/<token>")
@by_link
def unsubscribe_page(token: str) -> str:
    """The same question, for people who open the address of the mail header."""
    token = context().links.token("buyer-stop", _id("unsubscribe", token))
    return _page("stop", token, action=url_for("buyer.stop", token=token))


@blueprint.post("/unsubscribe/<token>")
@by_link
def one_click(token: str) -> Response:
    """One click in the mail program (RFC 8058): no page, no question."""
    opt_out.opt_out(context(), _id("unsubscribe", token), BUYER)
    return Response("stopped\n", mimetype="text/plain")

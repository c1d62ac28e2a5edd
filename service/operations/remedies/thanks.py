"""Thanks a buyer once the problem is solved, and keeps what buyers like. By a person's click only; never
near an invitation to update a review (`refusal` here, and the look before each message)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import VOUCHER, Remedy
from integrations.sentence import Said, Text
from service.db.cases import case_queries
from service.db.messages import message_queries
from service.db.models import Case, Thanks
from service.db.remedies import remedy_queries, thanks_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.messages.kinds import Answer
from service.domain.messages.states import MessageMove, MessageState
from service.domain.remedies import thanks
from service.domain.remedies.holds import held_until
from service.domain.remedies.ready_made import playbook_of
from service.domain.remedies.thanks import (
    Gesture,
    Profile,
    RuleThanks,
    ThanksFacts,
    thanks_from_data,
)
from service.domain.staff.authority import Actor, Permission
from service.operations.cases import history
from service.operations.context import Context
from service.operations.messages import answers, planning, preview
from service.operations.messages.moves import allows
from service.operations.messages.stopping import stop
from service.operations.remedies import grants
from service.operations.remedies.grants import Grant
from service.operations.staff.permits import permit, permit_amount

TAKEN_BACK = Text("The thanks was taken back.")


def give(context: Context, case_id: int, actor: Actor, gesture: Gesture) -> None:
    """Thank the buyer: a card to write, early access told by a message, or a voucher of the shop's
    amount, carried out once like any make-good. Raises `NotPermitted`, `OverLimit`, `NotFound`,
    `WrongState` with the reason why not, `WrongInput` for a text that may not be sent."""
    with context.database.transaction() as session:
        now = context.clock.now()
        case = _locked(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        shop_queries.lock_shops(session, [case.shop_id])
        reason = refusal(session, case, now) or untold(context, session, case, gesture, now)
        if reason is not None:
            raise WrongState(reason)
        row = Thanks(
            case_id=case.id,
            shop_id=case.shop_id,
            buyer_key=case.buyer_key,
            gesture=gesture,
            actor=str(actor),
            given_at=now,
        )
        if gesture is Gesture.VOUCHER:
            remedy = voucher(case)
            limit = permit_amount(session, actor, case.shop_id, remedy.amount, now=now)
            grant = Grant(actor, "", limit, now, held_until(case.shop.hold_seconds, now))
            row.make_good = grants.thank(session, case, remedy, grant)
        elif gesture is Gesture.EARLY_ACCESS:
            row.message = planning.plan_thanks(session, case, None, now=now)
        thanks_queries.keep(session, row)
        history.note(session, case, "thanked", at=now, actor=actor, new=gesture)


def take_back(context: Context, thanks_id: int, actor: Actor) -> None:
    """A card that was not written, or early access that was not told yet, is no thanks: it counts no
    more. A voucher is undone like all other money (`holds.undo`). Raises `NotPermitted`, `NotFound`,
    `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        row = session.get(Thanks, thanks_id)
        if row is None:
            raise NotFound("This thanks was taken back already.")
        case = case_queries.locked_case(session, row.case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        if not may_take_back(row):
            raise WrongState("The buyer has been told: this cannot be taken back.")
        if row.message is not None and allows(row.message, MessageMove.STOP):
            stop(session, row.message, TAKEN_BACK, at=now, actor=actor)
        history.note(session, case, "thanks_taken_back", at=now, actor=actor, old=row.gesture)
        session.delete(row)


def may_take_back(row: Thanks) -> bool:
    """Whether nothing of it has reached the buyer, as far as Makegood knows."""
    if row.make_good_id is not None:
        return False
    message = row.message
    return (
        message is None
        or message.state is MessageState.STOPPED
        or allows(message, MessageMove.STOP)
    )


def _locked(session: Transaction, case_id: int) -> Case:
    """The case with all others of its buyer locked: an invitation of any of them goes out before this,
    and is seen, or after it, and sees this."""
    for _ in range(2):
        # A case may come to belong to the buyer while the first look waits for a lock.
        case = case_queries.case(session, case_id)
        case_queries.lock_cases(session, thanks_queries.cases_of_buyer(session, case))
    return case_queries.locked_case(session, case_id)


def refusal(session: Session, case: Case, now: datetime) -> Text | None:
    """Why the buyer of this case is not thanked now, in any way; None where they may be."""
    facts = ThanksFacts(
        now=now,
        following_up=case.state is CaseState.FOLLOWING_UP,
        solved=bool(case.answers) and case.answers[-1].answer is Answer.SOLVED,
        in_doubt=bool(case.doubt),
        known_buyer=bool(case.buyer_key),
        rule=rule_thanks(session, case),
        review_changed=case.review.withdrawn or case.review_changed_at is not None,
        changed_at=thanks_queries.review_changed_at(session, case),
        inviting=thanks_queries.is_inviting(session, case),
        invited_at=thanks_queries.invited_at(session, case),
        thanked_at=thanks_queries.thanked_at(session, case, now),
    )
    return thanks.refusal(thanks_from_data(case.shop.thanks), facts)


def rule_thanks(session: Session, case: Case) -> RuleThanks:
    """What the playbook's rule for this case says of thanks, as the playbook is now."""
    proposal = remedy_queries.proposal(session, case.id)
    playbook = playbook_of(case.shop.playbook)
    rules = {rule.name: rule.thanks for rule in playbook.rules}
    return rules.get(proposal.rule if proposal else "", RuleThanks.BY_PROFILE)


def untold(
    context: Context, session: Session, case: Case, gesture: Gesture, now: datetime
) -> Said | None:
    """Why this gesture cannot be made, though the buyer may be thanked; None where it can. Raises
    nothing."""
    settings = thanks_from_data(case.shop.thanks)
    if gesture is Gesture.CARD:
        return None
    if gesture is Gesture.EARLY_ACCESS and not settings.early_access:
        return Text("Write in the shop's settings first what is opened early.")
    remedy = None
    if gesture is Gesture.VOUCHER:
        currency = str(case.order.get("currency", ""))
        if currency not in settings.vouchers:
            return Text("The shop has set no voucher in %(currency)s.", currency=currency or "-")
        remedy = voucher(case)
    seen = preview.before_thanks(context, session, case, remedy, now)
    if seen.stopped and seen.waits_for is not None:
        return seen.waits_for
    return seen.unsaid


def has_card(session: Session, case: Case) -> bool:
    """Whether the buyer of this case was thanked by a card."""
    thanks = thanks_queries.given(session, case)
    return any(row.case_id == case.id and row.gesture is Gesture.CARD for row in thanks)


def voucher(case: Case) -> Remedy:
    """The shop's voucher for a buyer of this case's currency."""
    settings, currency = thanks_from_data(case.shop.thanks), str(case.order["currency"])
    amount = Money(settings.vouchers[currency], currency)
    lines = tuple(str(line["id"]) for line in case.order["lines"])
    return Remedy(VOUCHER, amount, lines, timedelta(days=settings.voucher_days))


def note_profile(context: Context, case_id: int, actor: Actor, profile: Profile | None) -> None:
    """Note what the buyer likes, None for unknown; history says that, not what. Raises `NotPermitted`,
    `NotFound`, `WrongState`."""
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        _note(session, case, profile, context.clock.now(), actor)


def take_preference(
    context: Context, message_id: int, actor: Actor, profile: Profile | None
) -> None:
    """The buyer says freely what they like, behind the link of the question whether it is solved; None
    takes it back. Raises `NotFound`, `WrongState` once the link is over or where it is not asked."""
    with context.database.transaction() as session:
        now = context.clock.now()
        asked = message_queries.locked_message(session, message_id)
        case = case_queries.locked_case(session, asked.case_id)
        permit(session, actor, Permission.ANSWER, case.shop_id)
        over = answers.over_for(answers.check_of(asked), now)
        if over is not None:
            raise WrongState(over)
        if not thanks_from_data(case.shop.thanks).on:
            raise WrongInput("This shop does not ask that.")
        _note(session, case, profile, now, actor)


def _note(
    session: Transaction, case: Case, profile: Profile | None, now: datetime, actor: Actor
) -> None:
    if case.erased_at is not None:
        raise WrongState("The buyer's data was removed: nothing is written here any more.")
    if case.profile is not profile:
        case.profile = profile
        history.note(session, case, "preference_noted", at=now, actor=actor)

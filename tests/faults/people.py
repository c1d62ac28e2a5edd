"""What people and the platform do after a death: send again, press again, look in the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import Case, MakeGood, Message
from service.domain.errors import WrongState
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import STUCK
from service.domain.staff.authority import BUYER
from service.operations.messages import answers, by_seller
from service.operations.remedies import decisions, make_goods
from tests.world import World

Approve = Callable[[World, int, str], None]


def case_of(world: World, order_id: int) -> Case:
    """The only case of an order, with what belongs to it."""
    with world.context.database.reading() as session:
        case = find_case(session, order_id)
        assert case is not None
        _ = (case.review.versions, case.history, case.proposals, case.decisions)
        _ = [message.attempts for message in case.messages]
        _ = [make_good.attempts for make_good in case.make_goods]
        return case


def glance(world: World, order_id: int) -> Case:
    """The case with what people act on; cheaper than all of it."""
    with world.context.database.reading() as session:
        case = find_case(session, order_id)
        assert case is not None, "no case, or its order was not found"
        _ = ([make_good.todo for make_good in case.make_goods], case.messages)
        return case


def find_case(session: Session, order_id: int) -> Case | None:
    """The only case of an order; None before its order is found."""
    return session.scalars(select(Case).where(Case.order_id == str(order_id))).one_or_none()


@dataclass(slots=True)
class People:
    """Seller, buyer and platform of one trial. `asked` counts what only a person could settle."""

    world: World
    action: str = "refund"
    trouble: str = ""
    solved: bool = True
    asked: Counter[str] = field(default_factory=Counter)

    def sell(self) -> int:
        """Somebody buys."""
        return sell(self.world.sandbox.ledger, 1, self.world.clock.now())[0]

    def platform_sends_again(self) -> None:
        """Each callback that was not answered comes again, under the same delivery id."""
        self.world.sandbox.sender.send_due()

    def act(self, order_id: int, approve: Approve) -> bool:
        """Seller and buyer do what waits for them; False when nothing did."""
        case = glance(self.world, order_id)
        return self._seller_acts(case, order_id, approve) or self._buyer_acts(case, order_id)

    def _seller_acts(self, case: Case, order_id: int, approve: Approve) -> bool:
        """Approves what awaits it (once; a case that came back is declined), and looks into what
        got stuck."""
        stuck = [
            made for made in case.make_goods if made.state in ("unknown", "refused", "by_hand")
        ]
        unsure = [message for message in case.messages if message.state in STUCK]
        for made in stuck:
            self._look_in_shop(made)
        for each in unsure:
            self._look_in_mailbox(case, each)
        if case.state != "awaiting_approval":
            return bool(stuck or unsure)
        if case.make_goods:
            decisions.decline(self.world.context, case.id, self.world.owner, "no more")
        else:
            approve(self.world, order_id, self.action)
        return True

    def _look_in_shop(self, made: MakeGood) -> None:
        self.asked["make-good"] += 1
        assert made.todo, "a make-good is stuck and does not say why"
        context, found = self.world.context, self._made(made.reference)
        if found:
            make_goods.done_by_hand(context, made.id, actor=self.world.owner, code=found[0]["code"])
        else:
            make_goods.try_again(context, made.id, actor=self.world.owner, surely_not_done=True)

    def _made(self, reference: str) -> list[dict[str, Any]]:
        book = self.world.sandbox.ledger
        return [dict(row) for row in book.rows("SELECT * FROM made WHERE reference=?", reference)]

    def _look_in_mailbox(self, case: Case, message: Message) -> None:
        self.asked["message"] += 1
        assert message.reason, "a message is stuck and does not say why"
        arrived = self.world.sandbox.ledger.row(
            "SELECT 1 FROM message WHERE key LIKE ?", f"{case.reference}-m{message.id}-%"
        )
        act = by_seller.mark_sent if arrived else by_seller.send_now
        act(self.world.context, message.id, self.world.owner)

    def seller_presses_again(self, order_id: int, approve: Approve) -> None:
        """Who got no answer presses once more; what was decided already refuses."""
        try:
            approve(self.world, order_id, self.action)
        except WrongState:
            self.asked["pressed twice"] += 1

    def _buyer_acts(self, case: Case, order_id: int) -> bool:
        """Answers the question, and raises the rating when all has been said."""
        steps = {message.step: message for message in case.messages}
        check, invitation = steps.get(Step.RESOLUTION_CHECK), steps.get(Step.UPDATE_INVITATION)
        if check is not None and check.state == "sent" and not case.answers:
            answers.answer(
                self.world.context,
                check.id,
                BUYER,
                answer=Answer.SOLVED if self.solved else Answer.NOT_SOLVED,
                stars=5,
                comment="",
            )
            return True
        over = invitation is not None and invitation.state in ("sent", "stopped")
        return over and case.state in ("following_up", "declined") and self._raise(order_id)

    def _raise(self, order_id: int) -> bool:
        book = self.world.sandbox.ledger
        review = book.row("SELECT rating FROM review WHERE order_id = ?", order_id)
        if review is None or review["rating"] > 3:
            return False
        leave_review(book, order_id, 5, "Masalah selesai", self.world.clock.now())
        self.platform_sends_again()
        return True

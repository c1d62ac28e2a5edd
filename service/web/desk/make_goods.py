"""What the case page shows of a make-good: where it stands, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.sentence import Said, Text
from service.db.models import MakeGood
from service.domain.remedies.states import MAKE_GOODS, MakeGoodState
from service.domain.remedies.vouchers import VoucherUsage
from service.web.formatting import when


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that may be done; `verb` is its address in make_good_verbs. `main`: what is usually right."""

    verb: str
    label: Text
    main: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The buttons of a state, and those behind a fold, which `warning` explains."""

    buttons: tuple[Button, ...]
    fold: Text | None = None
    folded: tuple[Button, ...] = ()
    warns: bool = False


_TAKE_BACK = Button("cancel", Text("Take it back"))
CHOICES: Mapping[MakeGoodState, Choice] = {
    MakeGoodState.OFFERED: Choice((Button("withdraw", Text("Take the choice back")),)),
    MakeGoodState.REFUSED: Choice(
        (
            Button("cancel", Text("Choose another make-good"), main=True),
            Button("try_again", Text("Try again")),
        ),
        Text("I did it by hand"),
        (Button("done", Text("It is done")),),
    ),
    MakeGoodState.UNKNOWN: Choice(
        (
            Button("look_again", Text("Ask the shop again")),
            Button("done", Text("I looked: it was done")),
        ),
        Text("It was surely not done"),
        (
            Button("not_done", Text("I looked at the payment provider: not done. Carry it out")),
            Button("cancel", Text("I looked at the payment provider: not done. Take it back")),
        ),
        warns=True,
    ),
    MakeGoodState.BY_HAND: Choice(
        (Button("done", Text("It is done"), main=True),), Text("It is not done"), (_TAKE_BACK,)
    ),
    MakeGoodState.TO_FINISH: Choice((Button("done", Text("It is done"), main=True),)),
}
"""What a person may do in each state in which one may do anything."""


@dataclass(frozen=True, slots=True)
class ShownMakeGood:
    """A make-good as the page shows it; `choice` None: nothing is asked of anybody."""

    row: MakeGood
    state: Text
    todo: Said | None
    choice: Choice | None
    usage: Said | None = None
    """What is known of the use of a voucher."""

    def wants_code(self, button: Button) -> bool:
        """Whether this button is pressed with the code that the buyer is told."""
        is_lacking = self.row.remedy.kind.gives_code and not self.row.code
        return is_lacking and button.verb == "done"


def shown(make_good: MakeGood, *, may_ask: bool) -> ShownMakeGood:
    """`may_ask`: the platform can be asked what became of it."""
    choice = CHOICES.get(make_good.state)
    if choice is not None and not may_ask:
        buttons = tuple(button for button in choice.buttons if button.verb != "look_again")
        choice = Choice(buttons, choice.fold, choice.folded, choice.warns)
    state = MAKE_GOODS.labels[make_good.state]
    return ShownMakeGood(make_good, state, make_good.todo, choice, _usage_of(make_good))


def _usage_of(make_good: MakeGood) -> Said | None:
    usage, seen = make_good.voucher_usage, make_good.voucher_seen_at
    if usage is VoucherUsage.USED:
        what = Text("Used")
        if make_good.used_order:
            what = Text("Used for order %(number)s", number=make_good.used_order)
        if make_good.saved is not None:
            what = Text("%(what)s, %(amount)s less to pay", what=what, amount=make_good.saved)
        return Text("%(what)s (%(at)s)", what=what, at=when(make_good.used_at or seen))
    return None if usage is None else SAID[usage]


SAID: Mapping[VoucherUsage, Text] = {
    VoucherUsage.OPEN: Text("Not used yet"),
    VoucherUsage.UNUSED: Text("Expired without being used: it has cost nothing"),
    VoucherUsage.UNKNOWN: Text("Whether it was used is not known"),
}

"""The kinds of tasks: what waits for a person, and how pressing it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from integrations.sentence import Text


class TaskGroup(IntEnum):
    """The parts of the waiting page, the most pressing first."""

    URGENT = 0
    NOT_SOLVED = 1
    STUCK = 2
    ORDER = 3
    DECIDE = 4
    BY_HAND = 5
    REST = 6


GROUPS: Mapping[TaskGroup, Text] = {
    TaskGroup.URGENT: Text("Urgent: health, safety, law, or not solved twice"),
    TaskGroup.NOT_SOLVED: Text("Not solved, says the buyer"),
    TaskGroup.STUCK: Text("Stuck"),
    TaskGroup.ORDER: Text("Which order?"),
    TaskGroup.DECIDE: Text("To decide"),
    TaskGroup.BY_HAND: Text("To do by hand"),
    TaskGroup.REST: Text("The rest"),
}


class Subject(StrEnum):
    """The table of the row that a task is about."""

    CASE = "case"
    MAKE_GOOD = "make_good"
    MESSAGE = "message"
    CALL = "call"
    REPLY = "reply"
    CONNECTION = "connection"
    ENDPOINT = "endpoint"
    DELIVERY = "delivery"


class TaskKind(StrEnum):
    """What a person is asked to do."""

    TAKE_UP = "take_up"
    """A grave complaint: nothing goes to the buyer by itself until a person has taken it up."""
    NOT_SOLVED = "not_solved"
    OWNER_DECIDES = "owner_decides"
    """The buyer has said twice that the problem is not solved."""
    FIND_OUT = "find_out"
    """Nobody knows whether the platform carried out a make-good: money may have moved."""
    REFUSED = "refused"
    """The platform surely did not carry out a make-good, and will not."""
    CARRY_OUT = "carry_out"
    """The platform has no such call: a make-good is carried out by hand."""
    FINISH = "finish"
    """A make-good was carried out, with something left to do by hand."""
    MESSAGE = "message"
    """A follow-up got stuck: nobody knows whether it went out, or nothing carries it."""
    CALL = "call"
    """A person calls the buyer by telephone."""
    READ_ANSWER = "read_answer"
    """The buyer wrote: a person reads it, and answers where it asks for one."""
    READ_DRAFT = "read_draft"
    """A message goes out once somebody has read it."""
    POST_REPLY = "post_reply"
    """A public reply is kept as a draft, was refused, or nobody knows whether it stands there."""
    CHOOSE_ORDER = "choose_order"
    CONFIRM = "confirm"
    """Something speaks against the order, or against answering by itself."""
    DECIDE = "decide"
    ASK_OWNER = "ask_owner"
    """Staff ask the owner to decide, and say why."""
    MEND_CONNECTION = "mend_connection"
    """A connection is paused, does not work in part, or work for its platform fails again and
    again."""
    MEND_ENDPOINT = "mend_endpoint"
    """An endpoint was switched off, because it is gone or took nothing for days."""
    LOOK_AT_DELIVERY = "look_at_delivery"
    """What came in, signed, could not be read."""


@dataclass(frozen=True, slots=True)
class TaskRule:
    """What holds for all tasks of a kind.

    `about`: whose id is the `subject_id` of the task. `decides`: a decision waits, and what it would
    cost is shown with it.
    """

    group: TaskGroup
    title: Text
    about: Subject = Subject.CASE
    decides: bool = False


_G, _A = TaskGroup, Subject
TASK_RULES: Mapping[TaskKind, TaskRule] = {
    TaskKind.TAKE_UP: TaskRule(_G.URGENT, Text("Take up a grave complaint")),
    TaskKind.NOT_SOLVED: TaskRule(_G.NOT_SOLVED, Text("Go one step further"), decides=True),
    TaskKind.OWNER_DECIDES: TaskRule(
        _G.URGENT, Text("Not solved twice: the owner decides"), decides=True
    ),
    TaskKind.FIND_OUT: TaskRule(
        _G.STUCK, Text("Find out whether it was carried out"), _A.MAKE_GOOD
    ),
    TaskKind.REFUSED: TaskRule(_G.STUCK, Text("Choose another make-good"), _A.MAKE_GOOD),
    TaskKind.CARRY_OUT: TaskRule(_G.BY_HAND, Text("Carry out by hand"), _A.MAKE_GOOD),
    TaskKind.FINISH: TaskRule(_G.BY_HAND, Text("Finish by hand"), _A.MAKE_GOOD),
    TaskKind.MESSAGE: TaskRule(_G.STUCK, Text("Look after a message"), _A.MESSAGE),
    TaskKind.CALL: TaskRule(_G.BY_HAND, Text("Call the buyer"), _A.CALL),
    TaskKind.READ_ANSWER: TaskRule(_G.DECIDE, Text("Answer the buyer"), _A.MESSAGE),
    TaskKind.READ_DRAFT: TaskRule(_G.DECIDE, Text("Read a draft"), _A.MESSAGE),
    TaskKind.POST_REPLY: TaskRule(_G.DECIDE, Text("Post a public reply"), _A.REPLY),
    TaskKind.CHOOSE_ORDER: TaskRule(_G.ORDER, Text("Choose the order")),
    TaskKind.CONFIRM: TaskRule(_G.ORDER, Text("Look at what speaks against it")),
    TaskKind.DECIDE: TaskRule(_G.DECIDE, Text("Decide"), decides=True),
    TaskKind.ASK_OWNER: TaskRule(_G.DECIDE, Text("The owner is asked"), decides=True),
    TaskKind.MEND_CONNECTION: TaskRule(_G.STUCK, Text("Mend a connection"), _A.CONNECTION),
    TaskKind.MEND_ENDPOINT: TaskRule(_G.STUCK, Text("Mend an endpoint"), _A.ENDPOINT),
    TaskKind.LOOK_AT_DELIVERY: TaskRule(
        _G.REST, Text("Look at what could not be read"), _A.DELIVERY
    ),
}

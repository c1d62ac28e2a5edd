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


class TaskKind(StrEnum):
    """What a person is asked to do. The subject is a case, except where another table is named."""

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
    """A person calls the buyer by telephone. The subject is the call."""
    READ_ANSWER = "read_answer"
    """The buyer wrote: a person reads it, and answers where it asks for one."""
    READ_DRAFT = "read_draft"
    """A message goes out once somebody has read it."""
    POST_REPLY = "post_reply"
    """A public reply is kept as a draft, was refused, or nobody knows whether it stands there. The
    subject is the reply."""
    CHOOSE_ORDER = "choose_order"
    CONFIRM = "confirm"
    """Something speaks against the order, or against answering by itself."""
    DECIDE = "decide"
    ASK_OWNER = "ask_owner"
    """Staff ask the owner to decide, and say why."""
    MEND_CONNECTION = "mend_connection"
    """A connection is paused, does not work in part, or work for its platform fails again and
    again. The subject is the connection."""
    MEND_ENDPOINT = "mend_endpoint"
    """An endpoint was switched off, because it is gone or took nothing for days. The subject is the
    endpoint."""
    LOOK_AT_DELIVERY = "look_at_delivery"
    """What came in, signed, could not be read. The subject is the delivery."""


@dataclass(frozen=True, slots=True)
class TaskRule:
    """What holds for all tasks of a kind."""

    group: TaskGroup
    title: Text


TASK_RULES: Mapping[TaskKind, TaskRule] = {
    TaskKind.TAKE_UP: TaskRule(TaskGroup.URGENT, Text("Take up a grave complaint")),
    TaskKind.NOT_SOLVED: TaskRule(TaskGroup.NOT_SOLVED, Text("Go one step further")),
    TaskKind.OWNER_DECIDES: TaskRule(TaskGroup.URGENT, Text("Not solved twice: the owner decides")),
    TaskKind.FIND_OUT: TaskRule(TaskGroup.STUCK, Text("Find out whether it was carried out")),
    TaskKind.REFUSED: TaskRule(TaskGroup.STUCK, Text("Choose another make-good")),
    TaskKind.CARRY_OUT: TaskRule(TaskGroup.BY_HAND, Text("Carry out by hand")),
    TaskKind.FINISH: TaskRule(TaskGroup.BY_HAND, Text("Finish by hand")),
    TaskKind.MESSAGE: TaskRule(TaskGroup.STUCK, Text("Look after a message")),
    TaskKind.CALL: TaskRule(TaskGroup.BY_HAND, Text("Call the buyer")),
    TaskKind.READ_ANSWER: TaskRule(TaskGroup.DECIDE, Text("Answer the buyer")),
    TaskKind.READ_DRAFT: TaskRule(TaskGroup.DECIDE, Text("Read a draft")),
    TaskKind.POST_REPLY: TaskRule(TaskGroup.DECIDE, Text("Post a public reply")),
    TaskKind.CHOOSE_ORDER: TaskRule(TaskGroup.ORDER, Text("Choose the order")),
    TaskKind.CONFIRM: TaskRule(TaskGroup.ORDER, Text("Look at what speaks against it")),
    TaskKind.DECIDE: TaskRule(TaskGroup.DECIDE, Text("Decide")),
    TaskKind.ASK_OWNER: TaskRule(TaskGroup.DECIDE, Text("The owner is asked")),
    TaskKind.MEND_CONNECTION: TaskRule(TaskGroup.STUCK, Text("Mend a connection")),
    TaskKind.MEND_ENDPOINT: TaskRule(TaskGroup.STUCK, Text("Mend an endpoint")),
    TaskKind.LOOK_AT_DELIVERY: TaskRule(TaskGroup.REST, Text("Look at what could not be read")),
}

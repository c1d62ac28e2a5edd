"""What a notice says: how much waits, of which products and cases, and where to look. Never a buyer's
words, name or address."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.sentence import Said, Text, Words
from service.db.models import Task
from service.domain.tasks.kinds import TASK_RULES
from service.sentences import say

MOST_LINES = 10
TEST_TITLE = Text("Makegood: a test")
TEST = Text("Notices from Makegood get here.")


def title_of(tasks: Sequence[Task], language: str) -> str:
    """One line."""
    if len(tasks) == 1:
        title = TASK_RULES[tasks[0].kind].title
        return say(Text("Makegood: %(what)s", what=title), language)
    return say(Text("Makegood: %(number)s wait for you", number=len(tasks)), language)


def text_of(tasks: Sequence[Task], public_url: str, language: str) -> str:
    """A line for each, then the address of the page on which one decides: opening it does nothing."""
    lines = [say(_line(task), language) for task in tasks[:MOST_LINES]]
    if len(tasks) > MOST_LINES:
        lines.append(say(Text("and %(number)s more", number=len(tasks) - MOST_LINES), language))
    return "\n".join([*lines, "", _address(tasks, public_url)])


def _line(task: Task) -> Said:
    title = TASK_RULES[task.kind].title
    if task.case is not None:
        product = task.case.review.product_name
        about = f"{product} ({task.case.reference})" if product else task.case.reference
    elif task.connection is not None:
        about = task.connection.name
    else:
        return Text("%(what)s · %(shop)s", what=title, shop=Words(task.shop.name))
    named = Words(about)
    return Text(
        "%(what)s: %(about)s · %(shop)s", what=title, about=named, shop=Words(task.shop.name)
    )


def _address(tasks: Sequence[Task], public_url: str) -> str:
    (first, *others) = tasks
    if others or first.case is None:
        return f"{public_url}/"
    return f"{public_url}/cases/{first.case.reference}"

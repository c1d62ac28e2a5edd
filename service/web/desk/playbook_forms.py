"""Forms of the page of a playbook."""

from __future__ import annotations

from flask_babel import lazy_gettext as lazy
from wtforms import HiddenField, TextAreaField

from service.domain.remedies.playbook import Playbook
from service.web.desk.forms import DeskForm, Entry, Hidden
from service.web.desk.rule_forms import names_in_form


class AboutPlaybookForm(DeskForm):
    """What a playbook is called, and what its owners noted."""

    seen = HiddenField()
    name_en = Entry(lazy("Name in English"))
    name_id = Entry(lazy("Name in Indonesian"))
    note = TextAreaField(lazy("Note for you and your staff"))

    @classmethod
    def of(cls, playbook: Playbook, seen: str) -> AboutPlaybookForm:
        """As the playbook has it."""
        return cls(**names_in_form(playbook), note=playbook.note, seen=seen)


class ReadyMadeForm(DeskForm):
    """One of the shipped playbooks."""

    kind = Hidden()


class SeenForm(DeskForm):
    """The draft that was looked at."""

    seen = Hidden()


class FileForm(DeskForm):
    """A playbook as a file, or as its text."""

    text = TextAreaField(lazy("Or paste its text"))

"""Forms of the page of a playbook."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as lazy
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from wtforms import FileField, HiddenField, TextAreaField

from service.domain.errors import WrongInput
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

    file = FileField(lazy("File"))
    text = TextAreaField(lazy("Or paste its text"))

    def __init__(self, formdata: Any = None, files: Any = None) -> None:
        super().__init__(CombinedMultiDict([files, formdata]) if files else formdata)

    def read(self) -> str:
        """What was sent, the file before the text; raises `WrongInput`."""
        file, text = self.file.data, self.text.data
        try:
            # A form that is not sent in parts names a file only.
            if isinstance(file, FileStorage) and file:
                text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise WrongInput("This file is no text in UTF-8.") from error
        if not (text or "").strip():
            raise WrongInput("Choose a file, or paste its text.")
        return str(text)

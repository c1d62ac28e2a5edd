"""Forms of connections: what every one has, and the entries of its adapter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as lazy

from integrations import registry
from integrations.contract import CheckResult, Role
from integrations.entries import Field as AdapterField
from service.web.desk.forms import Choice, DeskForm, Entry, Secret, Ticks, day, whole_number
from service.web.i18n import label, translate
from service.web.words import word


class ConnectionForm(DeskForm):
    """What every connection has; its adapter's own entries are added by `form_of`."""

    name = Entry(lazy("Name"))
    roles = Ticks(lazy("What it is used for"))
    threshold = Entry(
        lazy("Highest rating that counts as low"), check=whole_number(1, 4), default="3"
    )

    @property
    def chosen(self) -> list[Role]:
        """The roles that are ticked; what no page offers is passed over."""
        return [Role(name) for name in self.roles.data or () if name in set(Role)]

    def tell(self, findings: Iterable[CheckResult]) -> None:
        """Say beside each entry what a test found wrong with it."""
        for finding in findings:
            if not finding.ok and finding.advice and finding.field in self:
                self[finding.field].errors = [translate(finding.advice)]

    @property
    def entries(self) -> dict[str, str]:
        """What was sent, by field."""
        sent = [field for field in self if field.raw_data]
        return {field.name: field.data for field in sent if isinstance(field.data, str)}


class NewConnectionForm(ConnectionForm):
    """A connection that is made."""

    cases_from = Entry(lazy("Open cases for reviews since"), check=day)
    webhook_secret = Entry()


class SecretForm(DeskForm):
    """A webhook secret of the seller's own, or none."""

    webhook_secret = Entry(lazy("New secret"))


def form_of(base: type[ConnectionForm], adapter: str, *args: Any, **values: Any) -> ConnectionForm:
    """The form of an adapter's connections."""
    kind = registry.get(adapter)
    entries = {field.name: _field(field) for field in kind.fields}
    form: ConnectionForm = type("Entries", (base,), entries)(*args, **values)
    form.roles.choices = {role.value: word(role.value) for role in sorted(kind.roles)}
    if Role.REVIEWS not in kind.roles:
        del form.threshold
        if isinstance(form, NewConnectionForm):
            del form.cases_from
    return form


def _field(field: AdapterField) -> Any:
    shown: Any = label(field.label)
    extra: dict[str, Any] = {"description": label(field.help), "default": field.default}
    if field.secret:
        return Secret(shown, **extra)
    if field.choices:
        named = {value: label(said) for value, said in field.choices.items()}
        return Choice(shown, choices=named, **extra)
    return Entry(shown, **extra)

"""The list of cases: searched, narrowed and sorted by what the address says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as lazy
from sqlalchemy.orm import Session

from integrations.money import Money
from service.db.cases.case_filter import CaseFilter, CaseOutcome
from service.db.cases.case_list import Sort, key_read, key_text, list_cases
from service.db.models import Case, Shop
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.db.tasks import task_queries
from service.domain.cases.couriers import courier_named, known_couriers
from service.domain.cases.root_causes import RootCause
from service.domain.cases.states import CaseState
from service.domain.complaints.causes import CAUSES, UNCLEAR
from service.domain.days import day_begins
from service.domain.errors import WrongInput
from service.domain.remedies.vouchers import USAGES, VoucherUsage
from service.domain.reports.periods import EARLIEST, LATEST
from service.domain.search import LONGEST_TYPED
from service.domain.staff.authority import Permission
from service.localization import read_amount
from service.operations.remedies.playbooks import currencies_of, currencies_of_shops
from service.operations.staff import saved_filters
from service.web.auth import sellers_only
from service.web.desk.forms import DeskForm, Entry
from service.web.desk.paging import next_page
from service.web.i18n import translate
from service.web.request_context import actor, context

blueprint = Blueprint("case_list", __name__)
PAGE = 50
FROM_REPORT = (
    "opened_from",
    "opened_to",
    "remedy",
    "voucher",
    "root_cause",
    "outcome",
    "decided_by",
)
"""What only a report's links say; the form hands it on."""
OF_ONE_PAGE = ("after",)
"""What stands in the address of a list and is not of the list itself."""
OF_LIST = ("case_list.overview", "saved_filters.save")


class SaveForm(DeskForm):
    """What the list shown is saved as."""

    name = Entry(lazy("Save this list under a name"))


def query_of_list() -> str:
    """What the address asks for, as it is kept: of the list, not of a page of it."""
    pairs = parse_qsl(request.query_string.decode("latin-1"))
    return urlencode([(name, value) for name, value in pairs if name not in OF_ONE_PAGE])


@blueprint.app_template_global()
def searched_for() -> str:
    """What was typed in the search box, so that it stays there."""
    return request.args.get("q", "")[:LONGEST_TYPED] if request.endpoint in OF_LIST else ""


@blueprint.get("/cases")
@sellers_only
def overview() -> str:
    """Cases that hold all the words, of this shop, state, cause, rating, product and money."""
    return list_page(SaveForm())


def list_page(save: SaveForm) -> str:
    """The page of the list that the address asks for, with the form that saves it."""
    seen = actor().shops(Permission.LOOK)
    with context().database.reading() as session:
        shops = shop_queries.shops(session, seen)
        asked = _Asked.read(session, shops)
        narrowing = _filter(shops, asked.paid)
        cases = list_cases(
            session,
            seen,
            narrowing,
            most=PAGE + 1,
            after=key_read(request.args.get("after", ""), asked.sort),
            sort=asked.sort,
        )
        return render_template(
            "desk/cases.html",
            cases=cases[:PAGE],
            waiting=task_queries.cases_waiting(session, [case.id for case in cases]),
            wanted=narrowing,
            asked=asked,
            products=_products(cases, narrowing),
            is_narrowed=replace(narrowing, paid=asked.paid if asked.typed else None)
            != CaseFilter(),
            from_report=_from_report(narrowing),
            shops=[(shop.id, shop.name) for shop in shops],
            saved=saved_filters.of_seller(context(), actor()),
            save=save,
            query=query_of_list(),
            names=seller_queries.actor_names(session),
            states=list(CaseState),
            causes=[*CAUSES, UNCLEAR],
            couriers=known_couriers(),
            usages=USAGES,
            onward=next_page("after", key_text(cases[PAGE - 1], asked.sort))
            if len(cases) > PAGE
            else None,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The order and the money of a list as the address names them. `typed`: the least that was paid, and
    `wrong` why it cannot be read; `paid` is of one of the `currencies`, as orders are compared in one."""

    sort: Sort
    currencies: Sequence[str]
    currency: str
    typed: str
    paid: Money | None
    wrong: str

    @classmethod
    def read(cls, session: Session, shops: Sequence[Shop]) -> Self:
        """What the address asks for; what no such page says is left out."""
        named, typed = request.args.get("sort", ""), request.args.get("paid", "").strip()
        sort = Sort(named) if named in set(Sort) else Sort.NEWEST
        currency = request.args.get("currency", "")
        # Orders are asked for theirs only where these are compared: there may be many shops.
        by_money = typed or currency or sort is Sort.DEAREST
        used = currencies_of(session, *shops) if by_money else currencies_of_shops(*shops)
        currency = currency if currency in used or not used else used[0]
        paid, wrong = Money(0, currency) if sort is Sort.DEAREST else None, ""
        if typed:
            try:
                paid = read_amount(typed, currency)
            except WrongInput as error:
                wrong = translate(error.text)
        return cls(sort, used, currency, typed, paid, wrong)


def _products(cases: Sequence[Case], narrowing: CaseFilter) -> dict[str, str]:
    """The products of the cases shown, by their keys, to look at one of them alone."""
    shown = {case.product_key: case.review.product_name for case in cases if case.product_key}
    if narrowing.product_key:
        shown.setdefault(narrowing.product_key, narrowing.product_key)
    return dict(sorted(shown.items(), key=lambda pair: pair[1]))


def _filter(shops: Sequence[Shop], paid: Money | None) -> CaseFilter:
    """What the address asks for; what no such page says is left out."""
    root_cause = request.args.get("root_cause", "")
    state, cause = request.args.get("state", ""), request.args.get("cause", "")
    shop_id, outcome = _number("shop", 2**63 - 1), request.args.get("outcome", "")
    zones = [shop.zone for shop in shops if shop_id in (None, shop.id)] or ["UTC"]
    first, last, voucher = _day("opened_from"), _day("opened_to"), request.args.get("voucher", "")
    return CaseFilter(
        words=searched_for(),
        shop_id=shop_id,
        states=(CaseState(state),) if state in set(CaseState) else (),
        cause=cause if cause in (*CAUSES, UNCLEAR) else "",
        stars=_number("stars", 5),
        opened_since=day_begins(first, zones[0]) if first else None,
        opened_before=day_begins(last + timedelta(days=1), zones[0]) if last else None,
        product_key=request.args.get("product", ""),
        paid=paid,
        remedy=request.args.get("remedy", ""),
        voucher=VoucherUsage(voucher) if voucher in set(VoucherUsage) else None,
        root_cause=root_cause if root_cause in set(RootCause) else "",
        courier=courier_named(request.args.get("courier", "")),
        assignee_id=actor().id if request.args.get("mine") else None,
        decided_by=_number("decided_by", 2**63 - 1),
        outcome=CaseOutcome(outcome) if outcome in set(CaseOutcome) else None,
    )


def _from_report(narrowing: CaseFilter) -> dict[str, str]:
    """What a report's link asked for, as it stands in the address."""
    narrowed = (
        narrowing.opened_since,
        narrowing.opened_before,
        narrowing.remedy,
        narrowing.voucher,
        narrowing.root_cause,
        narrowing.outcome,
        narrowing.decided_by,
    )
    if not any(narrowed):
        return {}
    return {name: request.args[name] for name in FROM_REPORT if request.args.get(name)}


def _day(name: str) -> date | None:
    """A day of the address, else None."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _number(name: str, most: int) -> int | None:
    """A number of the address from 1 to `most`, else None."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= most else None

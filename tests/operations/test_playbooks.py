"""A playbook is changed as a draft, tried on real cases, put in effect, and taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select

from integrations.remedies import REFUND, VOUCHER
from service.db.models import PlaybookDraft, PlaybookVersion, Shop
from service.db.remedies import playbook_queries
from service.domain.errors import NotFound, NotPermitted, WrongInput, WrongState
from service.domain.remedies import playbook_file
from service.domain.remedies.playbook import Playbook, RemedyRule, Rule, When
from service.domain.remedies.playbook_data import fingerprint, playbook_from_data
from service.domain.remedies.proposing import Proposal
from service.domain.remedies.ready_made import ReadyMade, playbook_of, ready_made
from service.operations.remedies import dry_run, playbook_drafts, playbooks
from service.operations.remedies.dry_run import DryRun
from tests.operations.steps import agent
from tests.world import World

BALANCED = ready_made(ReadyMade.BALANCED)
RULE = Rule("Semua", When(), (RemedyRule(REFUND, percent=50, cap={"IDR": 2_000_000}),))


def _shop(world: World) -> playbooks.Playbooks:
    with world.context.database.reading() as session:
        return playbooks.playbooks_of(session, session.get_one(Shop, world.shop_id))


def _add(world: World, rule: Rule = RULE) -> None:
    seen = _shop(world).seen
    playbook_drafts.add_rule(world.context, world.shop_id, world.owner, rule, seen=seen)


def _put_in_effect(world: World) -> None:
    seen = _shop(world).seen
    playbooks.put_in_effect(world.context, world.shop_id, world.owner, seen=seen)


def _dry_run(world: World, tried: Playbook, most: int = 50) -> DryRun:
    with world.context.database.reading() as session:
        in_effect = playbook_of(session.get_one(Shop, world.shop_id).playbook)
        return dry_run.dry_run(session, world.shop_id, in_effect, tried, most=most)


def _versions(world: World) -> list[tuple[int, str, str, str]]:
    with world.context.database.reading() as session:
        rows = session.scalars(select(PlaybookVersion).order_by(PlaybookVersion.number)).all()
        return [(r.number, r.actor, str(r.origin or ""), r.playbook["name"]) for r in rows]


def test_draft_changes_no_proposal_until_it_takes_effect(world: World) -> None:
    _add(world)
    world.rate(1, "Barang rusak")
    world.work()
    before = world.case().proposals[-1].rule
    _put_in_effect(world)
    world.rate(1, "Barang rusak")
    world.work()

    rules = [case.proposals[-1].rule for case in world.cases()]
    assert before == "Broken"
    assert sorted(rules) == ["Broken", "Semua"]
    assert _versions(world) == [
        (1, "makegood", "As shipped.", "Balanced"),
        (2, "seller:1", "", "Balanced"),
    ]
    assert _shop(world).draft is None


def test_step_back_makes_a_new_version(world: World) -> None:
    _add(world)
    _put_in_effect(world)

    playbooks.restore(world.context, world.shop_id, world.owner, 1)

    kept = _shop(world)
    assert (kept.version, kept.in_effect) == (3, BALANCED)
    assert _versions(world)[2] == (3, "seller:1", "Version 1 again.", "Balanced")
    with pytest.raises(WrongState, match="in effect already"):
        playbooks.restore(world.context, world.shop_id, world.owner, 1)
    with pytest.raises(NotFound):
        playbooks.restore(world.context, world.shop_id, world.owner, 9)


def test_change_to_what_was_changed_meanwhile_is_refused(world: World) -> None:
    seen = _shop(world).seen
    _add(world)

    with pytest.raises(WrongState, match="changed meanwhile"):
        playbook_drafts.remove_rule(world.context, world.shop_id, world.owner, 1, seen=seen)
    with pytest.raises(WrongState, match="changed meanwhile"):
        playbooks.put_in_effect(world.context, world.shop_id, world.owner, seen=seen)
    assert len(_shop(world).shown.rules) == len(BALANCED.rules) + 1


def test_draft_is_not_overwritten_by_another_one(world: World) -> None:
    _add(world)

    with pytest.raises(WrongState, match="There is a draft already"):
        playbook_drafts.draft_ready_made(
            world.context, world.shop_id, world.owner, ReadyMade.CAREFUL
        )
    playbook_drafts.discard_draft(world.context, world.shop_id, world.owner)
    text = playbook_file.write(ready_made(ReadyMade.CAREFUL))
    playbook_drafts.draft_file(world.context, world.shop_id, world.owner, text)

    assert _shop(world).shown == ready_made(ReadyMade.CAREFUL)


def test_remedy_that_says_no_bound_takes_no_effect(world: World) -> None:
    _add(world, replace(RULE, remedies=(RemedyRule(REFUND, percent=50),)))

    with pytest.raises(WrongInput, match=r"Rule “Semua”: state the upper limit of Refund in IDR"):
        _put_in_effect(world)
    seen = _shop(world).seen
    said = replace(RULE, remedies=(RemedyRule(REFUND, percent=50, uncapped=("IDR",)),))
    playbook_drafts.change_rule(world.context, world.shop_id, world.owner, 1, said, seen=seen)
    _put_in_effect(world)

    assert _shop(world).version == 2


def test_currencies_are_of_country_limits_and_orders(world: World) -> None:
    world.set_shop(country="SG", automatic={"EUR": {}})
    world.rate(1)
    world.work()

    assert _shop(world).currencies == ("SGD", "EUR", "IDR")


def test_only_the_owner_changes_rules(world: World) -> None:
    staff = agent(world)

    with pytest.raises(NotPermitted):
        playbook_drafts.draft_ready_made(world.context, world.shop_id, staff, ReadyMade.CAREFUL)
    with pytest.raises(NotPermitted):
        playbooks.restore(world.context, world.shop_id, staff, 1)


def test_program_replaces_the_playbook_it_has_seen(world: World) -> None:
    tried = ready_made(ReadyMade.GENEROUS)
    context, shop_id, owner = world.context, world.shop_id, world.owner

    playbooks.replace_playbook(context, shop_id, owner, tried, seen=fingerprint(BALANCED))

    assert _shop(world).in_effect == tried
    with pytest.raises(WrongState):
        playbooks.replace_playbook(context, shop_id, owner, BALANCED, seen=fingerprint(BALANCED))


def test_dry_run_says_what_is_proposed_and_writes_nothing(world: World) -> None:
    for text in ("Barang rusak", "telat banget", "meh"):
        world.rate(1, text)
    world.work()
    statements: list[str] = []
    engine = world.context.database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    tried = replace(BALANCED, rules=(RULE, *BALANCED.rules))
    result = _dry_run(world, tried)

    assert (result.looked_at, result.left_out, len(result.differing)) == (3, 0, 3)
    assert (result.rules["Semua"].cases_today, result.rules["Semua"].cases_tried) == (0, 3)
    assert result.rules["Late"].cases_today == 1
    ((today, then, more),) = result.costs
    assert then.amount_minor == 3 * 2_000_000
    assert more.amount_minor == then.amount_minor - today.amount_minor
    kinds = {statement.split()[0].upper() for statement in statements}
    assert "SELECT" in kinds
    assert kinds.isdisjoint({"INSERT", "UPDATE", "DELETE"})
    assert not [each for each in statements if "FOR UPDATE" in each.upper()]


def test_dry_run_of_today_equals_what_was_proposed(world: World) -> None:
    for stars, text in ((1, "Barang rusak"), (2, "telat banget"), (3, "bahannya tipis"), (1, "")):
        world.rate(stars, text)
    world.work()

    other = replace(BALANCED, rules=(RULE,))
    proposed = {
        case.reference: (
            case.proposals[-1].rule,
            [row["amount_minor"] for row in case.proposals[-1].remedies],
        )
        for case in world.cases()
    }

    differing = _dry_run(world, other).differing
    for compared in differing:
        assert isinstance(compared.today, Proposal)
        amounts = [option.remedy.money.amount_minor for option in compared.today.options]
        assert proposed[compared.reference] == (compared.today.rule, amounts)
    assert {compared.reference for compared in differing} == set(proposed)
    assert len(proposed) == 4


def test_dry_run_looks_at_a_case_as_it_was_before_anything_was_given(world: World) -> None:
    world.rate(1, "bahannya tipis, jelek")
    world.work()
    world.browser().post(
        f"/cases/{world.case().reference}/approve", {"proposal": "", "number": "0"}
    )
    world.work()
    assert world.case().make_goods[0].state == "done"

    whole = Rule("Semua", When(), (RemedyRule(REFUND, whole_line=True, uncapped=("IDR",)),))
    (compared,) = _dry_run(world, replace(BALANCED, rules=(whole,))).differing

    assert isinstance(compared.tried, Proposal)
    order = world.case().order
    assert compared.tried.first.remedy.money.amount_minor == order["lines"][0]["paid"]


def test_dry_run_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(3):
        world.rate(1, "Barang rusak")
    world.work()

    assert _dry_run(world, BALANCED, most=2).looked_at == 2
    monkeypatch.setattr(dry_run, "LONGEST_SECONDS", -1.0)
    result = _dry_run(world, BALANCED)
    assert (result.looked_at, result.is_cut) == (0, True)


def test_case_without_a_known_order_is_left_out(world: World) -> None:
    world.rate(1, "Barang rusak")

    assert _dry_run(world, BALANCED).looked_at == 0
    world.work()
    with world.context.database.transaction() as session:
        (case,) = playbook_queries.latest_cases(session, world.shop_id, most=1)
        case.order = {}

    assert (_dry_run(world, BALANCED).left_out, _dry_run(world, BALANCED).looked_at) == (1, 0)


def test_name_of_a_rule_is_read_in_the_readers_language(world: World) -> None:
    voucher = RemedyRule(VOUCHER, percent=10, cap={"IDR": 1_000_000}, expires_days=30)
    _add(world, Rule("All of it", When(), (voucher,), None, {"id": "Semuanya"}))
    _put_in_effect(world)
    world.rate(1, "Barang rusak")
    world.work()
    browser, path = world.browser(), f"/cases/{world.case().reference}"

    english = browser.get(path).text
    browser.post("/me/language", {"language": "id"})
    indonesian = browser.get(path).text

    assert "All of it" in english
    assert "Semuanya" in indonesian
    assert "All of it" not in indonesian


def test_kept_playbook_reads_as_it_was_given(world: World) -> None:
    noted = replace(RULE, note="why\n\n# and more", translations={"id": "Semua (id)"})
    _add(world, noted)

    with world.context.database.reading() as session:
        row = session.get_one(PlaybookDraft, world.shop_id)
        assert playbook_from_data(row.playbook).rules[0] == noted

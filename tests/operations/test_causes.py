"""The cause of a case: read when it opens and changes, corrected by the seller, kept for training."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from service import cli
from service.db.models import Case
from service.domain.errors import NotPermitted, WrongInput, WrongState
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.cases import causes
from service.operations.privacy import erasure
from service.training import commands
from tests.world import World


def _rated(world: World, text: str, stars: int = 1) -> Case:
    world.rate(stars, text)
    world.work()
    return world.case()


def _deeds(case: Case) -> list[str]:
    return [line.what for line in case.history]


def test_cause_is_read_when_a_case_opens(world: World) -> None:
    text = "Warna salah, pesan biru dapat merah"
    case = _rated(world, text)

    assert case.cause == "wrong_item"
    assert case.cause_read["name"] == "wrong_item"
    assert 0.5 < case.cause_read["confidence"] <= 1
    assert len(case.cause_read["model"]) == 12
    words = [text[start:end] for start, end in case.cause_read["places"]]
    assert words
    assert all(word in text for word in words)
    assert case.proposals[-1].rule == "Wrong item"


def test_cause_is_read_again_when_the_review_changes(world: World) -> None:
    order_id = world.rate(1, "Gelasnya pecah waktu sampai")
    world.work()
    assert world.case().cause == "damaged"

    world.rate(1, "Paket belum sampai juga, tidak pernah diterima", order_id)
    world.work()

    case = world.case()
    assert case.cause == "missing"
    assert case.proposals[-1].rule == "Missing"


def test_unclear_words_leave_it_to_the_general_rule(world: World) -> None:
    case = _rated(world, "😡😡😡")

    assert (case.cause, case.cause_read["name"]) == ("unclear", "other")
    assert case.proposals[-1].rule == "Anything else, very low"


def test_seller_corrects_and_the_proposal_follows(world: World) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")

    causes.correct(world.context, case.id, world.owner, "late")

    case = world.case()
    assert (case.cause, case.cause_corrected) == ("late", True)
    assert case.proposals[-1].rule == "Late"
    assert "cause_corrected" in _deeds(case)
    assert case.state == "awaiting_approval"


def test_a_correction_outlives_a_change_of_the_review(world: World) -> None:
    order_id = world.rate(1, "Gelasnya pecah waktu sampai")
    world.work()
    causes.correct(world.context, world.case().id, world.owner, "late")

    world.rate(1, "Gelasnya pecah semua", order_id)
    world.work()

    case = world.case()
    assert (case.cause, case.cause_read["name"]) == ("late", "damaged")
    assert case.proposals[-1].rule == "Late"


def test_confirming_what_was_read_is_a_label_and_no_history(world: World) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")
    proposals = len(case.proposals)

    causes.correct(world.context, case.id, world.owner, "damaged")

    case = world.case()
    assert len(case.proposals) == proposals
    assert "cause_corrected" not in _deeds(case)
    with world.context.database.reading() as session:
        assert list(causes.corrections(session)) == [
            ("Gelasnya pecah waktu sampai", "damaged", case.review.product_name)
        ]


def test_the_last_correction_of_a_case_is_kept_for_training(world: World) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")
    for cause in ("late", "defective"):
        causes.correct(world.context, case.id, world.owner, cause)

    with world.context.database.reading() as session:
        kept = list(causes.corrections(session))

    assert [cause for _, cause, _ in kept] == ["defective"]


def test_corrections_are_written_for_training(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _rated(world, 'Gelasnya "pecah"\nwaktu\tsampai')
    causes.correct(world.context, case.id, world.owner, "damaged")
    monkeypatch.setattr(cli, "wiring", lambda: world.wired)
    target = tmp_path / "corrections.tsv"

    done = CliRunner().invoke(commands.causes, ["corrections", str(target)])

    assert done.exit_code == 0, done.output
    assert target.stat().st_mode & 0o077 == 0
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [(row["text"], row["cause"]) for row in rows] == [
        ('Gelasnya "pecah" waktu sampai', "damaged")
    ]


def test_erased_words_are_not_trained_on(world: World) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")
    causes.correct(world.context, case.id, world.owner, "late")

    erasure.erase_buyer(world.context, world.case().review.buyer["email"], OPERATOR)

    with world.context.database.reading() as session:
        assert list(causes.corrections(session)) == []
    with pytest.raises(WrongState):
        causes.correct(world.context, case.id, world.owner, "late")


def test_a_closed_case_can_be_corrected_and_stays_closed(world: World) -> None:
    order_id = world.rate(1, "Gelasnya pecah waktu sampai")
    world.work()
    world.rate(5, "Sudah diganti", order_id)
    world.work()
    assert world.case().closed_at is not None

    causes.correct(world.context, world.case().id, world.owner, "late")

    case = world.case()
    assert (case.cause, case.state) == ("late", "closed")


@pytest.mark.parametrize("cause", ["", "unclear", "broken", "DAMAGED"])
def test_only_causes_are_taken(world: World, cause: str) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")

    with pytest.raises(WrongInput):
        causes.correct(world.context, case.id, world.owner, cause)
    assert world.case().cause == "damaged"


def test_viewers_correct_nothing(world: World) -> None:
    case = _rated(world, "Gelasnya pecah waktu sampai")
    viewer = world.seller("viewer@example.test", SellerRole.VIEWER)

    with pytest.raises(NotPermitted):
        causes.correct(world.context, case.id, viewer, "late")

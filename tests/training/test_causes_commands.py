"""`flask causes`: the model is made from files, measured on files, and needs nothing else."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from service.data import read_file
from service.domain.complaints.causes import CAUSES, read_cause
from service.training.commands import SHIPPED, causes
from service.training.score import Guess, measured

REVIEWS = {
    "damaged": ["kaca pecah pas sampai", "kotak penyok semua", "gelas retak di jalan"],
    "late": ["kirim lama banget", "telat dua minggu", "baru datang setelah lama"],
    "missing": ["kurang satu pcs", "isinya kosong", "tidak lengkap, kurang dua"],
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(causes, [str(argument) for argument in arguments])


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    rows = [(cause, text) for cause, texts in REVIEWS.items() for text in texts]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "category", "product", "rating", "text"])
        for number, (_, text) in enumerate(rows):
            writer.writerow([number, "", "Gelas", 1, text])
    lines = [f"{number}\t{cause}\n" for number, (cause, _) in enumerate(rows)]
    (tmp_path / "labels.tsv").write_text("id\tcause\n" + "".join(lines))
    return path


def test_same_input_gives_the_same_model(reviews: Path, tmp_path: Path) -> None:
    for name in ("first.bin", "second.bin"):
        done = run("train", reviews, "--labels", tmp_path / "labels.tsv", "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "first.bin").read_bytes() == (tmp_path / "second.bin").read_bytes()


def test_the_last_bit_of_a_sum_changes_nothing(
    reviews: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs on how many threads add up."""
    inverse = np.linalg.inv
    for name, factor in (("first.bin", 1.0), ("second.bin", 1.0 + 2**-50)):
        monkeypatch.setattr(np.linalg, "inv", lambda table, by=factor: inverse(table) * by)
        done = run("train", reviews, "--labels", tmp_path / "labels.tsv", "--out", tmp_path / name)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "first.bin").read_bytes() == (tmp_path / "second.bin").read_bytes()


def test_corrections_change_the_model(reviews: Path, tmp_path: Path) -> None:
    (tmp_path / "more.tsv").write_text("text\tcause\nkabelnya pedot\tdefective\n")
    options = ("--labels", tmp_path / "labels.tsv")
    run("train", reviews, *options, "--out", tmp_path / "without.bin")
    done = run(
        "train",
        reviews,
        *options,
        "--corrections",
        tmp_path / "more.tsv",
        "--out",
        tmp_path / "with.bin",
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "without.bin").read_bytes() != (tmp_path / "with.bin").read_bytes()


def test_training_refuses_another_data_set(reviews: Path, tmp_path: Path) -> None:
    done = run("train", reviews, "--out", tmp_path / "model.bin")
    assert done.exit_code == 1
    assert "labelled rows are not in reviews.csv" in done.output
    assert not (tmp_path / "model.bin").exists()


def evaluation(tmp_path: Path, content: str) -> Result:
    path = tmp_path / "cases.tsv"
    path.write_text(content, encoding="utf-8")
    return run("evaluate", path, "--json")


def test_evaluation_counts_what_was_read(tmp_path: Path) -> None:
    texts = ["pesan merah datang biru", "botolnya pecah waktu sampai", "kirimnya lama banget"]
    read = [read_cause(text).name for text in texts]
    wrong = "other"
    assert wrong not in read
    rows = "".join(
        f"{text}\t{cause}\n" for text, cause in zip(texts, [read[0], read[1], wrong], strict=True)
    )
    done = evaluation(tmp_path, "text\tcause\n" + rows)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert figures["texts"] == 3
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["confusion"]["other"] == {read[2]: 1}
    assert figures["coverage"][0] == {
        "confidence": 0.0,
        "coverage": 1.0,
        "accuracy": figures["accuracy"],
    }


def test_evaluation_takes_more_columns_and_quotes(tmp_path: Path) -> None:
    content = (
        "id\tstars\tcategory\tproduct\ttext\tcause\talso\n"
        '1\t1\tToys\tRobot "X"\t"rusak, kata "penjual"\tdamaged\tservice\n'
    )
    done = evaluation(tmp_path, content)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["texts"] == 1


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        ("text\tlabel\nx\tlate\n", "cases.tsv has no column cause"),
        ("text\tcause\nx\tslow\n", "line 2: “slow” is no cause. The causes are damaged"),
        ("text\tcause\nonly a text\n", "cases.tsv, line 2: a column is missing"),
    ],
)
def test_evaluation_says_what_is_wrong_with_a_file(
    tmp_path: Path, content: str, advice: str
) -> None:
    done = evaluation(tmp_path, content)
    assert done.exit_code == 1
    assert advice in done.output


def test_figures_of_known_guesses() -> None:
    guesses = [
        Guess("late", "late", 0.9),
        Guess("late", "late", 0.8),
        Guess("late", "service", 0.3),
        Guess("service", "service", 0.6),
    ]
    figures = measured(guesses)
    assert figures["accuracy"] == 0.75
    assert figures["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-4)
    assert figures["accuracy_of_surest"] == 1.0
    assert figures["coverage"][10] == {"confidence": 0.5, "coverage": 0.75, "accuracy": 1.0}


def test_figures_of_nothing() -> None:
    assert measured([])["accuracy"] is None


def test_evaluation_needs_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    path.write_text("text\tcause\nkirimnya lama\tlate\n")
    bare = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "flask", "--app", "service.cli:make"]
    done = subprocess.run(
        [*command, "causes", "evaluate", str(path), "--json"],
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["texts"] == 1


def test_shipped_files_are_small_and_hold_no_text() -> None:
    assert SHIPPED.stat().st_size < 4_000_000
    shipped = read_file("causes", "labels.tsv").splitlines()
    assert all(
        number.isdigit() and cause in CAUSES
        for number, cause in (line.split("\t") for line in shipped[1:])
    )


def test_shipped_examples_cover_all_causes_in_both_languages() -> None:
    rows = read_file("causes", "examples.tsv").splitlines()[1:]
    seen = {tuple(row.split("\t")[:2]) for row in rows}
    assert seen == {(cause, language) for cause in CAUSES for language in ("en", "id")}

"""The commands that measure wording: what they print, how they read lists, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.wording_commands import severity, wording

ROWS = (
    "en\tforbidden\ttrade\tChange your review and we refund you.\n"
    "en\tallowed\tclosing\tHave a lovely day.\n"
    "id\tforbidden\tblame\tSalah kakak sendiri tidak baca ukurannya.\n"
    "id\tallowed\tservice\tMohon maaf, gelasnya pecah di jalan.\n"
)


def _told(path: Path, *argv: str) -> dict[str, object]:
    group = wording if "--text" in argv else severity
    done = CliRunner().invoke(group, ["evaluate", str(path), *argv, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize(
    "header", ["", "language\tverdict\tcategory\tphrase\n", "Language\tLabel\tCategory\tText\n"]
)
def test_a_list_is_read_with_and_without_a_header(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("\ufeff" + header + ROWS, "utf-8")

    told = _told(path, "--text", "reply")

    assert told["phrases"] == 4
    assert told["wrong"] == []
    assert told["rates"]["all"] == {  # type: ignore[index]
        "forbidden": 2,
        "forbidden_let_through": 0,
        "forbidden_let_through_rate": 0.0,
        "allowed": 2,
        "allowed_refused": 0,
        "allowed_refused_rate": 0.0,
    }
    assert told["tone_kinds"]["blame"]["seen"] == 1  # type: ignore[index]


def test_a_wrong_phrase_is_printed_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(ROWS + "en\tallowed\tservice\tPlease give us five stars.\n", "utf-8")

    (wrong,) = _told(path, "--text", "receipt")["wrong"][-1:]  # type: ignore[index]

    assert (wrong["line"], wrong["phrase"]) == (5, "Please give us five stars.")
    assert wrong["findings"] == ["stars"]


def test_a_text_kind_in_the_list_says_where_a_phrase_stands(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(
        "language\tverdict\tcategory\ttext_kind\tphrase\n"
        "en\tforbidden\tamount\tinvitation\tHere is 10% off your next order.\n"
        "en\tallowed\tservice\treceipt\tHere is 10% off your next order.\n",
        "utf-8",
    )

    assert _told(path, "--text", "receipt")["wrong"] == []


def test_severity_prints_recall_and_precision(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(
        "grave\tthe charger caught fire\nharmless\tracun tikusnya ga mempan\n"
        "harmless\tthe charger caught fire again\n",
        "utf-8",
    )

    told = _told(path)

    assert (told["recall"], told["precision"]) == (1.0, 0.5)
    assert [row["line"] for row in told["wrong"]] == [3]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"en\tmaybe\tx\tHello\n", "line 1: enter a verdict (allowed or forbidden)"),
        (b"language\tverdict\tphrase\nen\tallowed\n", "line 2: enter a verdict"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(content)

    done = CliRunner().invoke(wording, ["evaluate", str(path), "--text", "receipt"])

    assert done.exit_code == 1
    assert said in done.output

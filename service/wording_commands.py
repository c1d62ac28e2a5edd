"""Commands that measure and teach the check of wording: they need no settings and no database."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from service.data import LANGUAGES
from service.domain.cases.severity import grave
from service.domain.messages.content_policy import TextKind, check
from service.domain.wording import examples, linear
from service.training import labels

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_DATA = Path(__file__).parent / "data" / "wording"
TONE_CATEGORIES = frozenset({"blame", "sarcasm", "defence", "shouting", "personal_data"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: what somebody else says of a phrase."""

    line: int
    verdict: str
    language: str
    category: str
    text_kind: str
    phrase: str


class WrongList(click.ClickException):
    """A list that cannot be read; the message names the line and says what to write."""


@click.group("wording")
def wording() -> None:
    """The check of what buyers read."""


@wording.command("evaluate")
@click.argument("path", metavar="FILE.tsv", type=_FILE)
@click.option(
    "--text",
    "text_kind",
    type=click.Choice(["invitation", "receipt", "reply"]),
    required=True,
    help="Where the phrases stand; a column text_kind says it row by row instead.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate_wording(path: Path, text_kind: str, as_json: bool) -> None:
    """Measure the check: columns language, verdict (allowed or forbidden), category, phrase."""
    rows = read_list(path, ("allowed", "forbidden"))
    rates = wording_rates(rows, TextKind(text_kind))
    click.echo(json.dumps(rates, ensure_ascii=False, indent=2) if as_json else _plain(rates))


@wording.command("train")
def train_wording() -> None:
    """Teach the check again by the sentences that ship; takes some seconds."""
    sentences = examples.shipped_sentences("wording")
    _write("wording", _training().teach_wording(sentences), f"{len(sentences)} sentences")


@click.group("severity")
def severity() -> None:
    """The check for grave complaints."""


@severity.command("evaluate")
@click.argument("path", metavar="FILE.tsv", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def evaluate_severity(path: Path, as_json: bool) -> None:
    """Measure the check: columns verdict (grave or harmless) and phrase."""
    rates = severity_rates(read_list(path, ("grave", "harmless")))
    click.echo(json.dumps(rates, ensure_ascii=False, indent=2) if as_json else _plain(rates))


@severity.command("train")
@click.argument("reviews", metavar="REVIEWS.csv", type=_FILE)
def train_severity(reviews: Path) -> None:
    """Teach the check again by the sentences that ship and by REVIEWS, the data set of the causes."""
    training = _training()
    sentences = examples.shipped_sentences("severity")
    try:
        complaints = labels.complaints(reviews, {sentence.phrase for sentence in sentences})
    except labels.WrongLabels as error:
        raise click.ClickException(str(error)) from error
    model = training.teach_severity(sentences, complaints)
    _write("severity", model, f"{len(sentences)} sentences, {len(complaints)} complaints")
    called = training.called_grave(sentences, complaints)
    both = sum(
        grave and complaint.grave for grave, complaint in zip(called, complaints, strict=True)
    )
    click.echo(
        f"Left out in turn: {sum(called)} of the complaints are called grave, among them {both} of the"
        f" {sum(complaint.grave for complaint in complaints)} that are."
    )


def _training() -> Any:
    try:
        from service.training import wording as training  # noqa: PLC0415 - only for development
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"Training needs {error.name}: pip install -r requirements-dev.txt"
        ) from error
    return training


def _write(name: str, model: linear.Model, taught_by: str) -> None:
    content = linear.to_bytes(model)
    (_DATA / f"{name}.bin").write_bytes(content)
    click.echo(f"{name}: {taught_by}, {len(content)} bytes")


def read_list(path: Path, verdicts: tuple[str, str]) -> list[Row]:
    """Rows of a tab-separated list, with or without a header; raises `WrongList`."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise WrongList(f"{path} is not UTF-8. Save it as UTF-8.") from error
    cells = [
        (n, row)
        for n, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1)
    ]
    cells = [(n, row) for n, row in cells if any(cell.strip() for cell in row)]
    if not cells:
        raise WrongList(f"{path} is empty. Enter a phrase a line.")
    places = _places(cells[0][1], verdicts)
    if places is not None:
        cells = cells[1:]
    return [_row(path, n, row, places or _guess(row, verdicts), verdicts) for n, row in cells]


def _places(header: list[str], verdicts: tuple[str, str]) -> Mapping[str, int] | None:
    names = [cell.strip().lower() for cell in header]
    aliases = {
        "|".join(verdicts): "verdict",
        "label": "verdict",
        "text": "phrase",
        "sentence": "phrase",
    }
    places = {aliases.get(name, name): n for n, name in enumerate(names)}
    return places if "phrase" in places else None


def _guess(row: list[str], verdicts: tuple[str, str]) -> Mapping[str, int]:
    """Without a header: the phrase is last, language and verdict are known by what they are."""
    places = {"phrase": len(row) - 1}
    for n, cell in enumerate(row[:-1]):
        value = cell.strip().lower()
        name = "verdict" if value in verdicts else "language" if value in LANGUAGES else ""
        name = name or ("text_kind" if value in set(TextKind) else "category")
        places.setdefault(name, n)
    return places


def _row(
    path: Path, line: int, row: list[str], places: Mapping[str, int], verdicts: tuple[str, str]
) -> Row:
    cell = {name: row[n].strip() if n < len(row) else "" for name, n in places.items()}
    verdict, phrase = cell.get("verdict", "").lower(), cell.get("phrase", "")
    if verdict not in verdicts or not phrase:
        raise WrongList(
            f"{path}, line {line}: enter a verdict ({' or '.join(verdicts)}) and a phrase,"
            " with a tab between them."
        )
    text_kind = cell.get("text_kind", "").lower()
    return Row(
        line, verdict, cell.get("language", "").lower(), cell.get("category", ""), text_kind, phrase
    )


def wording_rates(rows: Iterable[Row], text_kind: TextKind) -> dict[str, Any]:
    """What was let through and what was refused, per language and in all, with the phrases."""
    counts: Counter[tuple[str, str]] = Counter()
    seen: dict[str, Counter[str]] = {}
    wrong: list[dict[str, object]] = []
    for row in rows:
        kind = TextKind(row.text_kind) if row.text_kind in set(TextKind) else text_kind
        findings = check(row.phrase, kind, row.language or "en")
        forbidden, stopped = row.verdict == "forbidden", bool(findings)
        for language in {row.language or "?", "all"}:
            counts[language, row.verdict] += 1
            counts[language, f"{row.verdict} wrong"] += forbidden != stopped
        if forbidden and row.category in TONE_CATEGORIES:
            tally = seen.setdefault(row.category, Counter())
            tally.update(
                all=1, seen=stopped, named=row.category in {finding.code for finding in findings}
            )
        if forbidden != stopped:
            wrong.append(_wrong(row, [finding.code for finding in findings]))
    return {
        "text": text_kind.value,
        "phrases": counts["all", "forbidden"] + counts["all", "allowed"],
        "rates": {
            language: _rates_of(counts, language)
            for language in sorted({language for language, _ in counts})
        },
        "tone_kinds": {name: _tone_rates(tally) for name, tally in sorted(seen.items())},
        "wrong": wrong,
    }


def _rates_of(counts: Counter[tuple[str, str]], language: str) -> dict[str, Any]:
    forbidden, let_through = counts[language, "forbidden"], counts[language, "forbidden wrong"]
    allowed, refused = counts[language, "allowed"], counts[language, "allowed wrong"]
    return {
        "forbidden": forbidden,
        "forbidden_let_through": let_through,
        "forbidden_let_through_rate": _rate(let_through, forbidden),
        "allowed": allowed,
        "allowed_refused": refused,
        "allowed_refused_rate": _rate(refused, allowed),
    }


def _tone_rates(tally: Counter[str]) -> dict[str, Any]:
    return {
        "phrases": tally["all"],
        "seen": tally["seen"],
        "named": tally["named"],
        "seen_rate": _rate(tally["seen"], tally["all"]),
        "named_rate": _rate(tally["named"], tally["all"]),
    }


def severity_rates(rows: Iterable[Row]) -> dict[str, Any]:
    """Recall and precision for grave complaints, per language and in all, with the phrases."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[dict[str, object]] = []
    for row in rows:
        verdict = grave(row.phrase)
        outcome = f"{'right' if (verdict is not None) == (row.verdict == 'grave') else 'wrong'} {row.verdict}"
        for language in {row.language or "?", "all"}:
            counts[language, outcome] += 1
        if outcome.startswith("wrong"):
            wrong.append(_wrong(row, list(verdict.kinds) if verdict else []))
    rates = {}
    for language in sorted({language for language, _ in counts}):
        right, missed = counts[language, "right grave"], counts[language, "wrong grave"]
        rates[language] = {
            "grave": right + missed,
            "harmless": counts[language, "right harmless"] + counts[language, "wrong harmless"],
            "recall": _rate(right, right + missed),
            "precision": _rate(right, right + counts[language, "wrong harmless"]),
        }
    return {
        "phrases": sum(counts[key] for key in counts if key[0] == "all"),
        **rates.get("all", {}),
        "rates": rates,
        "wrong": wrong,
    }


def _wrong(row: Row, codes: list[str]) -> dict[str, Any]:
    return {
        "line": row.line,
        "language": row.language,
        "verdict": row.verdict,
        "category": row.category,
        "phrase": row.phrase,
        "findings": codes,
    }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _plain(rates: Mapping[str, Any]) -> str:
    """The same for people: a line a language, a line a tone, a line a wrong phrase."""
    lines = [f"{rates['phrases']} phrases"]
    for name in ("rates", "tone_kinds"):
        table = rates.get(name, {})
        lines += [
            f"{key}: "
            + ", ".join(f"{name_of.replace('_', ' ')} {value}" for name_of, value in row.items())
            for key, row in table.items()
        ]
    wrong = rates["wrong"]
    lines += [f"line {row['line']} ({row['verdict']}): {row['phrase']}" for row in wrong]
    return "\n".join(lines)

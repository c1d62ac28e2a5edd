"""`flask causes`: make the model that reads causes, and measure it. No settings, no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from service.domain.complaints.causes import CAUSES, read_cause
from service.training import labels
from service.training.labels import Labelled, WrongLabels
from service.training.score import Guess, measured

SHIPPED = Path(__file__).parent.parent / "data" / "causes" / "model.bin"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("causes")
def causes() -> None:
    """What low reviews complain of: make the model, measure it."""


@causes.command("train")
@click.argument("reviews", type=_FILE)
@click.option("--labels", "labels_file", type=_FILE, help="TSV of id and cause; default: ours.")
@click.option(
    "--corrections",
    type=_FILE,
    multiple=True,
    help="TSV of text, cause and perhaps product, as `flask causes corrections` writes it.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=SHIPPED,
    help="Where the model goes; default: the shipped one's place.",
)
def train(
    reviews: Path, labels_file: Path | None, corrections: tuple[Path, ...], out: Path
) -> None:
    """Make the model from REVIEWS, a CSV with the columns id, product and text.

    The same input gives the same model.
    """
    try:
        rows = labels.of_reviews(reviews, labels_file) + labels.examples()
        for path in corrections:
            rows += labels.of_file(path)
    except WrongLabels as error:
        raise click.ClickException(str(error)) from error
    model, guesses = _fitted(rows)
    content = model.packed()
    out.write_bytes(content)
    click.echo(f"{len(rows)} complaints, {len(content)} bytes in {out}, version {model.version}.")
    click.echo("Left out in turn (cross-validation):")
    _show(measured(guesses))


def _fitted(rows: list[Labelled]) -> tuple[Any, list[Guess]]:
    try:
        from service.training import fit  # noqa: PLC0415 - only here, and only for development
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"Training needs {error.name}: pip install -r requirements-dev.txt"
        ) from error
    model, validated = fit.fit(rows)
    guesses = [
        Guess(row.cause, CAUSES[int(shares.argmax())], float(shares.max()))
        for row, shares in zip(validated.rows, validated.shares, strict=True)
    ]
    return model, guesses


@causes.command("evaluate")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def evaluate(file: Path, as_json: bool) -> None:
    """Measure the shipped model on FILE, a TSV with the columns text and cause.

    A column product is used where it is there; all others are passed over.
    """
    try:
        rows = labels.of_file(file)
    except WrongLabels as error:
        raise click.ClickException(str(error)) from error
    guesses = []
    for row in rows:
        cause = read_cause(row.text, row.product)
        guesses.append(Guess(row.cause, cause.name, cause.confidence))
    figures = measured(guesses)
    if as_json:
        click.echo(json.dumps(figures, indent=2))
    else:
        _show(figures)


def _show(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        if name in ("coverage", "by_cause", "confusion"):
            click.echo(f"{name}:")
            for row in value.items() if isinstance(value, dict) else value:
                click.echo(f"  {row}")
        else:
            click.echo(f"{name}: {value}")

"""Settings: a bad or missing value stops the start and names itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import settings
from service.keys import fresh_keys
from service.settings import WrongSetting

GOOD = dict(line.split("=", 1) for line in fresh_keys().splitlines())


def test_fresh_keys_are_accepted() -> None:
    assert settings.load(GOOD).embedded


@pytest.mark.parametrize("name", ["MAKEGOOD_SECRET_KEY", "MAKEGOOD_ENCRYPTION_KEYS"])
def test_missing_secret_is_named(name: str) -> None:
    with pytest.raises(WrongSetting, match=name):
        settings.load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAKEGOOD_SECRET_KEY", "short"),
        ("MAKEGOOD_ENCRYPTION_KEYS", "no key"),
        ("MAKEGOOD_DATABASE_URL", "mysql://x"),
        ("MAKEGOOD_REDIS_URL", "localhost"),
        ("MAKEGOOD_PUBLIC_URL", "makegood"),
        ("MAKEGOOD_WORKER_THREADS", "many"),
        ("MAKEGOOD_ZONE", "Mars/Base"),
        ("MAKEGOOD_LANGUAGE", "fr"),
    ],
)
def test_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name):
        settings.load({**GOOD, name: value})


def test_secret_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("f" * 40 + "\n")
    rest = {key: value for key, value in GOOD.items() if key != "MAKEGOOD_SECRET_KEY"}

    found = settings.load({**rest, "MAKEGOOD_SECRET_KEY_FILE": str(path)})

    assert found.secret_key == "f" * 40

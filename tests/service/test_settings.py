"""Settings: a bad or missing value stops the start and names itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import settings
from service.security.key_generation import fresh_keys
from service.settings import WrongSetting
from tests import hostile
from tests.world import KEY

GOOD = {f"MAKEGOOD_{name}": key for name, key in fresh_keys().items()}
BAD = (
    ("DATABASE_URL", "mysql://x"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "sqlite:////tmp"),
    ("DATABASE_URL", "sqlite:////dev/null"),
    ("DATABASE_URL", "sqlite:////tmp/makegood.db?mode=ro"),
    ("DATABASE_URL", "postgresql://user:word@[::1"),
    ("DATABASE_URL", "postgresql://user:word@host:port/makegood"),
    ("DATABASE_URL", "postgresql://user:word@host:65536/makegood"),
    ("REDIS_URL", "localhost"),
    ("REDIS_URL", "redis://:word@["),
    ("REDIS_URL", "redis://localhost:99999/0"),
    ("REDIS_URL", "redis://localhost:6379/cache"),
    ("REDIS_URL", "redis://localhost:6379/-1"),
    ("SANDBOX_PATH", "/"),
    ("SECRET_KEY", "x" * 40 + "\udcff"),
    ("SECRET_KEY", "short"),
    ("ENCRYPTION_KEYS", "no key"),
    ("ENCRYPTION_KEYS", ","),
    ("ENCRYPTION_KEYS", f"{KEY} another"),
    ("PUBLIC_URL", "makegood"),
    ("PUBLIC_URL", "ftp://makegood.example"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "http://[::1"),
    ("PUBLIC_URL", "http://make good.example"),
    ("PUBLIC_URL", "http://makegood.example:port"),
    ("MAX_BODY_BYTES", "0"),
    ("MAX_BODY_BYTES", "1MB"),
    ("BODY_KEEP_DAYS", "0"),
    ("BUYER_KEEP_DAYS", "0"),
    ("BUYER_KEEP_DAYS", "a year"),
    ("WORKER_THREADS", "many"),
    ("WORKER_THREADS", "1.5"),
    ("WORKER_THREADS", "--3"),
    ("WORKER_THREADS", "²"),
    ("WORKER_THREADS", "65"),
    ("TRUSTED_PROXIES", "-1"),
    ("LOG_LEVEL", "LOUD"),
    ("LANGUAGE", "fr"),
    ("ZONE", "Mars/Base"),
    ("ZONE", "../etc/passwd"),
    ("ZONE", "."),
    ("DATABASE_POOL", "0"),
    ("CA_FILE", "/nowhere/ca.pem"),
    ("PROXY", "proxy.example:3128"),
    ("NO_PROXY", "http://intranet.example"),
    ("SECOND_FACTOR", "staff"),
    ("SMTP_URL", "smtp.example.com"),
    ("SMTP_URL", "smtp://smtp.example.com"),
    ("SMTP_URL", "smtp://smtp.example.com:port?from=me@example.com"),
    ("SMTP_URL", "https://smtp.example.com?from=me@example.com"),
    ("PRIVATE_NETWORKS", "10.0.0.1/8"),
    ("PUBLIC_URL", "https://makegood.example/?a=b"),
    ("PUBLIC_URL", "https://makegood.example/a b"),
    ("PUBLIC_URL", "https://user@makegood.example"),
    ("LISTEN", "8000"),
    ("LISTEN", "127.0.0.1"),
    ("LISTEN", "127.0.0.1:http"),
    ("LISTEN", "127.0.0.1:65536"),
    ("LISTEN", "127.0.0.1:0"),
    ("LISTEN", "::1:8000"),
    ("LISTEN", "http://127.0.0.1:8000"),
    ("LISTEN", "unix:relative.sock"),
    ("LISTEN", "unix:/" + "long" * 40),
    ("METRICS_TOKEN", "short"),
    ("METRICS_TOKEN", "sixteen or more, with blanks"),
)


def test_fresh_keys_are_enough() -> None:
    assert settings.load(GOOD).embedded


@pytest.mark.parametrize("name", ["MAKEGOOD_SECRET_KEY", "MAKEGOOD_ENCRYPTION_KEYS"])
@pytest.mark.parametrize("empty", [None, "", "  "], ids=["absent", "empty", "blank"])
def test_missing_secret_is_named(name: str, empty: str | None) -> None:
    given = {key: value for key, value in GOOD.items() if key != name}

    with pytest.raises(WrongSetting, match=f"^{name} is missing"):
        settings.load(given if empty is None else {**given, name: empty})


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value}" for name, value in BAD])
def test_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"^MAKEGOOD_{name}: "):
        settings.load({**GOOD, f"MAKEGOOD_{name}": value})


@pytest.mark.parametrize("name", list(settings.Settings.__annotations__))
def test_any_text_is_taken_or_refused_in_one_line_that_names_its_setting(name: str) -> None:
    for text in hostile.TEXTS.values():
        try:
            settings.load({**GOOD, f"MAKEGOOD_{name.upper()}": text})
        except WrongSetting as error:
            refusal = str(error)
            assert refusal.startswith(f"MAKEGOOD_{name.upper()}"), text
            assert len(refusal.splitlines()) == 1, text


def test_every_setting_has_a_bad_value_in_the_table() -> None:
    tried = {name.lower() for name, _ in BAD}

    assert tried == set(settings.Settings.__annotations__)


@pytest.mark.parametrize("name", [name.upper() for name in settings.Settings.__annotations__])
def test_every_setting_can_be_read_from_a_file(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    rest = {key: value for key, value in GOOD.items() if key != f"MAKEGOOD_{name}"}

    with pytest.raises(WrongSetting, match=f"^MAKEGOOD_{name}_FILE: .*missing cannot be read"):
        settings.load({**rest, f"MAKEGOOD_{name}_FILE": str(missing)})


def test_secret_is_read_from_a_file_without_its_last_line_end(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("f" * 40 + "\n")
    rest = {key: value for key, value in GOOD.items() if key != "MAKEGOOD_SECRET_KEY"}

    found = settings.load({**rest, "MAKEGOOD_SECRET_KEY_FILE": str(path)})

    assert found.secret_key == "f" * 40


def test_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"\xff\xfe\x00")
    rest = {key: value for key, value in GOOD.items() if key != "MAKEGOOD_SECRET_KEY"}

    with pytest.raises(WrongSetting, match="MAKEGOOD_SECRET_KEY_FILE"):
        settings.load({**rest, "MAKEGOOD_SECRET_KEY_FILE": str(path)})


def test_value_and_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="MAKEGOOD_SECRET_KEY_FILE are both set"):
        settings.load({**GOOD, "MAKEGOOD_SECRET_KEY_FILE": str(tmp_path)})


def test_bad_value_is_not_repeated_where_it_is_a_secret() -> None:
    with pytest.raises(WrongSetting) as caught:
        settings.load({**GOOD, "MAKEGOOD_ENCRYPTION_KEYS": "almost-a-key"})

    assert "almost-a-key" not in str(caught.value)


def test_database_address_is_taken_in_the_ways_it_is_usually_given() -> None:
    for given in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        found = settings.load({**GOOD, "MAKEGOOD_DATABASE_URL": given})

        assert found.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MAKEGOOD_PUBLIK_URL", "MAKEGOOD_PUBLIC_URL"),
        ("MAKEGOOD_PUBLICURL", "MAKEGOOD_PUBLIC_URL"),
        ("MAKEGOOD_TRUSTED_PROXY", "MAKEGOOD_TRUSTED_PROXIES"),
        ("MAKEGOOD_SECRET_KEY_FLE", "MAKEGOOD_SECRET_KEY_FILE"),
        ("makegood_public_url", "MAKEGOOD_PUBLIC_URL"),
    ],
)
def test_misspelt_setting_is_named_with_what_was_meant(name: str, meant: str) -> None:
    with pytest.raises(WrongSetting, match=f"^{name} is no setting: did you mean {meant}\\?$"):
        settings.load({**GOOD, name: "http://127.0.0.1:8000"})


@pytest.mark.parametrize(
    "field", [annotation for annotation in settings.Settings.__annotations__ if len(annotation) > 5]
)
def test_every_setting_that_lost_a_letter_stops_the_start(field: str) -> None:
    for lost in range(1, len(field)):
        misspelt = settings.PREFIX + (field[:lost] + field[lost + 1 :]).upper()

        with pytest.raises(WrongSetting, match=f"^{misspelt} is no setting: did you mean"):
            settings.load({**GOOD, misspelt: "x"})


def test_variables_that_a_platform_sets_stop_nothing_and_are_told() -> None:
    foreign = {"MAKEGOOD_SERVICE_HOST": "10.0.0.1", "MAKEGOOD_PORT_8000_TCP": "tcp://10.0.0.1:8000"}

    assert settings.load({**GOOD, **foreign}).embedded
    assert settings.unknown({**GOOD, **foreign}) == sorted(foreign)


def test_all_that_is_wrong_is_said_at_once() -> None:
    wrong = {"MAKEGOOD_LISTEN": "x:y:z", "MAKEGOOD_PUBLIC_URL": "shop", "MAKEGOOD_ZONE": "WIB"}

    with pytest.raises(WrongSetting) as refused:
        settings.load({**GOOD, **wrong, "MAKEGOOD_LOG_LEVL": "INFO"})

    said = str(refused.value).splitlines()
    assert [line.split()[0].rstrip(":") for line in said] == ["MAKEGOOD_LOG_LEVL", *wrong]

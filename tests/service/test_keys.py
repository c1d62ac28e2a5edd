"""Keys change without a shop being locked out: the vault, `flask rekey`, signed links."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from integrations.contract import Role
from integrations.errors import Misconfigured
from service.domain.errors import NotFound
from service.domain.staff.authority import OPERATOR
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.shops.reencryption import renew_secrets
from service.security.links import SIGN_IN, Links
from service.security.vault import Vault
from tests.jobs.processes import flask
from tests.world import KEY, World

OLD, NEW = KEY, Fernet.generate_key().decode()
HASH = "h" * 40


def _vault(world: World, *keys: str) -> None:
    """As after a restart with these keys."""
    object.__setattr__(world.context, "vault", Vault(keys, HASH))


def _another(world: World) -> int:
    values = {"base_url": world.url, "api_key": "another-key"}
    return connections.connect(
        world.context,
        world.shop_id,
        OPERATOR,
        NewConnection("sandbox", "Second", [Role.ORDERS], values),
    )


def _key_of_shop(world: World) -> str:
    return world.context.config(world.connection()).values["api_key"]


def test_secret_is_unreadable_where_it_is_stored(world: World) -> None:
    stored = world.connection().secrets

    assert b"test-key" not in stored
    assert _key_of_shop(world) == "test-key"


def test_old_key_can_be_dropped_after_renewing(world: World) -> None:
    second = _another(world)
    _vault(world, NEW, OLD)
    before = _key_of_shop(world)

    renewed = renew_secrets(world.context, OPERATOR)
    _vault(world, NEW)

    assert (renewed.number, renewed.locked) == (2, ())
    assert (before, _key_of_shop(world)) == ("test-key", "test-key")
    assert connections.webhook_secret(world.context, world.connection()).startswith("whsec_")
    connections.add_webhook_secret(world.context, second, OPERATOR)


def test_old_key_is_needed_until_secrets_are_renewed(world: World) -> None:
    _vault(world, NEW)

    with pytest.raises(Misconfigured, match="MAKEGOOD_ENCRYPTION_KEYS holds no key"):
        _key_of_shop(world)


def test_what_no_key_opens_is_named_everywhere_and_goes_on_with_its_key(world: World) -> None:
    world.rate(1)
    world.work()
    _vault(world, NEW)
    browser, about = world.browser(), f"/connections/{world.connection_id}"
    world.rate(2)
    paths = ["/", about, f"/shops/{world.shop_id}", f"/cases/{world.case().reference}"]
    pages = [browser.get(path) for path in paths]
    pages += [browser.press("/me", f"{about}/{verb}") for verb in ("test", "try-now", "secret")]
    for _ in range(3):
        world.clock.move(minutes=20)
        world.work()
    waiting, paused = browser.get("/").text, world.connection()

    _vault(world, OLD)
    world.clock.move(minutes=20)
    world.work()

    assert 500 not in {page.status_code for page in pages}
    assert (paused.state, "MAKEGOOD_ENCRYPTION_KEYS" in waiting) == ("paused", True)
    assert world.connection().state == "working"


def test_locked_secret_is_named_and_keeps_nobody_else_from_renewing(world: World) -> None:
    _another(world)
    with world.context.database.transaction() as session:
        connection = session.merge(world.connection())
        connection.secrets = Vault([Fernet.generate_key().decode()], HASH).encrypt({"a": "b"})

    renewed = renew_secrets(world.context, OPERATOR)

    assert (renewed.number, renewed.locked) == (1, (f"{world.connection_id} (Sandbox)",))


def test_rekey_command_changes_keys_end_to_end(world: World) -> None:
    both = flask(world, "rekey", MAKEGOOD_ENCRYPTION_KEYS=f"{NEW} {OLD}")
    after = flask(world, "rekey", MAKEGOOD_ENCRYPTION_KEYS=NEW)
    wrong = flask(world, "rekey", MAKEGOOD_ENCRYPTION_KEYS=OLD)

    assert (both.returncode, both.stdout) == (0, "1 secrets are under the newest key.\n")
    assert after.returncode == 0
    assert wrong.returncode == 1
    assert "No key opens the secrets of: 1 (Sandbox)" in wrong.stderr


def test_fingerprint_tells_addresses_apart_without_holding_them() -> None:
    vault, other = Vault([OLD], HASH), Vault([OLD], "another" * 8)

    mark = vault.fingerprint(" Sari@Example.test ")

    assert mark == vault.fingerprint("sari@example.test")
    assert mark != vault.fingerprint("budi@example.test")
    assert mark != other.fingerprint("sari@example.test")
    assert "sari" not in mark


LINKS = Links("k" * 40, "https://makegood.example")


def test_link_opens_only_the_page_it_was_made_for() -> None:
    link = LINKS.buyer("stop", 12)
    token = link.rpartition("/")[2]

    assert link == f"https://makegood.example/b/stop/{token}"
    assert LINKS.read("buyer-stop", token, timedelta(days=1)) == 12
    with pytest.raises(NotFound, match="not valid"):
        LINKS.read("buyer-answer", token, timedelta(days=1))


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "x", lambda _: ""])
def test_changed_link_is_refused(change: object) -> None:
    token = LINKS.token("sign-in", [1, 1])

    with pytest.raises(NotFound, match="not valid"):
        LINKS.read("sign-in", change(token), SIGN_IN)  # type: ignore[operator]


def test_link_of_another_installation_is_refused() -> None:
    token = Links("o" * 40, "https://makegood.example").token("sign-in", [1, 1])

    with pytest.raises(NotFound):
        LINKS.read("sign-in", token, SIGN_IN)


def test_old_link_has_expired() -> None:
    token = LINKS.token("sign-in", [1, 1])

    with pytest.raises(NotFound, match="expired"):
        LINKS.read("sign-in", token, timedelta(seconds=-1))

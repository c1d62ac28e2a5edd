"""Mail of Outlook.com and Microsoft 365: a code is entered at Microsoft, then mail goes and comes by tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from integrations.contract import Role
from integrations.errors import Misconfigured
from service.db.models import Connection, Credential
from service.domain.errors import WrongInput
from service.domain.staff.authority import SellerRole
from service.operations.shops import connections, credentials
from service.operations.shops.connections import NewConnection
from tests.integrations.email import mailbox_server, mails
from tests.integrations.email.post_office import PostOffice, opened
from tests.platforms.microsoft import CLIENT_ID, Microsoft
from tests.web.pages import form_of, refusals_of, text_of
from tests.world import Browser, World


class Trial:
    """An e-mail connection of an account at Microsoft, with a mail server and a mailbox on loopback."""

    def __init__(self, world: World, office: PostOffice, box: mailbox_server.Box) -> None:
        self.world, self.office, self.box = world, office, box
        self.microsoft = Microsoft()
        # One set of good tokens, whoever is asked.
        office.tokens = box.tokens = self.microsoft.good
        self.id = self.connect()

    def connect(self, **changes: str) -> int:
        values = {
            "provider": "microsoft365",
            "client_id": CLIENT_ID,
            "from_address": "care@shop.example",
            "host": "127.0.0.1",
            "port": str(self.office.port),
            "security": "none",
            "imap_host": "127.0.0.1",
            "imap_port": str(self.box.port),
            **changes,
        }
        new = NewConnection("email", "Mail", [Role.MESSAGES], values)
        world = self.world
        return connections.connect(world.context, world.shop_id, world.owner, new)

    def code(self, browser: Browser) -> requests.Response:
        return browser.post(f"/connections/{self.id}/permission/code", {})

    def signed_in(self, browser: Browser, page: requests.Response) -> requests.Response:
        form = {"given": form_of(page)["given"]}
        return browser.press("/me", f"/connections/{self.id}/permission/signed-in", form)

    def allow(self) -> None:
        browser, self.microsoft.signed_in = self.world.browser(), True
        self.signed_in(browser, self.code(browser))
        self.renew_good()

    def renew_good(self) -> None:
        self.office.tokens = self.box.tokens = self.microsoft.good

    def read_up_to(self) -> str:
        """The number of the mail up to which the mailbox was read."""
        with self.world.context.database.reading() as session:
            return session.get_one(Connection, self.id).poll_cursor.rpartition(":")[2]

    def try_mail(self) -> str:
        browser = self.world.browser()
        return text_of(browser.post(f"/connections/{self.id}/test-mail", {})).lower()

    def token(self) -> str:
        return credentials.access_token(self.world.context, self.id)


@pytest.fixture
def trial(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    office = PostOffice()
    box = mailbox_server.Box({1: mails.plain()})
    with opened(office, auth_require_tls=False), mailbox_server.opened(box):
        made = Trial(world, office, box)
        monkeypatch.setattr("integrations.email.microsoft.SIGN_IN", made.microsoft.url)
        yield made
        made.microsoft.close()


def test_owner_enters_the_code_and_mail_goes_by_token(trial: Trial) -> None:
    browser = trial.world.browser()
    assert "Get a code" in browser.get(f"/connections/{trial.id}").text
    page = trial.code(browser)
    early = trial.signed_in(browser, page)
    trial.microsoft.signed_in = True
    done = trial.signed_in(browser, early)
    trial.renew_good()

    assert "HQ7R2XKM" in text_of(page)
    assert f'href="{trial.microsoft.url}/devicelogin"' in page.text
    assert "device-code" not in page.text
    assert "Nobody has signed in" in text_of(early)
    assert "HQ7R2XKM" in text_of(early)
    assert "goes on" in text_of(done)
    assert "Mail server: works" in text_of(done)
    assert "Mailbox for answers: works" in text_of(done)
    assert "sent to owner@example.test" in trial.try_mail()
    assert trial.office.recipients == ["owner@example.test"]
    assert trial.office.commands == ["AUTH", "NOOP", "AUTH", "MAIL"]
    assert trial.microsoft.asked[0]["path"] == "/common/oauth2/v2.0/devicecode"
    assert {"https://outlook.office.com/SMTP.Send", "offline_access"} < set(
        trial.microsoft.scope.split()
    )


def test_tokens_are_kept_encrypted(trial: Trial) -> None:
    trial.allow()

    with trial.world.context.database.reading() as session:
        kept = session.get_one(Credential, trial.id)
    assert b"access-0" not in kept.tokens
    assert b"refresh-0" not in kept.tokens


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("expired_token", "ended"),
        ("authorization_declined", "declined"),
        ("invalid_client", "client flows"),
    ],
)
def test_refused_sign_in_says_why_and_offers_another_code(
    trial: Trial, error: str, said: str
) -> None:
    browser = trial.world.browser()
    page = trial.code(browser)
    trial.microsoft.refuses = error

    answer = trial.signed_in(browser, page)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Get a code" in text_of(answer)


def test_app_that_microsoft_does_not_know_is_said_to_be_wrong(trial: Trial) -> None:
    trial.microsoft.refuses = "unauthorized_client"

    answer = trial.code(trial.world.browser())

    assert answer.status_code == 422
    assert "look at its ID" in text_of(answer)


def test_code_of_another_person_or_connection_is_no_use(trial: Trial) -> None:
    page = trial.code(trial.world.browser())
    trial.microsoft.signed_in = True
    other = trial.world.seller("other@example.test", SellerRole.OWNER)

    answer = trial.signed_in(trial.world.browser(other), page)
    trial.id = trial.connect()
    elsewhere = trial.signed_in(trial.world.browser(), page)

    assert (answer.status_code, elsewhere.status_code) == (404, 404)
    with pytest.raises(Misconfigured, match="allow Makegood access"):
        trial.token()


def test_token_is_renewed_before_it_ends(trial: Trial) -> None:
    trial.allow()
    trial.world.clock.move(minutes=51)

    assert (trial.token(), trial.token()) == ("access-1", "access-1")
    assert trial.microsoft.refreshes == 1


def test_token_that_the_mail_server_refuses_is_renewed_once(trial: Trial) -> None:
    trial.allow()
    trial.office.commands.clear()
    trial.office.tokens = {"access-1"}

    assert "sent to owner@example.test" in trial.try_mail()
    assert trial.microsoft.refreshes == 1
    assert trial.office.commands.count("AUTH") == 2


def test_wrong_account_is_told_from_a_wrong_password(trial: Trial) -> None:
    trial.allow()
    trial.office.tokens = set()

    assert "the account you signed in with" in trial.try_mail()


def test_permission_that_was_taken_back_becomes_a_task(trial: Trial) -> None:
    trial.allow()
    trial.world.clock.move(days=1, hours=1)
    trial.microsoft.refuses = "invalid_grant"

    trial.world.work()
    # What asked for access while another worker renewed it asks again.
    trial.world.clock.move(seconds=30)
    trial.world.work()

    with trial.world.context.database.reading() as session:
        assert session.get_one(Credential, trial.id).refused
    assert "allow it again" in text_of(trial.world.browser().get("/"))
    trial.allow()
    assert "sent to owner@example.test" in trial.try_mail()


def test_microsoft_that_is_away_ends_nothing(trial: Trial) -> None:
    trial.allow()
    trial.world.clock.move(minutes=51)
    trial.microsoft.refuses = "temporarily_unavailable"

    assert (trial.token(), trial.token()) == ("access-0", "access-1")


def test_answers_are_read_from_the_mailbox_by_token(trial: Trial) -> None:
    trial.allow()
    trial.box.tokens = {"access-1"}

    trial.world.work()

    assert trial.read_up_to() == "1"
    assert trial.microsoft.refreshes == 1


def test_mailbox_with_a_password_of_its_own_keeps_it(trial: Trial) -> None:
    trial.id = trial.connect(imap_username="care", imap_password=mailbox_server.PASSWORD)

    trial.allow()
    trial.box.tokens = set()

    trial.world.work()

    assert trial.read_up_to() == "1"


def test_mailbox_waits_in_silence_until_the_owner_has_signed_in(trial: Trial) -> None:
    trial.world.work()
    page = trial.world.browser().get("/").text
    trial.allow()
    trial.world.clock.move(minutes=1)
    trial.world.work()

    assert "mailbox" not in page
    assert trial.read_up_to() == "1"


def test_account_that_may_not_read_is_told_beside_its_name(trial: Trial) -> None:
    trial.allow()
    trial.box.tokens = set()

    answer = trial.world.browser().post(f"/connections/{trial.id}/test", {})

    assert "IMAP must be allowed" in refusals_of(answer)["username"]


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "my app"}, "client_id"),
        ({"tenant": "a/b"}, "tenant"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(
    trial: Trial, entries: dict[str, str], field: str
) -> None:
    with pytest.raises(WrongInput) as refused:
        trial.connect(**entries)

    assert field in refused.value.fields


def test_password_of_an_organization_still_works_where_no_app_is_entered(trial: Trial) -> None:
    trial.id = trial.connect(client_id="", password="old")
    browser = trial.world.browser()

    assert "Get a code" not in browser.get(f"/connections/{trial.id}").text
    answer = browser.press("/me", f"/connections/{trial.id}/permission/code")
    assert answer.status_code == 404
    assert not refusals_of(answer)

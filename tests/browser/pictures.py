"""Takes the pictures of the docs: `make pictures`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import KETTLE, LAMP, SCARF
from tests.browser.phone import makegood, phone, sign_in
from tests.world import World

DOCS = Path(__file__).resolve().parents[2] / "docs"
RATED = (
    (1, KETTLE, "Barang datang pecah, kemasan tipis sekali."),
    (1, KETTLE, "Tutupnya retak, bocor kalau dituang."),
    (2, SCARF, "Warna salah, pesan biru dapat merah."),
    (3, SCARF, "Pengiriman lama, seminggu lebih."),
    (1, LAMP, "Lampunya tidak nyala."),
    (1, KETTLE, "Tangan anak saya melepuh kena uapnya!"),
)


def _rated(world: World) -> None:
    for number, (stars, product, words) in enumerate(RATED):
        with world.sandbox.ledger.write() as connection:
            connection.execute(
                "INSERT INTO buyer (name, email, country, language, zone) VALUES (?, ?, ?, ?, ?)",
                (f"Buyer {number}", f"buyer{number}@example.test", "ID", "id", "Asia/Jakarta"),
            )
            order = add_order(connection, number + 1, product, world.clock.now())
        world.rate(stars, words, order)
        world.work()
        world.clock.move(hours=5)
    world.work()


def _take(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.screenshot(path=DOCS / f"{name}.png")


def main() -> None:
    """Take all of them, on a phone, in English."""
    with TemporaryDirectory() as folder, makegood(Path(folder)) as world, phone() as page:
        _rated(world)
        sign_in(page, world)
        _take(page, world.url, "waiting")
        _take(page, f"{world.url}/cases/{world.cases()[0].reference}", "case")
        _take(page, f"{world.url}/reports?kind=week", "reports")


if __name__ == "__main__":
    main()

"""The page on which an owner sets how buyers are thanked, and what programs may do."""

from __future__ import annotations

from service.db.models import Shop
from service.domain.remedies.thanks import Gesture, Profile, thanks_from_data
from tests.world import World

FORM = {
    "on": "y",
    "apart_days": "30",
    "again_days": "90",
    "otherwise": "card",
    "early_access": "Warna baru dibuka hari Jumat.",
    "vouchers-0-currency": "IDR",
    "vouchers-0-amount": "15.000",
    "voucher_days": "45",
    **{
        f"{profile.value}-{name}": text
        for profile in Profile
        for name, text in (("name", "Tenang"), ("likes", "Kartu"), ("gesture", "voucher"))
    },
}


def _save(world: World, **changes: str) -> int:
    path = f"/shops/{world.shop_id}/thanks"
    return world.browser().press(path, path, {**FORM, **changes}).status_code


def _shop(world: World) -> Shop:
    with world.context.database.reading() as session:
        return session.get_one(Shop, world.shop_id)


def test_settings_are_saved_and_audited(world: World) -> None:
    assert _save(world) == 200

    kept = thanks_from_data(_shop(world).thanks)
    assert (kept.on, kept.apart_days, kept.vouchers) == (True, 30, {"IDR": 1_500_000})
    assert (str(kept.profiles[Profile.RED].name), kept.fits(Profile.RED)) == (
        "Tenang",
        Gesture.VOUCHER,
    )
    assert "apart_days" in world.browser().get("/audit").text


def test_what_is_too_near_or_speaks_of_reviews_is_refused(world: World) -> None:
    assert _save(world, apart_days="3") == 422
    assert _save(world, otherwise="cash") == 422
    assert _save(world, early_access="Beri kami bintang 5 ya, nanti ada hadiah.") == 422
    assert _shop(world).thanks == {}

"""One step further once the buyer says that the problem is solved: a card, early access or a small
voucher, by what the buyer likes. It is never for a review, nor near one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.sentence import Said, Text, Words
from service.domain import fields

LONGEST_NAME, LONGEST_LIKES, LONGEST_ACCESS = 40, 200, 500
LEAST_APART, MOST_DAYS = 14, 730
WHERE = Text("thanks")


class Gesture(StrEnum):
    """What a thanks is."""

    CARD = "card"
    """A thank-you note, written by hand from a page to print."""
    EARLY_ACCESS = "early_access"
    VOUCHER = "voucher"


class RuleThanks(StrEnum):
    """What a rule of the playbook says of thanks. BY_PROFILE: what fits the buyer. A gesture: that one
    for buyers of whom nothing is known. NONE: its buyers are not thanked."""

    BY_PROFILE = "by_profile"
    CARD = "card"
    EARLY_ACCESS = "early_access"
    VOUCHER = "voucher"
    NONE = "none"

    @property
    def gesture(self) -> Gesture | None:
        """The gesture it names."""
        return Gesture(self.value) if self.value in set(Gesture) else None


class Profile(StrEnum):
    """What a buyer likes, as a seller noted it or the buyer said. Never guessed."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    PURPLE = "purple"


GESTURES: Mapping[Gesture, Text] = {
    Gesture.CARD: Text("Thank-you note"),
    Gesture.EARLY_ACCESS: Text("Early access"),
    Gesture.VOUCHER: Text("Small voucher"),
}


RULE_THANKS: Mapping[RuleThanks, Text] = {
    RuleThanks.BY_PROFILE: Text("what fits the buyer"),
    RuleThanks.CARD: Text("Thank-you note, unless something else fits the buyer"),
    RuleThanks.EARLY_ACCESS: Text("Early access, unless something else fits the buyer"),
    RuleThanks.VOUCHER: Text("Small voucher, unless something else fits the buyer"),
    RuleThanks.NONE: Text("no thanks"),
}


@dataclass(frozen=True, slots=True)
class Preference:
    """One profile as the shop fills it: its name, what such a buyer likes, and what fits."""

    name: Said
    likes: Said
    gesture: Gesture


SHIPPED: Mapping[Profile, Preference] = {
    Profile.RED: Preference(
        Text("Red"), Text("Short and to the point; something of use at once"), Gesture.VOUCHER
    ),
    Profile.YELLOW: Preference(
        Text("Yellow"), Text("News and surprises, before others have them"), Gesture.EARLY_ACCESS
    ),
    Profile.GREEN: Preference(Text("Green"), Text("A personal word, in peace"), Gesture.CARD),
    Profile.PURPLE: Preference(
        Text("Purple"), Text("Care for detail; something chosen with thought"), Gesture.CARD
    ),
}


@dataclass(frozen=True, slots=True)
class ThanksSettings:
    """What a shop set. `apart_days`: so many days lie between a thanks and an invitation to update a
    review, whichever comes first. `again_days`: so long after a thanks the buyer gets no other.
    `vouchers`: the amount of a voucher, minor units by currency. `otherwise`: what fits a buyer of whom
    nothing is known. `early_access`: what is opened early, in the shop's words."""

    on: bool = False
    apart_days: int = 60
    again_days: int = 180
    voucher_days: int = 60
    vouchers: Mapping[str, int] = field(default_factory=dict)
    early_access: str = ""
    otherwise: Gesture = Gesture.CARD
    profiles: Mapping[Profile, Preference] = field(default_factory=lambda: SHIPPED)

    @property
    def apart(self) -> timedelta:
        """How far a thanks and an invitation stay from each other."""
        return timedelta(days=self.apart_days)

    def fits(
        self, profile: Profile | None, rule: RuleThanks = RuleThanks.BY_PROFILE
    ) -> Gesture | None:
        """What fits: by what the buyer likes, where that is known, else as the rule says, else as the
        shop does; None where the rule wants no thanks."""
        if rule is RuleThanks.NONE:
            return None
        return self.profiles[profile].gesture if profile else rule.gesture or self.otherwise


_KEYS = (
    "on",
    "apart_days",
    "again_days",
    "voucher_days",
    "vouchers",
    "early_access",
    "otherwise",
    "profiles",
)


def thanks_from_data(data: object) -> ThanksSettings:
    """Read a shop's settings, `{}` for those that ship; raises `WrongInput` naming the key."""
    rows, standard = fields.table(data, WHERE, _KEYS), ThanksSettings()

    def days(key: str, otherwise: int, least: int) -> int:
        return fields.number(rows, key, WHERE, least=least, most=MOST_DAYS) or otherwise

    profiles = fields.table(rows.get("profiles", {}), WHERE, list(Profile))
    return ThanksSettings(
        on=fields.flag(rows, "on", WHERE, default=False),
        apart_days=days("apart_days", standard.apart_days, LEAST_APART),
        again_days=days("again_days", standard.again_days, LEAST_APART),
        voucher_days=days("voucher_days", standard.voucher_days, 1),
        vouchers=fields.amounts(rows, "vouchers", WHERE),
        early_access=_at_most(rows, "early_access", LONGEST_ACCESS),
        otherwise=fields.choice(rows, "otherwise", WHERE, Gesture)
        if "otherwise" in rows
        else standard.otherwise,
        profiles={each: _preference(each, profiles.get(each, {})) for each in Profile},
    )


def _preference(profile: Profile, data: object) -> Preference:
    shipped = SHIPPED[profile]
    rows = fields.table(data, WHERE, ("name", "likes", "gesture"))
    name = _at_most(rows, "name", LONGEST_NAME)
    likes = _at_most(rows, "likes", LONGEST_LIKES)
    return Preference(
        Words(name) if name else shipped.name,
        Words(likes) if likes else shipped.likes,
        fields.choice(rows, "gesture", WHERE, Gesture) if "gesture" in rows else shipped.gesture,
    )


def _at_most(rows: Mapping[str, object], key: str, longest: int) -> str:
    text = str(rows.get(key, "")).strip()
    if len(text) > longest:
        raise fields.wrong(WHERE, key, Text("may have %(most)s letters at most", most=longest))
    return text


@dataclass(frozen=True, slots=True)
class ThanksFacts:
    """What decides whether a buyer is thanked now. `rule`: what the rule that proposed the make-good
    says. `review_changed`: that of this case was, ever;
    `changed_at`: when the buyer last changed any. `invited_at`: when an invitation last went out to this
    buyer, or may have. `inviting`: one is planned, drafted, or stuck. `thanked_at`: the last thanks."""

    now: datetime
    following_up: bool
    solved: bool
    in_doubt: bool
    known_buyer: bool
    rule: RuleThanks
    review_changed: bool
    changed_at: datetime | None
    inviting: bool
    invited_at: datetime | None
    thanked_at: datetime | None


def refusal(settings: ThanksSettings, facts: ThanksFacts) -> Text | None:
    """Why this buyer is not thanked now; None where they may be."""
    again = timedelta(days=settings.again_days)
    for holds, reason in (
        (not settings.on, Text("Thanking buyers is switched off for this shop.")),
        (not facts.following_up, Text("The case is not one that is being followed up.")),
        (facts.in_doubt, Text("A person has to look at this case first.")),
        (not facts.solved, Text("The buyer has not said that the problem is solved.")),
        (
            facts.rule is RuleThanks.NONE,
            Text("The playbook wants no thanks for cases of this rule."),
        ),
        (not facts.known_buyer, Text("It is not known who the buyer is.")),
        (
            facts.review_changed or is_near(facts.changed_at, facts.now, settings.apart),
            Text("The buyer has changed a review: a thanks would seem to be for it."),
        ),
        (
            facts.inviting,
            Text("An invitation to update the review is planned. Leave it out first."),
        ),
        (
            is_near(facts.invited_at, facts.now, settings.apart),
            Text(
                "The buyer was invited to update a review in the last %(days)s days.",
                days=settings.apart_days,
            ),
        ),
        (
            is_near(facts.thanked_at, facts.now, again),
            Text("The buyer was thanked in the last %(days)s days.", days=settings.again_days),
        ),
    ):
        if holds:
            return reason
    return None


def is_near(then: datetime | None, now: datetime, apart: timedelta) -> bool:
    """Whether something of then is too near to now; None is never."""
    return then is not None and now < then + apart

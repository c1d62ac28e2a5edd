"""What the audit calls a change, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sentence import Text, Words
from service.web.i18n import label

CHANGES: Mapping[str, Text] = {
    "shop.added": Text("Shop added"),
    "shop.name": Text("Name of the shop"),
    "shop.zone": Text("Time zone"),
    "shop.country": Text("Country"),
    "shop.language": Text("Language of messages to buyers"),
    "shop.playbook": Text("Playbook"),
    "shop.automatic": Text("What goes through by itself"),
    "shop.follow_ups": Text("Times of messages"),
    "shop.texts": Text("Texts to buyers"),
    "shop.asking": Text("Asking and inviting buyers"),
    "shop.answering": Text("First answer"),
    "connection.added": Text("Connection added"),
    "connection.name": Text("Name of the connection"),
    "connection.roles": Text("What a connection is used for"),
    "connection.values": Text("Connection: address and settings"),
    "connection.threshold": Text("Highest rating that counts as low"),
    "connection.secrets": Text("Keys and secrets changed"),
    "connection.reencrypted": Text("Keys and secrets encrypted anew"),
    "connection.allowed": Text("Makegood allowed to use the shop"),
    "connection.disconnected": Text("Disconnected"),
    "connection.resumed": Text("Connection let go on"),
    "delivery.read_again": Text("Delivery read again"),
    "delivery.set_aside": Text("Delivery set aside"),
    "membership.added": Text("Joined the shop"),
    "membership.role": Text("Role"),
    "membership.limits": Text("Limits"),
    "membership.removed": Text("Left the shop"),
    "seller.added": Text("Seller added"),
    "seller.email": Text("E-mail address"),
    "seller.name": Text("Name"),
    "seller.language": Text("Language"),
    "seller.active": Text("May sign in"),
    "seller.password_hash": Text("Password changed"),
    "seller.refused": Text("Sign-in refused: too many tries"),
    "invitation.added": Text("Invitation made"),
    "invitation.ended_at": Text("Invitation used or taken back"),
    "sign_in.ended": Text("Signed out from afar"),
    "api_token.added": Text("Token made"),
    "api_token.revoked_at": Text("Token ended"),
    "buyer.erased": Text("Buyer's data removed"),
}


def change(what: str) -> str:
    """What was changed."""
    return label(CHANGES.get(what, Words(what)))

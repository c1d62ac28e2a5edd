"""Pictures on other hosts: fetched within limits, and re-encoded.

Nothing goes on as it came. A picture is recognised by what it holds, decoded, made smaller and drawn on a new
one, so that no place where a camera stood, no comment and nothing hidden in the file goes along.
"""

from __future__ import annotations

import threading
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from integrations.errors import Rejected, Temporary
from integrations.http import Http, Response
from integrations.network import loopback
from integrations.sentence import Text
from integrations.text import is_web_link

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPE = "image/jpeg"
"""The media type of every re-encoded picture."""
KINDS = ("JPEG", "PNG", "WEBP", "GIF")
"""What is decoded at all, by Pillow's names; no other decoder is ever tried."""
MOST_PIXELS = 25_000_000
"""More than the cameras of telephones give by themselves. A picture is decoded in memory, four bytes each."""
MOST_SCANS = 30
"""Scans of a JPEG: encoders make about ten, and each may cost a pass over the whole picture."""
MOST_REDIRECTS = 3
SECONDS = 8.0
"""For all calls of one picture."""
AT_ONCE = 4
"""Pictures fetched at once in one process: a host that does not answer leaves most threads to the pages."""
TURN_SECONDS = 2.0
"""How long a picture waits for its turn."""
QUALITY = 80
_SCAN = b"\xff\xda"
"""Begins a scan, and stands nowhere else in one (ITU-T T.81, B.1.1.2)."""

GONE = Text("it is no longer there")
NO_PICTURE = Text("it is no JPEG, PNG, WebP or GIF")
TOO_LARGE = Text("it is too large to be shown here")
DAMAGED = Text("the file is damaged")
NOT_ENCRYPTED = Text("its address does not begin with https://")
TOO_FAR = Text("its address leads to others again and again")
BUSY = Text("too many pictures are being fetched: try again in a moment")

_turns = threading.BoundedSemaphore(AT_ONCE)


def picture(http: Http, address: str, longest_side: int) -> bytes:
    """The picture at an address as a JPEG whose longer side has so many pixels at most. Raises one of
    our errors, nothing done, where there is none to show."""
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise Temporary(BUSY, outcome="not_done")
    try:
        with http.within(SECONDS):
            content = _fetched(http, address)
        return drawn(content, longest_side)
    finally:
        _turns.release()


def _fetched(http: Http, address: str) -> bytes:
    """What stands there, or where it leads; each address on the way is looked at as the first one is."""
    for _ in range(MOST_REDIRECTS + 1):
        _check(address)
        response = http.call(
            "GET", address, headers={"Accept": "image/*", "Accept-Encoding": "identity"}
        )
        onward = response.headers.get("location", "")
        if not (300 <= response.status < 400 and onward):
            return _content(response)
        address = _joined(address, onward)
    raise Rejected(TOO_FAR)


def _check(address: str) -> None:
    """No key goes along, and whoever stands between could put another picture in the place of this one;
    on one's own machine nobody does."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not loopback(parts.hostname or ""):
        raise Rejected(NOT_ENCRYPTED)


def _joined(address: str, onward: str) -> str:
    try:
        joined = urljoin(address, onward)
    except ValueError:
        joined = ""
    if not is_web_link(joined):
        raise Rejected(GONE)
    return joined


def _content(response: Response) -> bytes:
    if response.status in (404, 410):
        raise Rejected(GONE)
    if not response.ok:
        raise Temporary(
            "its host answered %(status)s", status=str(response.status), outcome="not_done"
        )
    return response.body


def drawn(content: bytes, longest_side: int) -> bytes:
    """A picture drawn anew, as a JPEG without anything beside it. Raises `Rejected` for what is none, is
    damaged, or would take too much memory or time."""
    # 3 MB, where pictures are shown.
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(BytesIO(content), formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS or content.count(_SCAN) > MOST_SCANS:
                raise Rejected(TOO_LARGE)
            return _encoded(image, longest_side)
    except UnidentifiedImageError as error:
        raise Rejected(NO_PICTURE) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Rejected(TOO_LARGE) from error
    except Rejected:
        raise
    except Exception as error:
        # A file that is wrong on purpose may break a decoder in any way.
        raise Rejected(DAMAGED) from error


def _encoded(image: Image, longest_side: int) -> bytes:
    from PIL import ImageOps  # noqa: PLC0415
    from PIL.Image import new  # noqa: PLC0415

    # A JPEG is then decoded at a fraction of its size.
    image.draft("RGB", (2 * longest_side, 2 * longest_side))
    upright = ImageOps.exif_transpose(image)
    ground = new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        ground.paste(layer, mask=layer.getchannel("A"))
    else:
        ground.paste(upright.convert("RGB"))
    ground.thumbnail((longest_side, longest_side))
    out = BytesIO()
    ground.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()

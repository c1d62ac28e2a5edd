"""Pictures of other hosts: what is shown of them, and what hostile ones cannot do."""

from __future__ import annotations

import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from integrations import pictures
from integrations.errors import AdapterError, Misconfigured, Rejected, Temporary
from integrations.http import Http
from integrations.network import LOOPBACK, Network
from tests.integrations.lines import Answer, drip, listening, raw, served, silence

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
SIDE = 320


def file_of(
    kind: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **given: Any
) -> bytes:
    """A picture in red, as a file."""
    out = BytesIO()
    Image.new(mode, size, "red" if mode != "L" else 90).save(out, kind, **given)
    return out.getvalue()


def sent(body: bytes, head: str = "Content-Type: image/jpeg\r\n") -> Answer:
    """An answer with this body, which says itself that it is a JPEG."""

    def send(line: socket.socket) -> None:
        start = f"HTTP/1.1 200 OK\r\nConnection: close\r\n{head}Content-Length: {len(body)}\r\n\r\n"
        line.sendall(start.encode() + body)

    return send


def endless(line: socket.socket) -> None:
    """50 MB, without saying so before."""
    line.sendall(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff"
    )
    for _ in range(50):
        line.sendall(bytes(1024 * 1024))


def refused(answer: Answer, http: Http | None = None) -> AdapterError:
    with served(answer) as line, pytest.raises(AdapterError) as caught:
        pictures.picture(http or Http(), f"{line.url}/1.jpg", SIDE)
    assert caught.value.outcome == "not_done"
    return caught.value


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_picture_of_each_kind_becomes_a_small_jpeg(kind: str) -> None:
    with served(sent(file_of(kind))) as line:
        picture = opened(pictures.picture(Http(), f"{line.url}/1.jpg", SIDE))

    assert (picture.format, picture.size) == ("JPEG", (320, 240))
    red, green, blue = picture.getpixel((160, 120))  # type: ignore[misc]
    assert (red > 200, green < 60, blue < 60) == (True, True, True)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("WEBP", "RGBA")],
)
def test_every_way_of_keeping_colours_is_drawn(kind: str, mode: str) -> None:
    out = BytesIO()
    Image.new("RGB", (640, 480), "red").convert(mode).save(out, kind)

    assert opened(pictures.drawn(out.getvalue(), SIDE)).mode == "RGB"


def test_picture_is_never_made_larger_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Orientation: the camera was turned.

    assert opened(pictures.drawn(file_of("JPEG", (40, 30), exif=exif), SIDE)).size == (30, 40)


def test_clear_parts_become_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")

    assert opened(pictures.drawn(out.getvalue(), SIDE)).getpixel((20, 15)) == (255, 255, 255)


def test_nothing_beside_the_picture_goes_along() -> None:
    """Not the place where it was taken, nor a comment, nor a profile, nor what stands behind its end."""
    exif = Image.Exif()
    exif[0x010F] = "Kamera-Rahasia"
    exif[0x8825] = {1: "S", 2: (6.0, 10.0, 30.0)}
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "Kamera-Rahasia")
    given = [
        file_of("JPEG", exif=exif, comment=b"Kamera-Rahasia", icc_profile=b"Kamera-Rahasia"),
        file_of("PNG", pnginfo=info),
    ]
    for content in given:
        assert b"Kamera-Rahasia" in content

        out = pictures.drawn(content + b"Kamera-Rahasia<script>", SIDE)

        assert b"Kamera" not in out
        assert b"Exif" not in out
        assert opened(out).info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    "body",
    [SVG, HTML, b"", b"GIF89a", b"%PDF-1.7", b"\0" * 100, b"BM" + bytes(60)],
    ids=["svg", "html", "empty", "gif", "pdf", "zeros", "bmp"],
)
def test_what_is_no_picture_is_refused_whatever_it_says_it_is(body: bytes) -> None:
    assert refused(sent(body)).text in (pictures.NO_PICTURE, pictures.DAMAGED)


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM", "PDF"])
def test_other_decoders_are_never_tried(kind: str) -> None:
    assert refused(sent(file_of(kind))).text == pictures.NO_PICTURE


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_picture_that_is_cut_short_is_refused(kind: str) -> None:
    noise = Image.effect_noise((640, 480), 80).convert("RGB")
    out = BytesIO()
    noise.save(out, kind)

    assert refused(sent(out.getvalue()[: len(out.getvalue()) // 2])).text == pictures.DAMAGED


def test_body_without_a_length_is_not_read_to_its_end() -> None:
    assert "too large to read" in str(refused(endless))


def _png_of(side: int) -> bytes:
    """A PNG that says it has so many pixels each way, and packs them into next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(1 + side // 8)) for _ in range(side)) + rows.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "side", [5_008, 10_000, 20_000], ids=["above ours", "warned of", "refused"]
)
def test_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    content = _png_of(side)
    assert len(content) < 100_000

    began = time.monotonic()
    assert refused(sent(content)).text == pictures.TOO_LARGE
    assert time.monotonic() - began < 5


def test_jpeg_of_many_scans_is_refused() -> None:
    whole = file_of("JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]

    many = whole[:-2] + scan * pictures.MOST_SCANS + whole[-2:]

    assert refused(sent(many)).text == pictures.TOO_LARGE


@pytest.mark.parametrize(
    "answer", [silence, drip("HTTP/1.1 200 OK\r\n\r\n", ".")], ids=["silent", "slow"]
)
def test_slow_host_is_given_up(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 0.4)

    began = time.monotonic()
    error = refused(answer)

    assert (type(error), "in time" in str(error)) == (Temporary, True)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("status", "says"), [(404, "no longer there"), (410, "no longer there"), (503, "answered 503")]
)
def test_picture_that_is_gone_says_so(status: int, says: str) -> None:
    answer = raw(f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    assert says in str(refused(answer))


def _onward(address: str) -> Answer:
    return raw(
        f"HTTP/1.1 302 X\r\nConnection: close\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n"
    )


def test_redirect_is_followed_and_looked_at_as_the_first_address_is() -> None:
    with served(sent(file_of("PNG"))) as line, served(_onward(f"{line.url}/2.png")) as first:
        assert opened(pictures.picture(Http(), first.url, SIDE)).size == (320, 240)
        (asked,) = line.asked

    assert asked.startswith(b"GET /2.png ")
    assert b"authorization" not in asked.lower()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://169.254.169.254/latest/meta-data/", Misconfigured),
        ("https://10.0.0.1/1.jpg", Misconfigured),
        ("http://10.0.0.1/1.jpg", Rejected),
        ("http://shop.example/1.jpg", Rejected),
        ("file:///etc/passwd", Rejected),
        ("//[", Rejected),
    ],
)
def test_redirect_into_a_private_network_is_refused(
    address: str, kind: type[AdapterError], monkeypatch: pytest.MonkeyPatch
) -> None:
    http = Http(network=Network(LOOPBACK))
    with served(_onward(address)) as line:
        monkeypatch.setattr(socket.socket, "connect", _only(line.url))
        with pytest.raises(kind):
            pictures.picture(http, f"{line.url}/1.jpg", SIDE)


def test_redirect_without_end_is_refused() -> None:
    circles = listening(lambda opened, line: _in_circles(opened, line.url))
    with circles as line, pytest.raises(Rejected) as caught:
        pictures.picture(Http(), line.url, SIDE)

    assert caught.value.text == pictures.TOO_FAR


def test_address_without_encryption_is_not_called() -> None:
    with pytest.raises(Rejected) as caught:
        pictures.picture(Http(), "http://shop.example/1.jpg", SIDE)

    assert caught.value.text == pictures.NOT_ENCRYPTED


@pytest.fixture(name="taken")
def _taken() -> Iterator[None]:
    """All turns are taken."""
    for _ in range(pictures.AT_ONCE):
        pictures._turns.acquire()
    yield
    for _ in range(pictures.AT_ONCE):
        pictures._turns.release()


@pytest.mark.usefixtures("taken")
def test_only_so_many_are_fetched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "TURN_SECONDS", 0.05)

    assert refused(sent(file_of("JPEG"))).text == pictures.BUSY


def test_turns_are_given_back_whatever_became_of_the_picture() -> None:
    for _ in range(pictures.AT_ONCE + 1):
        assert refused(sent(HTML)).text == pictures.NO_PICTURE


def _only(url: str) -> Any:
    connect, port = socket.socket.connect, int(url.rpartition(":")[2])

    def guarded(self: socket.socket, address: Any) -> None:
        assert address == ("127.0.0.1", port), f"called {address}"
        connect(self, address)

    return guarded


def _in_circles(opened: socket.socket, url: str) -> None:
    opened.recv(65536)
    _onward(f"{url}/again")(opened)
    opened.shutdown(socket.SHUT_WR)
    threading.Event().wait(0.05)

"""Storage of images in memory, ways into it that nobody has to sign, and pictures to send."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from jobipro.application.ports.uploads import Form, Picture
from jobipro.domain.uploads import ImageType, NotTaken, Refusal


@dataclass
class FakeImages:
    """Keeps bytes by name; counts calls as S3 would have had them."""

    objects: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, ImageType] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def fetched(self, key: str, most: int) -> bytes | None:
        self.calls.append("GetObject")
        content = self.objects.get(key)
        if content is not None and len(content) > most:
            raise NotTaken(Refusal.TOO_LARGE)
        return content

    def kept(self, key: str, content: bytes, content_type: ImageType) -> None:
        self.calls.append("PutObject")
        self.objects[key], self.types[key] = content, content_type

    def removed(self, *keys: str) -> None:
        self.calls.append("DeleteObjects")
        for key in keys:
            self.objects.pop(key, None)


class FakeLinks:
    """Forms and links that say what they open."""

    def form(self, key: str, content_type: ImageType, size: int, now: datetime) -> Form:
        return Form("https://images.test", {"key": key, "Content-Type": content_type.value, "policy": f"{size} bytes"})

    def link(self, key: str) -> str:
        return f"https://images.test/{key}?signed"


def plain(content: bytes, declared: ImageType) -> Picture:
    """Make an image anew by keeping the last word of a text such as `image/jpeg a tap`; a word stands for a pixel."""
    kind, _, shows = content.decode().partition(" ")
    if kind != declared:
        raise NotTaken(Refusal.TYPE)
    return Picture(shows.encode(), len(shows), 1)


def exif(marker: str, orientation: int = 1) -> bytes:
    """Return EXIF that holds a marker in a dozen places, among them a position in Montréal."""
    made = Image.Exif()
    made[0x0112] = orientation
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):  # description, make, model, software, artist, rights
        made[tag] = marker
    inner = made.get_ifd(0x8769)
    inner[0x9003] = marker  # when it was taken
    inner[0x9286] = b"ASCII\0\0\0" + marker.encode()  # what its maker said
    inner[0xA430] = marker  # whose camera
    place = made.get_ifd(0x8825)
    place[1], place[2] = "N", (45.0, 30.0, 31.824)
    place[3], place[4] = "W", (73.0, 35.0, 16.116)
    place[0x1B] = b"ASCII\0\0\0" + marker.encode()
    place[0x1D] = marker
    return made.tobytes()


def drawn(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Return a picture whose upper left quarter is red, the rest blue."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height // 2))
    return picture.convert(mode)


def jpeg(marker: str = "", *, orientation: int = 1, size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """Return a JPEG with a marker everywhere that one may be: EXIF, position, XMP, profile, comment, behind its end."""
    given = {"exif": exif(marker, orientation)} if marker or orientation != 1 else {}
    if marker:
        xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{marker}</dc:creator></x:xmpmeta>'
        given |= {"xmp": xmp.encode(), "comment": marker.encode(), "icc_profile": marker.encode() * 8}
    return _saved(drawn(*size), "JPEG", **given, **options) + marker.encode()


def png(marker: str = "", *, mode: str = "RGB") -> bytes:
    """Return a PNG with a marker in text of all three kinds, EXIF, a chunk of its own, and behind its end."""
    if not marker:
        return _saved(drawn(mode=mode), "PNG")
    texts = PngInfo()
    texts.add_text("Comment", marker)
    texts.add_text("Author", marker, zip=True)
    texts.add_itxt("Description", marker, lang=marker, tkey=marker)
    made = _saved(drawn(mode=mode), "PNG", pnginfo=texts, exif=exif(marker))
    end = made.index(b"IEND") - 4
    return made[:end] + chunk(b"prVt", marker.encode()) + made[end:] + marker.encode()


def webp(marker: str = "", **options: Any) -> bytes:
    """Return a WebP with a marker in EXIF and XMP, and behind its end."""
    given = {"exif": exif(marker), "xmp": marker.encode()} if marker else {}
    return _saved(drawn(), "WEBP", **given, **options) + marker.encode()


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a small PNG that would fill gigabytes once decoded."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 << 20), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


SENDS: dict[ImageType, Callable[[str], bytes]] = {ImageType.JPEG: jpeg, ImageType.PNG: png, ImageType.WEBP: webp}


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()

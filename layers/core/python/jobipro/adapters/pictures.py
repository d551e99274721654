"""Pillow behind `Pictures`: an image's pixels, and nothing else that came with them.

The name and the declared type of a file prove nothing, so its first bytes choose the one decoder that gets to see it.
What comes out is drawn on a new canvas: no EXIF, position, thumbnail, colour profile, comment or trailing byte has a
way there. Pillow is loaded with the first image.
"""

import struct
import warnings
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

from jobipro.application.ports.uploads import Picture
from jobipro.domain.uploads import LARGEST, LONGEST_SIDE, MOST_PIXELS, ImageType, NotTaken, Refusal

if TYPE_CHECKING:
    from PIL.Image import Image

DECODERS: Mapping[ImageType, str] = {ImageType.JPEG: "JPEG", ImageType.PNG: "PNG", ImageType.WEBP: "WEBP"}
QUALITY = 85
ORIENTATION = 0x0112

MOST_SCANS = 100
"""Of a JPEG: cameras and tools write ten or so; each costs a pass over all pixels, however few bytes it has."""

BROKEN: tuple[type[Exception], ...] = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow and its decoders raise for bytes that are not what they seem."""


def picture(content: bytes, declared: ImageType) -> Picture:
    """Return an image made anew as JPEG, upright, at most `LONGEST_SIDE` pixels long and wide.

    Of one that moves, the first frame; what is transparent becomes white. `NotTaken` says why when there is none.
    """
    if len(content) > LARGEST:
        raise NotTaken(Refusal.TOO_LARGE)
    if found_type(content) is not declared:
        raise NotTaken(Refusal.TYPE)
    if declared is ImageType.JPEG and content.count(b"\xff\xda") > MOST_SCANS:
        raise NotTaken(Refusal.UNREADABLE)
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd about an image; where they are printed is a log
            return _made_anew(content, DECODERS[declared])
    except DecompressionBombError as error:
        raise NotTaken(Refusal.TOO_MANY_PIXELS) from error
    except BROKEN as error:
        raise NotTaken(Refusal.UNREADABLE) from error


def found_type(content: bytes) -> ImageType | None:
    """Return what the first bytes say that an image is."""
    if content.startswith(b"\xff\xd8\xff"):
        return ImageType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageType.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ImageType.WEBP
    return None


def _made_anew(content: bytes, decoder: str) -> Picture:
    from PIL import Image

    with Image.open(BytesIO(content), formats=[decoder]) as first:
        _bounded(first)
        first.verify()
    with Image.open(BytesIO(content), formats=[decoder]) as sent:
        _bounded(sent)
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        sent.load()
        drawn = _turned(_small(sent), _orientation(sent))
    canvas = Image.new("RGB", drawn.size, "white")
    canvas.paste(drawn, mask=drawn.getchannel("A") if drawn.mode == "RGBA" else None)
    out = BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY)
    return Picture(out.getvalue(), *canvas.size)


def _bounded(image: "Image") -> None:
    """Refuse before a pixel is decoded what would take too much room once it is."""
    if image.width * image.height > MOST_PIXELS:
        raise NotTaken(Refusal.TOO_MANY_PIXELS)


def _small(sent: "Image") -> "Image":
    see_through = "A" in sent.getbands() or "transparency" in sent.info
    drawn = sent.convert("RGBA" if see_through else "RGB")
    drawn.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return drawn


def _orientation(sent: "Image") -> int:
    """Return how the camera was held, as EXIF or XMP numbers it; upright where neither can be read."""
    try:
        return int(sent.getexif().get(ORIENTATION, 1))
    except BROKEN:
        return 1


def _turned(drawn: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose

    turn = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }.get(orientation)
    return drawn if turn is None else drawn.transpose(turn)

"""Pictures made anew: upright, bounded, the right way up, and nothing in them but their pixels."""

import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jobipro.adapters.pictures import MOST_SCANS, found_type, picture
from jobipro.application.ports.uploads import Picture
from jobipro.domain.uploads import LARGEST, LONGEST_SIDE, MOST_PIXELS, ImageType, NotTaken, Refusal
from tests.fakes.images import SENDS, bomb, chunk, drawn, jpeg, png, webp

MARKER = "CnryMarkerOfAPhoto"
LEFT_OUT = (b"Exif", b"http://ns.adobe.com", b"ICC_PROFILE", b"Photoshop", MARKER.encode(), MARKER.encode("utf-16-le"))


def shown(made: Picture) -> Image.Image:
    """Return what a browser would show."""
    opened = Image.open(BytesIO(made.content))
    opened.load()
    return opened


def corner(opened: Image.Image, place: tuple[int, int]) -> str:
    """Return whether a place is rather red or rather blue."""
    found = opened.getpixel(place)
    assert isinstance(found, tuple)
    return "red" if found[0] > found[2] else "blue"


def refused(content: bytes, declared: ImageType) -> Refusal:
    with pytest.raises(NotTaken) as found:
        picture(content, declared)
    return found.value.reason


@pytest.mark.commitment("data.user-content", "purpose.bound")
@pytest.mark.parametrize("kind", ImageType)
def test_nothing_but_pixels_comes_out(kind: ImageType) -> None:
    sent = SENDS[kind](MARKER)

    made = picture(sent, kind)

    assert MARKER.encode() in sent
    assert [each for each in LEFT_OUT if each in made.content] == []
    opened = shown(made)
    assert opened.format == "JPEG"
    assert not opened.getexif()
    assert not opened.getexif().get_ifd(0x8825)
    assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ImageType)
def test_markers_change_no_byte_of_what_comes_out(kind: ImageType) -> None:
    assert picture(SENDS[kind](MARKER), kind) == picture(SENDS[kind](""), kind)


UPRIGHT = {
    1: ((60, 40), (0, 0)),
    2: ((60, 40), (59, 0)),
    3: ((60, 40), (59, 39)),
    4: ((60, 40), (0, 39)),
    5: ((40, 60), (0, 0)),
    6: ((40, 60), (39, 0)),
    7: ((40, 60), (39, 59)),
    8: ((40, 60), (0, 59)),
}
"""By orientation: how large it is upright, and which corner is the red one."""


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_it_stands_as_its_camera_was_held(orientation: int) -> None:
    size, red = UPRIGHT[orientation]

    made = picture(jpeg(orientation=orientation), ImageType.JPEG)
    opened = shown(made)

    assert (made.width, made.height) == opened.size == size
    corners = {(x, y): corner(opened, (x, y)) for x in (0, size[0] - 1) for y in (0, size[1] - 1)}
    assert {place for place, colour in corners.items() if colour == "red"} == {red}


def test_an_orientation_that_cannot_be_read_is_passed_over() -> None:
    odd = jpeg(orientation=6).replace(b"Exif\0\0MM", b"Exif\0\0XX")

    assert picture(odd, ImageType.JPEG).width == 60


def test_what_is_large_is_made_smaller_and_keeps_its_shape() -> None:
    made = picture(jpeg(size=(4096, 1024)), ImageType.JPEG)

    assert (made.width, made.height) == (LONGEST_SIDE, 512)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    opened = shown(picture(png(mode=mode), ImageType.PNG))

    assert (opened.mode, opened.size) == ("RGB", (60, 40))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpegs_of_other_colours_are_taken(mode: str) -> None:
    out = BytesIO()
    drawn(mode=mode).save(out, "JPEG")

    assert shown(picture(out.getvalue(), ImageType.JPEG)).mode == "RGB"


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")

    assert shown(picture(out.getvalue(), ImageType.PNG)).getpixel((4, 4)) == (255, 255, 255)


def test_of_what_moves_the_first_frame_is_taken() -> None:
    frames: dict[str, Any] = {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "green")], "duration": 50}
    moving = webp(**frames)

    assert corner(shown(picture(moving, ImageType.WEBP)), (0, 0)) == "red"


@pytest.mark.parametrize("declared", ImageType)
@pytest.mark.parametrize("kind", ImageType)
def test_a_file_is_what_its_bytes_say(kind: ImageType, declared: ImageType) -> None:
    if kind is declared:
        assert picture(SENDS[kind](""), declared).width == 60
    else:
        assert refused(SENDS[kind](""), declared) is Refusal.TYPE


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"%PDF-1.7", b"<svg onload='x()'/>", b"MZ", b"\0\0\0\x20ftypheic"])
def test_what_is_no_image_of_ours_is_refused(content: bytes) -> None:
    assert found_type(content) is None
    assert refused(content, ImageType.JPEG) is Refusal.TYPE


@pytest.mark.parametrize("sides", [(60_000, 60_000), (MOST_PIXELS + 1, 1), (10_001, 5_000)])
def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_decoded(sides: tuple[int, int]) -> None:
    assert len(bomb(*sides)) < 2000
    assert refused(bomb(*sides), ImageType.PNG) is Refusal.TOO_MANY_PIXELS


def test_text_in_a_png_that_would_fill_the_memory_is_refused() -> None:
    made = png()
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 << 20), 9))

    assert refused(made[:33] + text + made[33:], ImageType.PNG) is Refusal.UNREADABLE


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    made = jpeg(progressive=True)
    assert made.count(b"\xff\xda") < 20

    assert refused(made + b"\xff\xda" * MOST_SCANS, ImageType.JPEG) is Refusal.UNREADABLE


@pytest.mark.parametrize("kind", ImageType)
def test_half_of_an_image_is_refused(kind: ImageType) -> None:
    whole = SENDS[kind]("")

    assert refused(whole[: len(whole) // 2], kind) is Refusal.UNREADABLE


def test_too_many_bytes_are_refused() -> None:
    assert refused(jpeg() + bytes(LARGEST), ImageType.JPEG) is Refusal.TOO_LARGE


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from(ImageType))
def test_whatever_is_done_to_an_image_it_is_taken_or_refused_and_never_an_error(
    data: st.DataObject, kind: ImageType
) -> None:
    changed = bytearray(SENDS[kind](MARKER))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
    try:
        made = picture(bytes(changed), kind)
    except NotTaken:
        return
    assert MARKER.encode() not in made.content

"""Maps go into the PDF as they are: a PNG with a palette is what an indexed image of PDF holds.

WeasyPrint would turn each into full colour and compress it anew, twice, which takes longer than all the
text and triples the file. It takes ready images from its cache, and these are put there.
"""

import base64
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pydyf

_EMBEDDED = re.compile(r'src="(data:image/png;base64,([A-Za-z0-9+/]+=*))"')
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3  # the colour type of a PNG


def ready_images(html: str) -> dict[str, "IndexedImage"]:
    """Return the embedded pictures of a page that can go into a PDF as they are, by their address.

    Parameters
    ----------
    html
        The page.
    """
    found = {}
    for address, encoded in _EMBEDDED.findall(html):
        image = indexed(base64.b64decode(encoded)) if address not in found else None
        if image is not None:
            found[address] = image
    return found


def indexed(png: bytes) -> "IndexedImage | None":
    """Return a picture as an indexed image; None where it has no palette, is interlaced or see-through."""
    if not png.startswith(_SIGNATURE):
        return None
    chunks = list(_chunks(png))
    names = [name for name, _ in chunks]
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    if colour != _PALETTE or interlace or b"tRNS" in names:
        return None
    palette = next(data for name, data in chunks if name == b"PLTE")
    data = b"".join(data for name, data in chunks if name == b"IDAT")
    return IndexedImage(sha256(png).hexdigest(), width, height, depth, palette, data)


@dataclass(frozen=True)
class IndexedImage:
    """A picture as WeasyPrint takes it: it asks for its size, has it drawn, and writes its object once."""

    id: str
    width: int
    height: int
    depth: int
    palette: bytes
    data: bytes

    def get_intrinsic_size(self, resolution: float, _font_size: Any) -> tuple[float, float, float]:
        """Return width and height in pixels of CSS, and their ratio."""
        return self.width / resolution, self.height / resolution, self.width / self.height

    def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
        """Draw it into a rectangle of that size."""
        name = stream.add_image(self, True, 1)
        stream.transform(width, 0, 0, -height, 0, height)
        stream.draw_x_object(name)

    def get_x_object(self, _interpolate: bool, _ratio: float) -> Any:
        """Return its object: the compressed rows of the PNG, and its palette."""
        space = pydyf.Array(
            ["/Indexed", "/DeviceRGB", len(self.palette) // 3 - 1, f"<{self.palette.hex()}>".encode()]
        )
        rows = {"Predictor": 15, "Columns": self.width, "Colors": 1, "BitsPerComponent": self.depth}
        return pydyf.Stream(
            [self.data],
            pydyf.Dictionary(
                {
                    "Type": "/XObject",
                    "Subtype": "/Image",
                    "Width": self.width,
                    "Height": self.height,
                    "ColorSpace": space,
                    "BitsPerComponent": self.depth,
                    "Interpolate": "true",
                    "Filter": "/FlateDecode",
                    "DecodeParms": pydyf.Dictionary(rows),
                }
            ),
        )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks of a PNG: each its name and its data."""
    at = len(_SIGNATURE)
    while at + 8 <= len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12

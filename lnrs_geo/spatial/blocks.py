"""A file of blocks, each with its digest: read a few of many, and never one that has been damaged.

    magic | block | block | ... | head (JSON) | where the head is, its digest, magic

The head says where each block is and what its digest must be. Whatever is read is held against its
digest first, so that a file which was cut short or altered can be told, however little of it is read.
"""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

_MAGIC = b"lnrsgeo1"
_TAIL = struct.Struct("<QQ32s8s")

# Where a block begins, its bytes, its digest
Place = list[Any]


class DamagedFile(ValueError):
    """The file is not what was once written."""


def write_blocks(path: Path, make: Callable[[Callable[[bytes], Place]], dict[str, Any]]) -> None:
    """Write a file of blocks.

    Parameters
    ----------
    path
        The file to make.
    make
        Is given a function that writes a block and returns its place; returns the head.
    """
    with path.open("xb") as stream:

        def add(data: bytes) -> Place:
            place = [stream.tell(), len(data), hashlib.sha256(data).hexdigest()]
            stream.write(data)
            return place

        stream.write(_MAGIC)
        head = json.dumps(make(add)).encode()
        start, length, digest = add(head)
        stream.write(_TAIL.pack(start, length, bytes.fromhex(digest), _MAGIC))


class BlockReader:
    """Reads blocks of a file, and its `head` at once.

    Raises
    ------
    DamagedFile
        The file is no file of blocks, cut short, or its head was altered.
    OSError
        It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO = path.open("rb")
        try:
            self.head = self._read_head(path.stat().st_size)
        except BaseException:
            self._stream.close()
            raise

    def __enter__(self) -> "BlockReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def block(self, place: Place) -> bytes:
        """Return the bytes of a block.

        Raises
        ------
        DamagedFile
            They are not those that were written.
        """
        start, length, digest = place
        self._stream.seek(start)
        data = self._stream.read(length)
        if hashlib.sha256(data).hexdigest() != digest:
            raise DamagedFile("A block is not what was written.")
        return data

    def _read_head(self, size_bytes: int) -> dict[str, Any]:
        if size_bytes < len(_MAGIC) + _TAIL.size or self._stream.read(len(_MAGIC)) != _MAGIC:
            raise DamagedFile("It is no file of blocks.")
        self._stream.seek(size_bytes - _TAIL.size)
        start, length, digest, magic = _TAIL.unpack(self._stream.read(_TAIL.size))
        if magic != _MAGIC or start + length + _TAIL.size != size_bytes:
            raise DamagedFile("It is cut short.")
        head: dict[str, Any] = json.loads(self.block([start, length, digest.hex()]))
        return head

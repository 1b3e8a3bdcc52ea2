"""A file as text: opened, unpacked within limits, decoded, and read again as often as needed."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from consilience.errors import InputError
from consilience.records.encoding import STRAY_BYTES, find_encoding

CHUNK = 1 << 20
LINE_LIMIT = 1 << 25
UNPACKED_LIMIT = 64 << 30
FREE_UNPACKED = 64 << 20
RATIO_LIMIT = 200
MEMBER_LIMIT = 1000


@dataclass(slots=True)
class Unpacking(io.RawIOBase):
    """Bytes that come out of a packed file, refused when far more come out than went in."""

    stream: IO[bytes]
    packed: int
    name: str
    seen: int = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read into a buffer, counting."""
        try:
            got = self.stream.read(len(buffer))
        except (
            OSError,
            EOFError,
            zipfile.BadZipFile,
            ValueError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise InputError(
                f"{self.name} cannot be unpacked ({error}); please fetch or export it again"
            ) from None
        except Exception as error:
            if type(error).__module__ not in ("zlib", "lzma", "bz2"):
                raise
            raise InputError(f"{self.name} is damaged ({error}); please fetch or export it again") from None
        self.seen += len(got)
        if self.seen > max(FREE_UNPACKED, min(UNPACKED_LIMIT, RATIO_LIMIT * self.packed)):
            raise InputError(
                f"{self.name} unpacks to more than {self.seen >> 20} MB from {self.packed} bytes, which no "
                "export does; unpack it yourself if you trust it"
            )
        buffer[: len(got)] = got
        return len(got)

    def readable(self) -> bool:
        """It can be read."""
        return True


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file, or one member of a zip; ``content`` where it is in memory."""

    name: str
    path: Path | None = None
    content: bytes | None = field(default=None, repr=False)
    member: str = ""
    encoding: str = "utf-8"

    @contextmanager
    def binary(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes."""
        with self.packed() as stream:
            if self.member:
                with _zip(stream, self.name) as archive, archive.open(archive.getinfo(self.member)) as part:
                    packed = archive.getinfo(self.member).compress_size
                    yield io.BufferedReader(Unpacking(part, packed, self.name), CHUNK)
            elif stream.read(2) == b"\x1f\x8b":
                size = stream.seek(0, io.SEEK_END)
                stream.seek(0)
                with gzip.GzipFile(fileobj=stream) as part:
                    yield io.BufferedReader(Unpacking(cast("IO[bytes]", part), size, self.name), CHUNK)
            else:
                stream.seek(0)
                yield stream

    @contextmanager
    def packed(self) -> Iterator[IO[bytes]]:
        """The bytes as they lie."""
        if self.content is not None:
            yield io.BytesIO(self.content)
            return
        assert self.path is not None
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise InputError(f"{self.path} cannot be opened: {error.strerror or error}") from None
        with stream:
            yield stream

    @contextmanager
    def text(self, newline: str | None = None) -> Iterator[IO[str]]:
        """The decoded text; bytes that are no letters are read as Windows-1252 rather than lost."""
        errors = STRAY_BYTES if self.encoding.startswith("utf-8") else "replace"
        errors = STRAY_BYTES if self.encoding == "cp1252" else errors
        with self.binary() as stream:
            text = io.TextIOWrapper(stream, encoding=self.encoding, errors=errors, newline=newline)
            try:
                yield text
            except UnicodeError as error:
                raise InputError(f"{self.name} is not {self.encoding} text: {error}") from None
            finally:
                if not text.closed:
                    text.detach()

    def lines(self) -> Iterator[str]:
        """Each line with its end; any of the three ends of line will do."""
        with self.text() as text:
            while line := text.readline(LINE_LIMIT):
                if len(line) >= LINE_LIMIT:
                    raise InputError(
                        f"{self.name} has a line of more than {LINE_LIMIT >> 20} MB; no export has that"
                    )
                yield line

    def chunks(self) -> Iterator[str]:
        """The text in pieces."""
        with self.text() as text:
            while chunk := text.read(CHUNK):
                yield chunk

    def head(self, characters: int = 65536) -> str:
        """The beginning of the text."""
        with self.text() as text:
            return text.read(characters)

    def raw_chunks(self) -> Iterator[bytes]:
        """The unpacked bytes in pieces."""
        with self.binary() as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def open_sources(path: str | Path | bytes, encoding: str | None = None) -> list[SourceFile]:
    """The file, or each file in a zip, with its encoding found."""
    found = (
        [SourceFile("(bytes)", content=path)]
        if isinstance(path, bytes)
        else [SourceFile(Path(path).name, Path(path))]
    )
    with found[0].packed() as stream:
        if stream.read(4) == b"PK\x03\x04":
            found = _members(found[0], stream)
    return [_with_encoding(one, encoding) for one in found]


def sha256(path: str | Path | bytes) -> str:
    """The digest of a file's bytes as they lie."""
    digest = hashlib.sha256()
    source = (
        SourceFile("(bytes)", content=path)
        if isinstance(path, bytes)
        else SourceFile(Path(path).name, Path(path))
    )
    with source.packed() as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _with_encoding(source: SourceFile, encoding: str | None) -> SourceFile:
    """The same source, read by the encoding that is told or found."""
    if is_workbook(source):
        return source
    found = encoding or find_encoding(source.raw_chunks())
    return SourceFile(source.name, source.path, source.content, source.member, found)


def is_workbook(source: SourceFile) -> bool:
    """Whether it is a zip that is read whole, as a spreadsheet is."""
    with source.packed() as stream:
        return not source.member and stream.read(4) == b"PK\x03\x04"


def _zip(stream: IO[bytes], name: str) -> zipfile.ZipFile:
    """An archive, or an error in plain words."""
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError) as error:
        raise InputError(f"{name} is a damaged zip file ({error}); please export it again") from None


def _members(source: SourceFile, stream: IO[bytes]) -> list[SourceFile]:
    """The files of a zip; a workbook stays one file."""
    stream.seek(0)
    with _zip(stream, source.name) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and info.file_size]
    _refuse_bombs(source.name, infos)
    names = {info.filename for info in infos}
    if any(name.startswith("xl/") for name in names):
        return [source]
    infos = [info for info in infos if not info.filename.startswith(("__MACOSX/", "."))]
    if any(info.flag_bits & 1 for info in infos):
        raise InputError(f"{source.name} is locked with a password; please unpack it and import the files")
    if not infos:
        raise InputError(f"{source.name} is a zip file with nothing in it")
    return [SourceFile(f"{source.name}/{i.filename}", source.path, source.content, i.filename) for i in infos]


def _refuse_bombs(name: str, infos: list[zipfile.ZipInfo]) -> None:
    """Stop at archives that would unpack to far more than they are."""
    total, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if len(infos) > MEMBER_LIMIT or total > max(FREE_UNPACKED, min(UNPACKED_LIMIT, RATIO_LIMIT * packed)):
        raise InputError(
            f"{name} holds {len(infos)} files and would unpack to {total >> 20} MB, which no export does; "
            "unpack it yourself if you trust it"
        )

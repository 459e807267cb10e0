"""`make fuzz`: damaged files of every format are ingested; each is loaded or rejected with a reason, and none is lost.

python -m tests.benchmarks.fuzz_readers [COUNT [NAME ...]]      default 2,000 a format; seeded, so that a failure can
be repeated. Fails where a file has neither a document nor a rejection, or where a reader crashed or hung. One that is
refused memory, as where a damaged Parquet file names a column of gigabytes, has done no harm.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from backports import zstd

from flows.ingest.stage import ingest
from flows.settings import Settings
from tests.benchmarks.samples import MANY, ONE, sample, stories
from warehouse.connection import open_raw

ODD = [
    b"\x00", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"<", b">", b"&", b'"', b"'",
    b"{", b"}", b"[", b"]", b"(", b")", b"\\", b"\n", b"\r\n", b"\n\n", b"%", b"%s%n", b"../", b"<!ENTITY", b"]]>",
    b"-->", b"\\u0", b"0", b"-1", b"99999999999999999999", b"1e999", b"\xed\xa0\x80", b"\xe2\x80\xae",
    b"\xef\xbb\xbf", b"\xff\xfe", b"A" * 5000, b"(" * 500, b"<a>" * 500, b"{" * 500, b"[" * 500, b"From ",
    b"endobj", b"stream", b"Content-Type: multipart/mixed; boundary=",
]  # fmt: skip
"""What readers may stumble over."""
FAULTS = ("reader_crashed", "reader_timeout")


def damage(data: bytes, choose: random.Random) -> bytes:
    """The bytes with one to eight changes: flipped, cut out, doubled, moved, overwritten, cut off."""
    changed = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 3, 8))):
        if not changed:
            break
        at = choose.randrange(len(changed))
        length = min(choose.choice((1, 2, 8, 64, 1024)), len(changed) - at)
        kind = choose.randrange(7)
        if kind == 0:
            changed[at] ^= 1 << choose.randrange(8)
        elif kind == 1:
            del changed[at : at + length]
        elif kind == 2:
            changed[at:at] = changed[at : at + length] * choose.choice((1, 2, 50))
        elif kind == 3:
            piece = changed[at : at + length]
            del changed[at : at + length]
            to = choose.randrange(len(changed) + 1)
            changed[to:to] = piece
        elif kind == 4:
            changed[at:at] = choose.choice(ODD)
        elif kind == 5:
            piece = choose.choice(ODD)
            changed[at : at + len(piece)] = piece
        else:
            del changed[at:]
    return bytes(changed)


def damage_zipped(data: bytes, choose: random.Random) -> bytes:
    """A zip archive, or an office document, with one damaged file in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        names = archive.namelist()
        body = [name for name in names if name in ("word/document.xml", "content.xml")]
        chosen = choose.choice(body or names)
        for name in names:
            content = archive.read(name)
            copy.writestr(name, damage(content, choose) if name == chosen else content)
    return made.getvalue()


PACKERS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, gzip.compress),
    ".bz2": (bz2.decompress, bz2.compress),
    ".xz": (lzma.decompress, lzma.compress),
    ".zst": (zstd.decompress, zstd.compress),
}


def damage_packed(data: bytes, choose: random.Random, ending: str) -> bytes:
    """A packed file whose content is damaged."""
    unpack, pack = PACKERS[ending]
    return pack(damage(unpack(data), choose))


def mutations(name: str, count: int) -> list[bytes]:
    """The damaged files of a format."""
    data = sample(name, stories(3))
    ways: list[Callable[[bytes, random.Random], bytes]] = [damage]
    if zipfile.is_zipfile(io.BytesIO(data)):
        ways.append(damage_zipped)
    ending = name[name.rfind(".") :]
    if ending in PACKERS:
        ways.append(lambda packed, choose: damage_packed(packed, choose, ending))
    return [ways[number % len(ways)](data, random.Random(f"{name} {number}")) for number in range(count)]


def check(folder: Path, name: str, count: int) -> list[str]:
    """Ingest the damaged files of a format and print what came of them; the faults, a line each."""
    files = folder / name
    files.mkdir()
    stem, _, ending = name.partition(".")
    for number, data in enumerate(mutations(name, count)):
        (files / f"{stem}-{number:05}.{ending}").write_bytes(data)
    settings = Settings(data_dir=folder / f"data-{name}", max_record_seconds=20, max_reader_bytes=2**30)
    began = time.perf_counter()
    ingest([str(files)], settings, field_map={}, run_id="fuzz", now=datetime.now(UTC))
    with open_raw(settings) as connection:
        seen = connection.execute("select distinct source_uri from raw.document_sources").fetchall()
        rejected = connection.execute("select source_uri, reason_code, reason from raw.rejections").fetchall()
    loaded = {uri for (uri,) in seen}
    codes = dict(Counter(code for _, code, _ in rejected).most_common())
    print(f"{name:14} {time.perf_counter() - began:6.1f} s  {len(loaded):6,} loaded  {codes}", flush=True)
    lost = {file.name for file in files.iterdir()} - loaded - {uri for uri, _, _ in rejected}
    faults = [f"{name}: neither loaded nor rejected: {uri}" for uri in sorted(lost)]
    faults += [f"{name}: {uri}: {code}: {why}" for uri, code, why in rejected if code in FAULTS]
    failed = Counter(why.split("(", 1)[1][:150] for _, _, why in rejected if "reader failed" in why)
    for why, times in failed.most_common(5):
        print(f"{'':14} {times:,} times the reader failed ({why}")
    return faults


def main(count: int, names: list[str]) -> None:
    """Check the formats named, or all."""
    with tempfile.TemporaryDirectory() as folder:
        faults = [fault for name in names or [*ONE, *MANY] for fault in check(Path(folder), name, count)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, sys.argv[2:])

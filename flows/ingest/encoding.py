"""From bytes to text: the declared encoding, UTF-8, a byte-order mark, or what detection is sure of.

Letters tell encodings apart, so detection (charset-normalizer) is asked only where there are enough of them, and only
for encodings that news is written in. Text that somebody decoded wrongly before ("MÃ¼nchen") is put right by ftfy.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import regex

from flows.ingest import language
from flows.ingest.readers import Rejected

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = {
    "cp1252": {
        "ca": "àçèéíïòóúü·", "da": "æøåé", "de": "äöüß", "en": "éèêçñöüáíóäßåëïôâîàšžøæ", "es": "áéíñóúü¿¡",
        "et": "äöõü", "fi": "äöå", "fr": "àâæçèéêëîïôùûüÿœ", "id": "é", "it": "àèéìòù", "ms": "é", "nl": "éëïèöü",
        "no": "æøåéò", "pt": "ãáàâçéêíõóôúü", "sv": "åäöé", "sw": "é",
    },
    "cp1250": {
        "cs": "áčďéěíňóřšťúůýž", "hr": "čćđšž", "hu": "áéíóöőúüű", "pl": "ąćęłńóśźż", "ro": "ăâîşţ",
        "sk": "áäčďéíĺľňóôŕšťúýž", "sl": "čšž", "sq": "çë",
    },
    "iso8859_2": {"cs": "áčďéěíňóřšťúůýž", "hu": "áéíóöőúüű", "pl": "ąćęłńóśźż", "sk": "áäčďéíĺľňóôŕšťúýž"},
    "cp1254": {"tr": "çğıöşüâîû"},
    "cp1257": {"et": "äöõüšž", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž"},
}  # fmt: skip
"""Encodings of Latin letters by preference, the languages that they are used for, and those languages' own letters."""

_OTHER = (
    "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "iso8859_5", "gb18030", "big5", "cp932", "euc_jp", "cp949",
    "cp874",
)  # fmt: skip
_LEAD_BYTES, _TRAIL_BYTES = bytes(range(0xC2, 0xF5)), bytes(range(0x80, 0xC0))
_MISREADINGS = [
    tuple(re.escape(part.decode(encoding, errors="ignore")) for part in (_LEAD_BYTES, _TRAIL_BYTES))
    for encoding in ("cp1252", "latin-1", "cp1250", "cp1251")
]
_MISREAD = re.compile("|".join(f"[{leads}][{trails}]" for leads, trails in _MISREADINGS))
"""The first two bytes of a letter in UTF-8, read in another encoding: only lines with such a pair are looked at."""
_PERHAPS_MISREAD = re.compile("".join(f"[{''.join(parts)}]" for parts in zip(*_MISREADINGS, strict=True)))
"""The same, whichever encodings the two are read in: seven times as fast, and seldom found where nothing is wrong."""
_MIN_BYTES = 40
_PIECE_BYTES = 2**20
_MIN_UTF16_BYTES = 8
_SAMPLE_BYTES = 50_000
_NEVER_INSIDE = [bytes([byte]) for byte in b"\n\r\t ,.-"]
"""Bytes that are no part of a letter of several bytes."""
_MAX_CHAOS = 0.1
_MIN_SHARE_OF_LETTERS = 0.8
_MANY_HIGH_BYTES = 0.4
"""Latin letters with accents are seldom more than a third of a text; letters of other scripts are most of it."""
_UNWRITTEN = regex.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MARKS_OF_PRINT = frozenset("‘’“”‚„‹›«»–—…•€£°§©®\xa0¿¡´·½¼²³№ªº")
_MARK_IN_WORD = regex.compile(r"[£¯¹²³¼½¾±]\p{L}{3}|\p{L}[¼½¾¿¡£¯±]")
"""Marks that are letters in another encoding, as in `£ukasz` or `£ód¼`."""
_SLAVIC_NAME = regex.compile(r"[øæ][aeiouyáéíóú]|[aeiouyáéíóú][øæ]|\p{L}æ\b|[èÈ][aeiouá]", regex.I)
"""English with names such as `Dvoøák` and `Vuèiæ`, which are `Dvořák` and `Vučić`; `ø` is a vowel, `ř` none."""
_LABELS = {"iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""What the label means in practice (WHATWG Encoding Standard): a superset of what it says."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without its byte-order mark; the encoding as Python names it; whether letters were put right."""

    text: str
    encoding: str
    is_repaired: bool = False


def decode(data: bytes, declared: str | None = None, default: str | None = None) -> Decoded | Rejected:
    """The text of `data`; a byte-order mark wins over `declared`, this over UTF-8, `default` and detection.

    `default` is for what does not say it: it wins over UTF-8 where this would be ASCII alone, as some encodings of
    seven bits seem to be. An encoding that does not fit the bytes, or that nobody knows, counts as none. Rejected
    (`invalid_utf8`) where nothing explains the bytes, with the place of the first byte that is not UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding) or _not_utf8(data)
    named, usual = codec_name(declared), codec_name(default)
    if usual and data.isascii() and _strictly(data, usual) == Decoded(data.decode(), usual):
        usual = None  # ASCII needs no other name
    encodings = [
        encoding for encoding in (named, *((usual, "utf-8") if data.isascii() else ("utf-8", usual))) if encoding
    ]
    if not (named or usual) and b"\x00" in data[:_SAMPLE_BYTES]:
        encodings = [*_without_mark(data[:_SAMPLE_BYTES]), *encodings]
    for encoding in encodings:
        decoded = _strictly(data, encoding)
        if decoded:
            text, is_repaired = repair(decoded.text)
            return Decoded(text, decoded.encoding, is_repaired)
    detected = detect(data)
    return (_strictly(data, detected) if detected else None) or _not_utf8(data)


def decode_utf8(data: bytes) -> str | Rejected:
    """UTF-8 as text without its byte-order mark, or the place of the first byte that is not UTF-8."""
    decoded = _strictly(data, "utf-8-sig")
    return decoded.text if decoded else _not_utf8(data)


def stream_encoding(stream: BinaryIO, declared: str | None = None, default: str | None = None) -> str | Rejected:
    """The encoding of a file too large to be decoded at once, which is left at its first byte; as `decode` tells it."""
    mark = stream.read(4)
    stream.seek(0)
    for start, encoding in _MARKS:
        if mark.startswith(start):
            return "utf-8" if encoding == "utf-8-sig" else encoding
    named, usual = codec_name(declared), codec_name(default)
    if named and named != "utf-8":
        return named
    first = stream.read(_SAMPLE_BYTES)
    stream.seek(0)
    if not (named or usual) and (unmarked := _without_mark(first)):
        return unmarked[0]
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, is_ascii = 0, True
    try:
        while piece := stream.read(_PIECE_BYTES):
            decoder.decode(piece)
            offset += len(piece)
            is_ascii = is_ascii and piece.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if usual:
            return usual
        stream.seek(max(0, offset - _SAMPLE_BYTES // 2))
        sample = stream.read(_PIECE_BYTES + _SAMPLE_BYTES)
        return detect(sample) or _not_utf8(sample)
    finally:
        stream.seek(0)
    return usual if usual and is_ascii else "utf-8"


def as_utf8(stream: BinaryIO, default: str | None = None) -> BinaryIO:
    """A stream at its first byte, or what it holds as UTF-8 where its byte-order mark says UTF-16 or UTF-32.

    So it is where it has no mark and is no UTF-8, but `default` is given.
    """
    mark = stream.read(4)
    stream.seek(0)
    encoding: str | Rejected = next((name for start, name in _MARKS if mark.startswith(start)), "utf-8-sig")
    if encoding == "utf-8-sig" and codec_name(default):
        encoding = stream_encoding(stream, None, default)
    if encoding in ("utf-8", "utf-8-sig") or isinstance(encoding, Rejected):
        return stream
    copy = cast(BinaryIO, SpooledTemporaryFile(_PIECE_BYTES))  # noqa: SIM115 (it goes with its last reference)
    text = TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    while piece := text.read(_PIECE_BYTES):
        copy.write(piece.encode("utf-8", "replace"))
    text.detach()
    copy.seek(0)
    return copy


def codec_name(label: str | None) -> str | None:
    """The codec that a declared encoding means; None for none, one that is unknown, or no encoding of text."""
    try:
        name = codecs.lookup((label or "").strip(" \"'")).name
        b"".decode(name)
    except (LookupError, UnicodeError):
        return None
    return _LABELS.get(name, name)


def detect(data: bytes) -> str | None:
    """The encoding of bytes that are not UTF-8; None where several would do, or none."""
    if len(data) < _MIN_BYTES:
        return None
    sample = _around_first_high_byte(data)
    share = sum(byte >= 0x80 for byte in sample) / len(sample)
    return _detect_latin(sample) if share < _MANY_HIGH_BYTES else _detect_other(sample)


def _detect_latin(sample: bytes) -> str | None:
    """The first encoding that turns the bytes into a language that uses it, with letters which that language has."""
    for encoding, alphabets in _LATIN.items():
        text = sample.decode(encoding, errors="replace")
        spoken = language.detect(text) or ""
        letters = alphabets.get(spoken, "")
        high = [char for char in text if not char.isascii()]
        known = sum(char in _MARKS_OF_PRINT or char.lower() in letters for char in high)
        strange = [_UNWRITTEN, _MARK_IN_WORD, *([_SLAVIC_NAME] if spoken == "en" else [])]
        is_odd = any(pattern.search(text) for pattern in strange) or repair(text)[1]
        if letters and known >= _MIN_SHARE_OF_LETTERS * len(high) and not is_odd:
            return encoding
    return None


def _detect_other(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = [
        match
        for match in from_bytes(sample, cp_isolation=list(_OTHER), threshold=_MAX_CHAOS, preemptive_behaviour=False)
        if match.encoding in _OTHER and not _UNWRITTEN.search(str(match))
    ]
    best = min(
        found, key=lambda match: (round(match.chaos, 2), -match.coherence, _OTHER.index(match.encoding)), default=None
    )
    return best.encoding if best else None


def repair(text: str) -> tuple[str, bool]:
    """`text` with lines that were decoded wrongly put right, and whether there were any."""
    if text.isascii() or not (_PERHAPS_MISREAD.search(text) and _MISREAD.search(text)):
        return text, False
    import ftfy

    lines = [ftfy.fix_encoding(line) if _MISREAD.search(line) else line for line in text.splitlines(keepends=True)]
    repaired = "".join(lines)
    return repaired, repaired != text


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding)
    except (UnicodeError, LookupError):
        return None


def _without_mark(sample: bytes) -> list[str]:
    """UTF-16 as bytes show it that has no byte-order mark: every second byte of Latin letters is nil."""
    nils = [sample[start::2].count(0) / max(1, len(sample) // 2) for start in (0, 1)]
    if len(sample) < _MIN_UTF16_BYTES:
        return []
    if nils[1] > 0.3 > 0.05 > nils[0]:
        return ["utf-16-le"]
    return ["utf-16-be"] if nils[0] > 0.3 > 0.05 > nils[1] else []


def _around_first_high_byte(data: bytes) -> bytes:
    """As much as detection reads, from where the bytes tell encodings apart; cut where no letter is cut in two.

    What comes before the first high byte is ASCII, and no byte up to `/` is part of a longer letter.
    """
    first = next((at for at in range(0, len(data), _SAMPLE_BYTES) if not data[at : at + _SAMPLE_BYTES].isascii()), 0)
    sample = data[first : first + _SAMPLE_BYTES]
    if first + _SAMPLE_BYTES >= len(data):
        return sample
    end = max(sample.rfind(byte) for byte in _NEVER_INSIDE)
    return sample[: end + 1] if end > _MIN_BYTES else sample


def _not_utf8(data: bytes) -> Rejected:
    try:
        data.decode("utf-8-sig")
        offset = 0
    except UnicodeDecodeError as error:
        offset = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    return Rejected(
        "invalid_utf8",
        f"byte {offset} (0x{data[offset]:02x}) is not UTF-8",
        sample=data[:2000].decode("utf-8", errors="replace"),
    )

"""The language of a text, told from its letters by py3langid's model (naive Bayes over byte n-grams)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ms": "Malay", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""The languages told apart, by ISO 639-1 code: those that wire stories are written in. More would cost certainty."""

SAMPLE_CHARS = 1000
_MIN_LETTERS = 20
_LETTERS_OF_A_SIGN = 3
"""So many letters a Chinese, Japanese or Korean sign is worth."""
_MIN_LEAD = 25.0
"""By so much (natural logarithm of the likelihood) another language must lead English: lists of names do not."""

_CODES = {
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "french": "fr", "german": "de", "italian": "it",
    "japanese": "ja", "portuguese": "pt", "russian": "ru", "spanish": "es", "turkish": "tr", "ukrainian": "uk",
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru",
    "zho": "zh", "chi": "zh", "ara": "ar", "jpn": "ja",
}  # fmt: skip


def declared(value: str | None) -> str | None:
    """The ISO 639-1 code of a language given as `en`, `en-GB`, `eng` or `English`; None for anything else."""
    word = (value or "").strip().lower()
    code = _CODES.get(word) or word.replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def detect(text: str, start: int = 0) -> str | None:
    """The language of `text` from `start` (code points); None where there are too few letters, or English is as likely.

    Told from the first `SAMPLE_CHARS` characters. A long text that does not begin in English has the language of most
    of three samples: one that is English after a greeting or a summary in another language is English.
    """
    languages = [_told(text[start : start + SAMPLE_CHARS])]
    length = len(text) - start
    if languages[0] not in {"en", None} and length >= 3 * SAMPLE_CHARS:
        middle = start + length // 2
        languages += [_told(text[middle : middle + SAMPLE_CHARS]), _told(text[-SAMPLE_CHARS:])]
    return max(languages, key=languages.count)


def _told(sample: str) -> str | None:
    if not _has_enough_letters(sample):
        return None
    likelihood = dict(_identifier().rank(sample))
    best = max(likelihood, key=likelihood.__getitem__)
    return str(best) if best == "en" or likelihood[best] - likelihood["en"] >= _MIN_LEAD else None


def _has_enough_letters(sample: str) -> bool:
    worth = (_LETTERS_OF_A_SIGN if sign >= "\u2e80" else 1 for sign in sample if sign.isalpha())
    return any(total >= _MIN_LETTERS for total in accumulate(worth))


def name(code: str) -> str:
    """The English name of a language; the code where it is not among `LANGUAGES`."""
    return LANGUAGES.get(code, code)


def most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Documents by language, the languages with most of them first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def not_extracted(counts: Mapping[str, int]) -> str:
    """What became of the documents in languages that extraction does not cover, given how many there are of each."""
    total = sum(counts.values())
    documents = "1 document in another language was" if total == 1 else f"{total:,} documents in other languages were"
    return f"{documents} loaded but not extracted: " + ", ".join(
        f"{name(code)} {count:,}" for code, count in most_first(counts)
    )


def load() -> None:
    """Load the model now, not with the first text."""
    _identifier()


@cache
def _identifier() -> LanguageIdentifier:
    """The model; importing and loading it takes about a second."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    # Its weights of two bytes, a column after the other, would be converted and gathered for every text.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier

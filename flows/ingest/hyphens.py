"""Whether a hyphen at the end of a line belongs to the word, or only divides it there; told from English words.

Words and names are looked up in seven lexicons of `flows.extract`, named below or read by its `word_features`. Who
changes one of them raises the version of the PDF reader, too, or a file may be read with other hyphens than before.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from flows.extract.word_features import base_classes, folded, given_names, lexicon, surnames

_OTHER_WORDS = frozenset(
    """against all although among an and anybody any anyone anything as at because became become beside besides both by
    can cannot co could each else elsewhere every everybody everyone everything ex for from gotten he her herself him
    himself his how if in into it its itself least like may me meanwhile media mid mine more most much myself no nobody
    non none nor not nothing of off on once oneself onto or our ourselves out over own per self semi she should so
    somebody someone something such than that the their them themselves then they this those to toward towards un
    unless until up upon us versus was we were what whatever when whenever where whereas whether which whichever who
    whoever whose will with within without would you your yourself""".split()
)
"""Words that WordNet leaves out, some forms, and beginnings that take a hyphen: compiled for this project."""
_COMPOUNDS = frozenset(
    """adware airbnb airstrike antivirus backend biofuel bitcoin blockchain bodycam carpool chatbot clickbait
    coronavirus crowdfund crowdsource crowdsourcing cryptocurrencies cryptocurrency cyberattack cybersecurity darknet
    dashcam deepfake deplatform doomscroll ebook facebook fintech gameplay geotag greenwash groundwater hackathon
    hashtag instagram keyword linkedin livestream login longlist malware megachurch microblog microfinance microloan
    microplastic newsfeed newswire offline overtourism paywall phishing photoshop pinterest policymaker ransomware
    reddit rideshare roadmap rulemaking screenshot selfie showrunner sideload skatepark slideshow smartphone smartwatch
    snapchat softbank speedrun superfood superspreader tagline telehealth telework tiktok timeframe toolkit touchpoint
    trendsetter underreport upcycle upskill username videoconference vlog voiceover watchlist waterboard webcast webinar
    weblog webmail whatsapp whiteboard wikileaks wikipedia workaround youtube youtuber zipline""".split()
)
"""Words written as one that are newer than WordNet, or rarer: compiled for this project."""
_COMPOUND_FORMS = ("", "s", "d", "ed", "ing")
_ENDINGS = frozenset("able ability ed er ers est hood ing ings ish ism ist less ment ness or ors ship ton ward".split())
"""Ends of words that are words of their own by chance."""
_INFLECTIONS = (("er", "e"), ("est", "e"), ("ier", "y"), ("iest", "y"))
"""Beside those that `base_classes` knows: endings, and what stands for them in the base form."""
_MIN_NAME_CHARS = 4


def keeps_hyphen(first: str, second: str, words: Mapping[str, int]) -> bool:
    """Whether two parts that a line end divides are one word with a hyphen, such as `vice-` and `president`.

    What the text writes elsewhere decides. Else the hyphen goes where the parts together are a word or a name, and
    stays where each is a word by itself.

    Args:
        first: the letters before the hyphen.
        second: the letters after it.
        words: how often the text has each word, in lower case, hyphens included.
    """
    one, other = first.lower(), second.lower()
    compound, together = f"{one}-{other}", one + other
    if words.get(compound, 0) != words.get(together, 0):
        return words.get(compound, 0) > words.get(together, 0)
    if _is_word(together) or (first[0].isupper() and _is_name(together)):
        return False
    if len(one) == 1 or base_classes(compound):
        return True
    is_first_word = _is_word(one) or (first[0].isupper() and len(one) >= _MIN_NAME_CHARS and _is_name(one))
    return is_first_word and other not in _ENDINGS and _is_word(other)


def _is_word(word: str) -> bool:
    is_known = word in _OTHER_WORDS or word in _irregular() or bool(base_classes(word))
    return is_known or _is_compound(word) or _is_inflected(word)


def _is_compound(word: str) -> bool:
    return any(word.endswith(end) and word.removesuffix(end) in _COMPOUNDS for end in _COMPOUND_FORMS)


def _is_inflected(word: str) -> bool:
    """Whether it is a form such as `largest`, or one with a doubled letter: `planned`, `biggest`."""
    if any(word.endswith(ending) and base_classes(word.removesuffix(ending) + base) for ending, base in _INFLECTIONS):
        return True
    stems = [word.removesuffix(ending) for ending in ("ed", "ing", "er", "est") if word.endswith(ending)]
    return any(len(stem) > 3 and stem[-1] == stem[-2] and base_classes(stem[:-1]) for stem in stems)


def _is_name(word: str) -> bool:
    plain = folded(word)
    return plain in surnames() or plain in given_names() or plain in _other_names()


@cache
def _other_names() -> frozenset[str]:
    """Cities, countries with their people, and the names that WordNet has, in lower case, without diacritics."""
    names = [row[0] for file in ("cities.tsv", "wordnet_names.tsv") for row in lexicon(file)]
    names += [name for row in lexicon("countries.tsv") for cell in row[1:] for name in cell.split("|")]
    return frozenset(map(folded, names))


@cache
def _irregular() -> frozenset[str]:
    """The forms of irregular verbs."""
    return frozenset(form for row in lexicon("irregular_verbs.tsv") for cell in row for form in cell.split(","))

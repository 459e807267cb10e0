"""Countries, their people, regions and cities: from a name to an ISO 3166-1 alpha-2 code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

from msgspec import Struct

from flows.extract.keys import fold


class Place(Struct, frozen=True):
    """What the lexicons know of a place name. `kind` is `country`, `region`, `city` or `other`."""

    kind: str
    key: str
    name: str
    country_code: str | None = None


def lexicon(name: str) -> Iterator[list[str]]:
    """The rows of a lexicon file, split at tabs."""
    for line in files("flows.extract").joinpath("lexicons", name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def listed(cell: str) -> list[str]:
    """The names in a cell of a lexicon, which "|" joins."""
    return [name for name in cell.split("|") if name]


@cache
def _countries() -> dict[str, Place]:
    """Folded name of a country to the country; "US" and "us" are told apart by `country_named`."""
    places: dict[str, Place] = {}
    for code, name, aliases, *_ in lexicon("countries.tsv"):
        for alias in (name, *listed(aliases)):
            places[fold(alias).removeprefix("the ")] = Place("country", f"ISO:{code}", name, code)
    return places


@cache
def demonyms() -> dict[str, str]:
    """Adjective or noun of nationality, as written, to its country; a country's own wins over a region's."""
    codes: dict[str, str] = {}
    for _, code, _, demonyms in lexicon("regions.tsv"):
        codes |= dict.fromkeys(listed(demonyms), code)
    for code, _, _, demonyms, _ in lexicon("countries.tsv"):
        codes |= dict.fromkeys(listed(demonyms), code)
    codes["Congolese"] = "CD"
    return codes


@cache
def clear_demonyms() -> dict[str, str]:
    """Demonyms without those, such as "Georgian", that belong to regions of other countries too."""
    of_regions = {d: code for _, code, _, cell in lexicon("regions.tsv") for d in listed(cell)}
    shared = {d for d, code in of_regions.items() if demonyms()[d] != code}
    return {d: code for d, code in demonyms().items() if d not in shared and d.removesuffix("s") not in shared}


@cache
def _regions() -> dict[str, Place]:
    """Folded name or abbreviation of a first-level region to the region."""
    places: dict[str, Place] = {}
    for name, code, abbreviations, _ in lexicon("regions.tsv"):
        for alias in (name, *listed(abbreviations)):
            places[fold(alias)] = Place("region", fold(name), name, code)
    return places


@cache
def _cities() -> dict[str, tuple[str, ...]]:
    """Folded name of a city to the countries that have a large one of that name, by size."""
    codes: dict[str, tuple[str, ...]] = {}
    for name, _, countries in lexicon("cities.tsv"):
        codes.setdefault(fold(name), tuple(listed(countries)))
    for code, *_, capitals in lexicon("countries.tsv"):
        for capital in listed(capitals):
            codes.setdefault(fold(capital), (code,))
    return codes


def cities_named(name: str) -> tuple[str, ...]:
    """The countries that have a large city of this name, by its size."""
    return _cities().get(fold(name), ())


@cache
def _aliases() -> dict[str, tuple[str, str]]:
    """Folded other name of a city or region to the key and name that stand for it."""
    return {fold(a): (fold(name), name) for name, aliases in lexicon("place_aliases.tsv") for a in listed(aliases)}


def country_of_demonym(word: str) -> str | None:
    """The country of "Chinese" or "Danes"; None for words in lower case and what is no demonym."""
    return demonyms().get(word)


@lru_cache(maxsize=20_000)
def country_named(name: str) -> str | None:
    """The country that `name` names: "Russian Federation" is RU. "us" is nobody."""
    place = _countries().get(fold(name).removeprefix("the ")) if name[:1].isupper() or name[:4] == "the " else None
    return place.country_code if place else None


def place_named(name: str, context: Counter[str], prefer: str = "") -> Place:
    """The place that `name` names in a text that speaks of the countries in `context`.

    A city of several countries is the one that `context` names; without one the country stays open. Of a country and
    a region of one name, `prefer` ("country" or "region") tells which.
    """
    key = fold(name).removeprefix("the ")
    key, shown = _aliases().get(key, (key, name))
    country, region = _countries().get(key), _regions().get(key)
    if country and region and prefer:
        return country if prefer == "country" else region
    if country and region and context[region.country_code or ""] and not context[country.country_code or ""]:
        return region
    if country:
        return country
    if region:
        return region
    codes = _cities().get(key, ())
    if len(codes) > 1:
        named = [code for code in codes if context[code]]
        codes = (max(named, key=lambda code: context[code]),) if named else ()
    if codes:
        return Place("city", key, shown, codes[0])
    return Place("city" if key in _cities() else "other", key, shown)


@lru_cache(maxsize=20_000)
def country_of_place(name: str) -> str | None:
    """The country of a place whatever the text speaks of; None where several have such a place."""
    if fold(name) in _countries() and fold(name) in _regions():
        return None
    return place_named(name, Counter()).country_code


@lru_cache(maxsize=20_000)
def kind_of_place(name: str) -> str:
    """The kind of place that a name means where nothing else is known: country, region, city or other."""
    return place_named(name, Counter()).kind

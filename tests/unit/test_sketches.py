"""Sketches: what of a text they depend on, and what of a copy they keep."""

from __future__ import annotations

from flows.copies import SKETCH_VERSION, sketch

STORY = """The Danube fell to 94 centimetres on Monday, the river council said in Vienna.

Barges carry half of their usual cargo. Farmers in Slovakia want more water, and Peter Hronec said no.
"""


def test_a_sketch_of_this_version() -> None:
    """Where these numbers change, the version must: sketches are not compared with those of other versions."""
    made = sketch("Rain in Linz: the Danube rises again.")
    assert SKETCH_VERSION == "1"
    assert (made.shingle_count, made.shingles, made.facts) == (
        2,
        [676314245, 3583292825],
        [1603211591, 2763321437, 3728047017],
    )


def test_moved_sentences_and_other_capitals_leave_the_wording_as_it_is() -> None:
    moved = """BARGES CARRY HALF OF THEIR USUAL CARGO. The Danube fell to 94 centimetres on Monday, the river council
said in Vienna! Farmers in Slovakia want more water – and Peter Hronec said no."""
    assert sketch(moved.replace("\n", " ")).shingles == sketch(STORY).shingles


def test_a_headline_and_a_dateline_before_the_body_do_not_count() -> None:
    head = "River low\n\nVIENNA, June 10 (Newsline) -- "
    assert sketch(head + STORY, len(head)) == sketch(STORY)


def test_the_wording_of_a_cut_copy_is_part_of_that_of_the_whole() -> None:
    cut = STORY.split("\n\n")[0]
    assert set(sketch(cut).shingles) < set(sketch(STORY).shingles)


def test_names_and_figures_are_told_from_first_words_that_stand_elsewhere_in_small_letters() -> None:
    names = sketch("Rain fell in Linz. In 1976 there was no rain.").facts
    assert names == sketch("from Linz since 1976").facts


def test_a_text_in_capitals_has_figures_and_no_names() -> None:
    assert sketch("RAIN FELL IN LINZ. IN 1976 THERE WAS NO RAIN.").facts == sketch("1976").facts


def test_a_long_text_keeps_the_smallest_hashes_and_estimates_how_many_there_are() -> None:
    text = " ".join(f"word{number}" for number in range(5_004))
    made = sketch(text)
    assert len(made.shingles) == 256
    assert made.shingles == sorted(set(made.shingles))
    assert 4_000 < made.shingle_count < 6_000


def test_a_text_without_words_has_an_empty_sketch() -> None:
    assert sketch(" -- \n\n… ") == sketch("")
    assert sketch("").shingle_count == 0


def test_signs_of_languages_without_spaces_are_words() -> None:
    assert sketch("会谈将继续进行。").shingle_count == 3

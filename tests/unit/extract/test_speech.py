"""Statements: given this text, who is said to have said what, and with which words."""

from __future__ import annotations

import pytest

from flows.extract.annotate import annotate
from flows.extract.annotations import Statement
from flows.extract.segmentation import segment
from flows.extract.speech import find_statements
from flows.extract.tagger import tag

Row = tuple[str, str | None, str | None]


def found(text: str) -> list[Statement]:
    segmentation = segment(text)
    return find_statements(segmentation, tag(segmentation), [], [])


def rows(text: str) -> list[Row]:
    """Content, speaker and cue of the outermost statements."""
    return [
        (
            " … ".join(span.of(text) for span in s.contents),
            s.speaker.of(text) if s.speaker else None,
            s.cue.of(text) if s.cue else None,
        )
        for s in found(text)
        if s.parent is None
    ]


def test_that_clause() -> None:
    text = "The minister said that the bridge would reopen."
    assert rows(text) == [("that the bridge would reopen", "The minister", "said")]


def test_clause_without_that_and_a_day_between() -> None:
    text = "Maria Lopez said Tuesday the harvest had failed."
    assert rows(text) == [("the harvest had failed", "Maria Lopez", "said")]
    assert [s.date.code for s in found(text) if s.date] == ["weekday:2"]


def test_content_before_the_cue() -> None:
    text = "The harvest has failed, he said."
    assert rows(text) == [("The harvest has failed", "he", "said")]


def test_subject_after_the_verb() -> None:
    text = "“The harvest has failed,” said Ms. Lee, a farmer from Leeds."
    assert rows(text) == [("“The harvest has failed,”", "Ms. Lee", "said")]


def test_content_around_the_cue() -> None:
    text = "The harvest, Ms. Lee said, has failed again."
    assert rows(text) == [("The harvest … has failed again", "Ms. Lee", "said")]


def test_a_day_behind_the_verb_is_no_subject() -> None:
    text = "The union plans to strike, its secretary-general, Vera Lund, said yesterday."
    assert rows(text) == [("The union plans to strike", "its secretary-general, Vera Lund", "said")]


def test_a_question_with_its_subject_behind_the_verb() -> None:
    text = '"Why?" asked Ms. Lee. "Because," Carl Ode said.'
    assert rows(text) == [('"Why?"', "Ms. Lee", "asked"), ('"Because,"', "Carl Ode", "said")]


def test_an_aside_between_subject_and_verb() -> None:
    text = 'The president, asked about the rumour, replied: "No comment."'
    assert rows(text) == [("the rumour", None, "asked about"), ('"No comment."', "The president", "replied")]


def test_several_verbs_of_one_subject() -> None:
    text = "In an interview, Sefa Talia criticised the police, called for an inquiry and apologised to the families."
    assert [(content, source) for content, source, _ in rows(text)] == [
        ("the police", "Sefa Talia"),
        ("an inquiry and apologised to the families", "Sefa Talia"),
    ]


def test_a_noun_of_saying_in_a_name_is_no_cue() -> None:
    assert rows("Adopting the Suva Declaration on Fisheries, the two sides embraced.") == []


def test_quotation_goes_on_after_the_cue() -> None:
    text = "“We lost,” Ms. Lee said. “It was close. We will be back.”"
    assert rows(text) == [("“We lost,” … “It was close. We will be back.”", "Ms. Lee", "said")]
    assert found(text)[0].statement_type == "direct"


def test_quotation_over_paragraphs() -> None:
    text = "Mr. Ode said: “The river rose in the night.\n\n“We carried out what we could.”\n\nThe town is dry now."
    assert rows(text) == [
        ("“The river rose in the night. … “We carried out what we could.”", "Mr. Ode", "said"),
    ]


def test_mixed() -> None:
    text = "Ms. Lee said that the vote was “a farce” and nothing else."
    assert rows(text) == [("that the vote was “a farce” and nothing else", "Ms. Lee", "said")]
    assert found(text)[0].statement_type == "mixed"


def test_according_to() -> None:
    text = "Three bridges were closed, according to the police."
    assert rows(text) == [("Three bridges were closed", "the police", "according to")]


def test_auxiliaries_and_adverbs_belong_to_the_cue() -> None:
    text = "The company has repeatedly denied that it broke the law."
    assert rows(text) == [("that it broke the law", "The company", "has repeatedly denied")]
    assert found(text)[0].cue_class == "deny"


def test_second_verb_ends_the_content() -> None:
    text = "The union criticized the plan and called for a vote."
    assert rows(text)[0] == ("the plan", "The union", "criticized")


def test_new_clause_ends_the_content() -> None:
    text = "Ms. Lee said the vote was fair, but Mr. Ode denied that it was."
    assert [content for content, *_ in rows(text)] == ["the vote was fair", "that it was"]


def test_apposition_between_name_and_verb() -> None:
    text = "Ana Roe, the mayor of Leeds, said that the port was open."
    assert [speaker for _, speaker, _ in rows(text)] == ["Ana Roe"]


def test_participle_takes_the_subject_of_its_clause() -> None:
    text = "Ana Roe rejected the offer, saying that it came too late."
    assert ("that it came too late", "Ana Roe", "saying") in rows(text)


def test_passive() -> None:
    text = "The mayor was told by engineers that the dam would hold."
    (statement,) = found(text)
    assert rows(text) == [("that the dam would hold", "engineers", "was told")]
    assert statement.addressee is not None
    assert statement.addressee.of(text) == "The mayor"


def test_addressee_is_not_the_speaker() -> None:
    text = "“We are ready,” Ana Roe told reporters."
    (statement,) = found(text)
    assert (statement.cue_lemma, statement.addressee and statement.addressee.of(text)) == ("tell", "reporters")
    assert rows(text)[0][1] == "Ana Roe"


def test_chain() -> None:
    text = "Ana Roe said that Carl Ode had told the police that the money was gone."
    outer, inner = found(text)
    assert outer.parent is None
    assert inner.parent == 0
    assert inner.speaker is not None
    assert inner.speaker.of(text) == "Carl Ode"
    assert [span.of(text) for span in inner.contents] == ["that the money was gone"]


def test_turns() -> None:
    text = "Q: Will the port open?\n\nANA ROE: It will open on Monday.\n\nQ: Thank you all for coming."
    assert rows(text) == [
        ("Will the port open?", "Q", ":"),
        ("It will open on Monday.", "ANA ROE", ":"),
        ("Thank you all for coming.", "Q", ":"),
    ]


def test_enumerated_points_have_a_list_and_no_parent() -> None:
    text = (
        "The two sides agreed on three points as follows, according to Ana Roe.\n\n"
        "First, the border opens. Traders may cross it.\n\nSecond, the tax is cut.\n\nThird, the talks go on."
    )
    statements = found(text)
    points = [s for s in statements if s.list_index is not None]
    assert [(s.list_position, s.contents[0].of(text)) for s in points] == [
        (1, "First, the border opens. Traders may cross it."),
        (2, "Second, the tax is cut."),
        (3, "Third, the talks go on."),
    ]
    assert {(s.parent, s.speaker_resolution) for s in points} == {(None, "carried_over")}
    assert statements[0].rule == "according_to_last"


def test_numbered_and_bulleted_points() -> None:
    for marks in (("1.", "2."), ("(a)", "(b)"), ("•", "•")):
        text = f"The committee demanded the following:\n{marks[0]} lower rents\n{marks[1]} safer streets"
        points = [s for s in found(text) if s.list_index is not None]
        assert [(s.list_position, s.contents[0].of(text)) for s in points] == [(1, "lower rents"), (2, "safer streets")]


def test_quotation_without_a_known_speaker() -> None:
    text = "“Nobody will ever know what happened that night.”"
    assert [(s.rule, s.speaker_resolution) for s in found(text) if s.parent is None] == [("lone_quote", "none")]


def test_speaker_is_carried_over() -> None:
    text = "“We lost the farm,” Ms. Lee said.\n\nThe rain had come late in May.\n\n“There was nothing left to harvest.”"
    assert [(s.rule, s.speaker_resolution) for s in found(text)] == [
        ("parenthetical", "name"),
        ("carried_over_quote", "carried_over"),
    ]


def test_marks_of_other_kinds() -> None:
    for left, right in (('"', '"'), ("«", "»"), ("„", "“"), ("''", "''"), ("‘", "’")):
        text = f"{left}The dam is going to hold,{right} said Ms. Lee."
        assert [content for content, *_ in rows(text)] == [f"{left}The dam is going to hold,{right}"]


def test_an_unclosed_mark_swallows_nothing() -> None:
    text = "“The dam will hold, Ms. Lee said.\n\nMr. Ode said that it would not."
    assert ("that it would not", "Mr. Ode", "said") in rows(text)


def test_no_statement_where_nobody_says_anything() -> None:
    assert found("The train left the station at noon and reached the coast in the evening.") == []


def test_verbs_that_look_like_nouns() -> None:
    assert rows("The council plans to publish forecasts, Ana Roe said.") == [
        ("The council plans to publish forecasts", "Ana Roe", "said"),
    ]
    assert rows("Brokers who used to rent out sheds along the road complain that trade is dead.") == [
        ("that trade is dead", "Brokers who", "complain"),
    ]


def test_company_suffix_that_looks_like_a_preposition() -> None:
    assert rows("Norrvik Energy AS today announced that it will lay a cable.") == [
        ("that it will lay a cable", "Norrvik Energy AS", "announced"),
    ]


def test_addressee_and_day_stand_before_the_content() -> None:
    text = "Peter Hronec told reporters on Tuesday that his country had wanted a faster schedule."
    (outer, *_) = found(text)
    assert rows(text) == [("that his country had wanted a faster schedule", "Peter Hronec", "told")]
    assert outer.addressee is not None
    assert outer.addressee.of(text) == "reporters"


def test_addressee_before_a_clause_without_that() -> None:
    for told in ("a parliamentary committee on Wednesday", "her"):
        text = f"Ana Roe told {told} they had never seen the contracts."
        assert rows(text) == [("they had never seen the contracts", "Ana Roe", "told")]


def test_name_in_apposition_belongs_to_the_speaker() -> None:
    assert rows("Its chairman, Peter Ode, said farmers had been forgotten.")[0][1] == "Its chairman, Peter Ode"
    assert rows("“Nobody asked the sturgeon,” its president, Gábor Lendvai, said.")[0][1] == (
        "its president, Gábor Lendvai"
    )
    text = "The exchange expects prices to fall within a month, its director, Ana Roe, told AFP."
    assert rows(text) == [("The exchange expects prices to fall within a month", "its director, Ana Roe", "told")]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The company, Koro Lines, denied that the ship was overloaded.", "Koro Lines"),
        ("The spokesman for the ministry, Anna Kovacs, said that the ship was overloaded.", "Anna Kovacs"),
        ("One of the marchers, teacher Rita Galea, 34, said that the ship was overloaded.", "Rita Galea"),
        ("“The ship was overloaded,” said Minister of Fisheries Vera Lund.", "Vera Lund"),
    ],
)
def test_a_nominal_with_a_name_in_apposition_is_its_bearer(text: str, speaker: str) -> None:
    annotations = annotate(text)
    assert [s.speaker_entity for s in annotations.statements] == [0]
    assert annotations.entities[0].name == speaker


def test_quoted_as_saying() -> None:
    assert rows("Peter Ode was quoted by a newspaper as saying that the talks had been hard.") == [
        ("that the talks had been hard", "Peter Ode", "saying")
    ]


def test_each_of_two_verbs_has_its_own_quotation() -> None:
    assert rows("“I took nothing,” Ana Roe told lawmakers, adding: “Let the courts decide.”") == [
        ("“I took nothing,”", "Ana Roe", "told"),
        ("“Let the courts decide.”", "Ana Roe", "adding"),
    ]


def test_since_when_something_holds_is_no_day_of_a_statement() -> None:
    (statement,) = found("Ana Roe, in power since 2021, insists she did nothing wrong.")
    assert statement.date is None


def test_second_verb_shares_the_subject_of_the_verb_in_its_tense() -> None:
    text = "Ana Roe said the agency would consider the demand, but warned that a ban would fail."
    assert rows(text)[1] == ("that a ban would fail", "Ana Roe", "warned")


def test_aside_between_speaker_and_verb() -> None:
    text = "A company official, speaking on condition of anonymity, said the ships were late."
    assert rows(text) == [("the ships were late", "A company official", "said")]


def test_second_verb_of_the_content_stays_in_it() -> None:
    text = "She said the company had planned for a short strike but feared a long one."
    assert rows(text) == [("the company had planned for a short strike but feared a long one", "She", "said")]


def test_relative_clause_ends_at_the_main_verb() -> None:
    text = "One of them, who did not want to be named, recalled that she once read a poem."
    assert ("that she once read a poem", "One of them", "recalled") in rows(text)
    assert ("to be named", "One of them, who", "did not want") in rows(text)


def test_comparison_is_no_content() -> None:
    assert rows("Some workers were less certain than their leader.") == []


def test_what_is_said_about_the_source_is_no_content() -> None:
    for source in ("a senior official in Kampala, who asked not to be named", "Ana Roe, the mayor of Leeds"):
        text = f"According to {source}, the two ministers will meet in May."
        assert [row[0] for row in rows(text)][-1] == "the two ministers will meet in May"
    text = "According to the police, the man, a father of two, was found on Monday."
    assert rows(text)[0][0] == "the man, a father of two, was found on Monday"


def test_comma_outside_the_marks() -> None:
    text = "„Der Fluss ist ein Nachbar“, said Jonas Brandt, who keeps the gauge at Passau, in Germany."
    assert rows(text) == [("„Der Fluss ist ein Nachbar“", "Jonas Brandt", "said")]
    assert found(text)[0].statement_type == "direct"


def test_quotation_goes_on_with_the_verb() -> None:
    text = 'The city, she said, "has survived worse winters than this one."'
    assert rows(text) == [('The city … "has survived worse winters than this one."', "she", "said")]


def test_whom_something_is_wanted_of_belongs_to_the_content() -> None:
    text = "Ana Roe of the Grain Exchange (GE), which is based in Arusha, Tanzania, urged both sides to meet."
    assert rows(text) == [("both sides to meet", "Ana Roe of the Grain Exchange", "urged")]
    assert [s.addressee.of(text) for s in found(text) if s.addressee] == ["both sides"]


def test_speaker_before_a_relative_clause_with_an_object() -> None:
    text = "Emil Todorov, who owns 14 barges in Ruse, Bulgaria, said that he would believe it."
    assert rows(text) == [("that he would believe it", "Emil Todorov", "said")]


def test_people_familiar_with_the_talks() -> None:
    text = "Mediators will meet both sides, said two people familiar with the talks."
    assert rows(text) == [("Mediators will meet both sides", "two people familiar with the talks", "said")]


def test_quotation_in_a_quotation_in_a_quotation() -> None:
    text = (
        '"My predecessor told me, \'Never believe it when it says, "I am tired," because it is not,\'" said Dora Kis.'
    )
    outer, inner = found(text)
    assert [span.of(text) for span in outer.contents] == [text.removesuffix(" said Dora Kis.")]
    assert outer.statement_type == "direct"
    assert inner.parent == 0
    assert [span.of(text) for span in inner.contents] == [
        "'Never believe it when it says, \"I am tired,\" because it is not,'"
    ]


def test_attribution_ends_a_quotation_that_is_never_closed() -> None:
    text = '"People open a quotation and walk away from it, Garnham said. It is like leaving the gate open.'
    assert rows(text) == [('"People open a quotation and walk away from it,', "Garnham", "said")]


def test_passive_report_inside_a_statement() -> None:
    text = "The exchange was told by traders that trucks were waiting, he said."
    outer, inner = found(text)
    assert [span.of(text) for span in outer.contents] == ["The exchange was told by traders that trucks were waiting"]
    assert (inner.parent, inner.speaker and inner.speaker.of(text)) == (0, "traders")


def points(text: str) -> list[tuple[int | None, str | None, str]]:
    """Place, class and content of enumerated points."""
    return [(s.list_position, s.cue_class, s.contents[0].of(text)) for s in found(text) if s.rule == "enumerated_point"]


def test_noun_of_saying_announces_points() -> None:
    text = "The ministers made the following commitments:\n\nFirst, the levy ends.\n\nFinally, the crossing stays open."
    assert points(text) == [
        (1, "promise", "First, the levy ends."),
        (2, "promise", "Finally, the crossing stays open."),
    ]
    assert points("The cake needs the following ingredients:\n\n1. Flour.\n\n2. Sugar.") == []


def test_points_go_on_with_the_sentence() -> None:
    text = "The ministers\n\n(a) affirm that the sea is common;\n\n(b) decide to meet in May.\n\nIt rained."
    assert points(text) == [
        (1, "promise", "affirm that the sea is common;"),
        (2, "intend", "decide to meet in May."),
    ]


def test_points_inside_a_sentence_are_nested_in_what_it_states() -> None:
    text = "The ministers agreed to: (a) open the border; (b) share water data; and (c) meet again in May."
    assert rows(text) == [
        ("(a) open the border; (b) share water data; and (c) meet again in May", "The ministers", "agreed to")
    ]
    assert points(text) == [
        (1, "promise", "open the border"),
        (2, "promise", "share water data"),
        (3, "promise", "meet again in May"),
    ]
    text = "Lena Ortiz demanded (1) lower rents, (2) safer streets and (3) a new school."
    assert points(text) == [
        (1, "demand", "lower rents"),
        (2, "demand", "safer streets"),
        (3, "demand", "a new school"),
    ]
    text = "Ana Roe said the council should, first, repair the dam; second, pay the farmers."
    assert points(text) == [(1, "say", "repair the dam"), (2, "say", "pay the farmers")]
    assert points("Ana Roe said that section (a) was void.") == []


def test_points_whose_first_says_who_speaks() -> None:
    text = "Firstly, Ana Roe said, the two sides should pause. Secondly, they should open borders."
    statements = annotate(text).statements
    assert [(s.list_position, s.speaker_entity, s.speaker_resolution) for s in statements] == [
        (1, 0, "name"),
        (2, 0, "carried_over"),
    ]


def test_points_behind_a_verb_and_a_colon() -> None:
    text = "The joint statement said:\n\n- Members will share data.\n\n- Members will meet in May."
    assert points(text) == [(1, "say", "Members will share data."), (2, "say", "Members will meet in May.")]


def test_fields_above_the_body_state_nothing_but_the_headline_does() -> None:
    fields = '---\ntitle: Ode says no\nquote: "We never saw any plan"\n---\n\n'
    text = fields + "# Uganda denies dumping maize\n\nIt rained in Wien."
    assert [[span.of(text) for span in s.contents] for s in annotate(text).statements] == [["dumping maize"]]


def test_markdown_marks_are_no_content() -> None:
    text = 'It rained.\n\n> "We are wet," said Ana Roe.\n'
    assert rows(text) == [('"We are wet,"', "Ana Roe", "said")]


def test_subject_of_several_names() -> None:
    text = "The ministers of Austria, Slovakia, Hungary and Serbia, meeting in Wien, said the plan was fair."
    assert rows(text) == [("the plan was fair", "The ministers of Austria, Slovakia, Hungary and Serbia", "said")]


def test_answers_are_those_of_the_person_interviewed() -> None:
    text = (
        "Ana Roe was mayor until May. She spoke to the Gazette on Friday.\n\n"
        "Q: Why did you go?\n\nA: I was tired. Carl Ode told me that I looked it.\n\nQ: And now?\n\nA: I sleep."
    )
    annotations = annotate(text)
    turns = [s for s in annotations.statements if s.rule == "turn"]
    names = [None if s.speaker_entity is None else annotations.entities[s.speaker_entity].name for s in turns]
    assert names == [None, "Ana Roe", None, "Ana Roe"]
    assert [s.speaker_resolution for s in turns] == ["none", "carried_over", "none", "carried_over"]
    (told,) = [s for s in annotations.statements if s.cue_lemma == "tell"]
    assert told.addressee_entity is not None
    assert annotations.entities[told.addressee_entity].name == "Ana Roe"


def test_bold_labels_and_surnames_head_turns() -> None:
    text = "Ana Roe spoke to us.\n\n**Gazette:** Why?\n\n**ROE:** I was tired.\n\n**Gazette:** And now?"
    annotations = annotate(text)
    assert [s.contents[0].of(text) for s in annotations.statements] == ["Why?", "I was tired.", "And now?"]
    answer = annotations.statements[1]
    assert answer.speaker_entity is not None
    assert annotations.entities[answer.speaker_entity].name == "Ana Roe"


def test_several_speakers_are_no_single_one() -> None:
    text = "The dispute is settled, Agriculture Minister Ana Roe and Trade Minister Carl Ode said."
    (statement,) = annotate(text).statements
    assert (statement.speaker_entity, statement.speaker_resolution) == (None, "name")


def test_source_with_its_place() -> None:
    text = "According to a senior official in Kampala, the two ministers will meet in May."
    assert rows(text) == [("the two ministers will meet in May", "a senior official in Kampala", "According to")]


def test_verb_joined_to_the_content_and_verb_joined_to_the_cue() -> None:
    text = "Kampala said it had nothing to hide and offered to open its records."
    assert [content for content, *_ in rows(text)] == ["it had nothing to hide", "to open its records"]


def test_expectation_inside_a_statement() -> None:
    text = "The exchange expects prices to fall, Ana Roe said."
    _, inner = found(text)
    assert (inner.parent, inner.contents[0].of(text)) == (0, "prices to fall")


@pytest.mark.parametrize(
    ("text", "content", "speaker", "cue", "cue_class"),
    [
        # Verbs of saying, with auxiliaries, negation and adverbs.
        ("Ana Roe has never said that the dam is safe.", "that the dam is safe", "Ana Roe", "has never said", "say"),
        ("The ministry did not deny that it knew.", "that it knew", "The ministry", "did not deny", "deny"),
        ("Shopkeepers cannot claim that they knew.", "that they knew", "Shopkeepers", "cannot claim", "claim"),
        ("The council has both praised the plan.", "the plan", "The council", "has both praised", "praise"),
        # The classes of cues.
        ("The Harbour Commission announced that it would open.", "that it would open", "The Harbour Commission",
         "announced", "announce"),
        ("The ministers pledged to end the levy.", "to end the levy", "The ministers", "pledged", "promise"),
        ("The minister demanded that it close.", "that it close", "The minister", "demanded", "demand"),
        ("The union called for a second vote.", "a second vote", "The union", "called for", "demand"),
        ("The bank proposed that fees be cut.", "that fees be cut", "The bank", "proposed", "propose"),
        ("Reporters asked whether it would hold.", "whether it would hold", "Reporters", "asked", "ask"),
        ("The council agreed that rents were high.", "that rents were high", "The council", "agreed", "agree"),
        ("Ana Roe accused the mayor of lying.", "the mayor of lying", "Ana Roe", "accused", "criticise"),
        ("The mayor believes the road is unsafe.", "the road is unsafe", "The mayor", "believes", "think"),
        ("The mayor plans to close the road.", "to close the road", "The mayor", "plans", "intend"),
        ("Residents fear the dam will break.", "the dam will break", "Residents", "fear", "think"),
        ("The council was frustrated by the delay.", "the delay", "The council", "was frustrated", "criticise"),
        ("Ana Roe is worried that it will break.", "that it will break", "Ana Roe", "is worried", "think"),
        # Nouns, a colon, a dash, a post, a clause that is the object.
        ("Mr. Ode's criticism of the plan was heard.", "the plan", "Mr. Ode", "criticism", "criticise"),
        ("“The dam will hold for years” — Ana Roe", "“The dam will hold for years”", "Ana Roe", "—", "say"),
        ("Ana Roe: “The dam will hold for years.”", "“The dam will hold for years.”", "Ana Roe", ":", "say"),
        ("“Nobody asked us about it,” Ana Roe tweeted.", "“Nobody asked us about it,”", "Ana Roe", "tweeted", "say"),
        ("Ana Roe posted on Facebook that it leaks.", "that it leaks", "Ana Roe", "posted", "say"),
        ("In a statement, the firm said it had paid.", "it had paid", "the firm", "said", "say"),
        # Sources that are documents, anonymous, groups.
        ("The report found that the dam leaks.", "that the dam leaks", "The report", "found", "announce"),
        ("A source close to the talks said it was near.", "it was near", "A source close to the talks", "said", "say"),
        ("Half of those surveyed say they would stay.", "they would stay", "Half of those surveyed", "say", "say"),
        ("Officials said in April prices rose.", "prices rose", "Officials", "said", "say"),
        ("A poll released in May by the council showed that rents rise.", "that rents rise", "A poll", "showed",
         "say"),
        ("Few on either side of the debate think it will stay.", "it will stay", "Few on either side of the debate",
         "think", "think"),
        ("Sen. Ana Roe, D-Ohio, said it was dead.", "it was dead", "Sen. Ana Roe", "said", "say"),
        ("Carl Ode, clad in a red cape, said it failed.", "it failed", "Carl Ode", "said", "say"),
    ],
)  # fmt: skip
def test_cues_and_sources(text: str, content: str, speaker: str, cue: str, cue_class: str) -> None:
    assert rows(text) == [(content, speaker, cue)]
    assert found(text)[0].cue_class == cue_class


def test_what_is_described_in_the_passive_is_part_of_the_content() -> None:
    assert rows("The river has been described by Ana Roe as a friend.") == [
        ("The river … a friend", "Ana Roe", "has been described"),
    ]
    assert rows("Ana Roe is expected to resign in May.") == [("Ana Roe … to resign in May", None, "is expected")]


def test_relative_pronoun_stands_for_what_is_said() -> None:
    text = "The levy, which Ana Roe says would ruin the port, ends in May."
    assert rows(text) == [("which … would ruin the port", "Ana Roe", "says")]


def test_what_nobody_is_said_to_have_said() -> None:
    (statement,) = found("It is said that the dam is haunted.")
    assert (statement.speaker, statement.speaker_resolution) == (None, "none")
    (statement,) = found("The council is reportedly selling the dam.")
    assert (statement.rule, statement.speaker_resolution) == ("adverb", "none")


def test_content_of_a_noun_ends_before_the_verb_of_the_sentence() -> None:
    assert rows("The claim that the dam is leaking came from engineers.")[0][0] == "that the dam is leaking"
    assert rows("Concerns about the dam have grown.")[0][0] == "the dam"


def test_main_clause_after_another_stays_in_the_content() -> None:
    text = "Ana Roe said that if the river rises again, the town will be lost."
    assert rows(text)[0][0] == "that if the river rises again, the town will be lost"


def test_reporting_participle_begins_a_statement_of_the_same_speaker() -> None:
    text = "Ana Roe said the plan was “reckless,” adding that it “will cost us the river.”"
    assert rows(text) == [
        ("the plan was “reckless,”", "Ana Roe", "said"),
        ("that it “will cost us the river.”", "Ana Roe", "adding"),
    ]


def test_participle_after_an_inverted_verb() -> None:
    text = "“We lost,” wrote Ana Roe, citing engineers in the council."
    assert ("engineers in the council", "Ana Roe", "citing") in rows(text)


def test_office_behind_the_speaker_is_no_content() -> None:
    assert rows("The dam has cost the town $5 million, said Ana Roe, its mayor and treasurer.") == [
        ("The dam has cost the town $5 million", "Ana Roe", "said"),
    ]


def test_quotation_resumes_after_an_apposition() -> None:
    text = "“This was our dam,” said Ana Roe, the mayor of Leeds, “but it is theirs now.”"
    assert rows(text) == [("“This was our dam,” … “but it is theirs now.”", "Ana Roe", "said")]


def test_title_of_a_programme_is_no_content() -> None:
    assert rows("“This was our dam,” Ana Roe said on “Good Morning Leeds.”")[0][0] == "“This was our dam,”"


def test_headline_verbs() -> None:
    assert rows("Ana Roe Slams The Council Over Dam.")[0][1:] == ("Ana Roe", "Slams")


def test_noun_of_saying_and_colon() -> None:
    assert rows("Ana Roe issued the following statement: “We lost the farm.”")[0][0] == "“We lost the farm.”"


def test_what_polls_show() -> None:
    assert rows("Polls show Ms. Lee with a wide lead.") == [("Ms. Lee with a wide lead", "Polls", "show")]


def test_aside_about_a_report() -> None:
    assert rows("According to the report, published on Monday, the dam is leaking.")[0][0] == "the dam is leaking"


def test_relative_clause_with_an_infinitive() -> None:
    text = "Officials who asked not to be named said the deal was near."
    assert rows(text) == [
        ("not to be named", "Officials who", "asked"),
        ("the deal was near", "Officials", "said"),
    ]


def named(text: str) -> list[tuple[str | None, str]]:
    """Name of the resolved speaker and form of each statement."""
    annotations = annotate(text)
    return [
        (
            None if s.speaker_entity is None else annotations.entities[s.speaker_entity].name,
            s.speaker_resolution,
        )
        for s in annotations.statements
    ]


def test_pronouns_follow_the_gender_of_first_names() -> None:
    text = "Ana Roe and Carl Ode met on Monday. She said that the dam leaks. He said that it does not."
    assert named(text) == [("Ana Roe", "pronoun"), ("Carl Ode", "pronoun")]


def test_roles_and_groups_are_resolved() -> None:
    assert named("Mayor Ana Roe spoke to us. The mayor said that the dam leaks.") == [("Ana Roe", "nominal")]
    assert named("The River Alliance met on Monday. The group said that the dam leaks.") == [
        ("River Alliance", "nominal"),
    ]


def test_two_people_of_one_surname() -> None:
    text = "Ana Roe and Carl Roe met on Monday. Ms. Roe said that the dam leaks. Mr. Roe said that it does not."
    assert named(text) == [("Ana Roe", "partial_name"), ("Carl Roe", "partial_name")]


def test_unknown_speaker_stays_unresolved() -> None:
    assert named("The minister said that the dam leaks.") == [(None, "nominal")]


def test_days_and_venues() -> None:
    text = (
        "Ana Roe said on Tuesday that it leaks. Carl Ode said last week that it does not. "
        "Dora Kis said yesterday in Kampala that it would break. Emil Lee said on March 2 that it would not."
    )
    annotations = annotate(text)
    codes = [s.date.code if s.date else None for s in annotations.statements]
    assert codes == ["weekday:2", "days:-7", "days:-1", "month_day:03-02"]
    venues = [annotations.entities[s.place_entity].name for s in annotations.statements if s.place_entity is not None]
    assert venues == ["Kampala"]


@pytest.mark.parametrize("marks", [("Firstly,", "Secondly,"), ("First,", "Second,"), ("1.", "2."), ("1)", "2)"),
                                   ("(a)", "(b)"), ("•", "•"), ("-", "-")])  # fmt: skip
def test_enumerations_in_all_forms(marks: tuple[str, str]) -> None:
    text = f"Ana Roe set out her conditions as follows:\n\n{marks[0]} the levy ends.\n\n{marks[1]} the port opens."
    statements = [s for s in annotate(text).statements if s.list_index is not None]
    assert [(s.list_position, s.speaker_resolution, s.parent) for s in statements] == [
        (1, "carried_over", None),
        (2, "carried_over", None),
    ]


def test_whom_it_is_told_may_be_explained_between_commas() -> None:
    text = "Sergei Orlov told his Turkish counterpart, Kemal Aydin, that Ankara must choose."
    (statement,) = found(text)
    assert [span.of(text) for span in statement.contents] == ["that Ankara must choose"]
    assert statement.addressee is not None
    assert statement.addressee.of(text) == "his Turkish counterpart"


def test_the_city_a_story_begins_with_is_no_speaker() -> None:
    text = "KATHMANDU: The prime minister, Sushila Karki, said on Monday that taxes would fall."
    assert [s.rule for s in annotate(text).statements] == ["that"]


def test_turns_may_tell_what_the_speaker_is() -> None:
    text = (
        "ANA ROE, HOST: Good morning.\n\nCARL ODE, BYLINE: The bank met.\n\nROE: And then?\n\n"
        "SUBJECTS: Rates\n\nODE: It cut rates."
    )
    annotations = annotate(text)
    spoken = [
        (annotations.entities[s.speaker_entity].name, s.contents[0].of(text))
        for s in annotations.statements
        if s.speaker_entity is not None
    ]
    assert spoken[:2] == [("ANA ROE", "Good morning."), ("CARL ODE", "The bank met.")]
    assert spoken[-1] == ("CARL ODE", "It cut rates.")


def test_a_nickname_is_no_quotation() -> None:
    annotations = annotate('John "Jack" Reed, a banker, said that the bank was safe. Jack Reed left.')
    (statement,) = annotations.statements
    assert statement.speaker_entity is not None
    assert annotations.entities[statement.speaker_entity].name == 'John "Jack" Reed'


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (
            "Holm said the fund, which opened in May, would cut its fees.",
            "the fund, which opened in May, would cut its fees",
        ),
        ("Holm said that Mr. Lund, who leads it, would go.", "that Mr. Lund, who leads it, would go"),
        ("Holm said she had met Eva Lang, who owns the ship.", "she had met Eva Lang, who owns the ship"),
        ("Holm denied that the ship, which sank, was old.", "that the ship, which sank, was old"),
    ],
)
def test_a_relative_clause_belongs_to_what_is_said(text: str, content: str) -> None:
    assert [row[0] for row in rows(text)] == [content]


def test_a_relative_clause_behind_the_first_clause_belongs_to_nobodys_words() -> None:
    text = "After Holm said that she would go, which surprised the town, the mayor left."
    assert ("that she would go", "Holm", "said") in rows(text)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Her claim that the ship was safe angered families.", "that the ship was safe"),
        ("The mayor's decision to sail surprised the crew.", "to sail"),
        ("His claim that he had met the crew was false.", "that he had met the crew"),
    ],
)
def test_what_a_noun_announces_ends_before_the_sentences_verb(text: str, content: str) -> None:
    assert [row[0] for row in rows(text)] == [content]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Not so, said Ms. Lee, who lives downstream.", [("Not so", "Ms. Lee", "said")]),
        ("Never, said the mayor.", [("Never", "the mayor", "said")]),
        ("However, said the mayor, the plan is dead.", [("However … the plan is dead", "the mayor", "said")]),
    ],
)
def test_a_few_words_without_a_verb_may_be_said(text: str, expected: list[Row]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('The wind turned at noon," said Anton Reyes.', ('The wind turned at noon,"', "Anton Reyes", "said")),
        ('It rained. The road is closed," Ms. Lee said.', ('The road is closed,"', "Ms. Lee", "said")),
        ("”That is certain,“ she said.", ("”That is certain,“", "she", "said")),
    ],
)
def test_a_quotation_with_a_missing_or_turned_mark(text: str, expected: Row) -> None:
    assert rows(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Lars Bakken shook his head. "Never."', ('"Never."', "Lars Bakken", None)),
        (
            '"I was strong," Bakken said. Coach Trond Eide was in tears. "He was the best I ever had."',
            ('"He was the best I ever had."', "Coach Trond Eide", None),
        ),
        (
            "His coach, Trond Eide, was in tears.\n\n“He was the best I ever had.”",
            ("“He was the best I ever had.”", "His coach, Trond Eide", None),
        ),
        ('The old men went home. "It is late, and it is cold."', ('"It is late, and it is cold."', None, None)),
        ('It rained and it snowed. They called it "the flood".', None),
    ],
)
def test_a_quotation_behind_a_sentence_is_its_subjects(text: str, expected: Row | None) -> None:
    assert [row for row in rows(text) if row[0][0] in '"“'][-1:] == ([expected] if expected else [])


def test_a_letter_is_read_to_its_last_short_line() -> None:
    text = "Piet Louw wrote to his staff:\n\n“This is a hard day.\n\n“We close in June.\n\n“I am sorry.”"
    assert rows(text) == [("“This is a hard day. … “We close in June. … “I am sorry.”", "Piet Louw", ":")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The vote, as Ms. Roe said, was rigged.", ("The vote … was rigged", "Ms. Roe", "said")),
        ("As Ms. Roe said on Monday, the road is closed.", ("the road is closed", "Ms. Roe", "said")),
        ("The road is closed, as she admitted.", ("The road is closed", "she", "admitted")),
    ],
)
def test_an_aside_with_as(text: str, expected: Row) -> None:
    assert rows(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In Karim's opinion, the plan is dead.", ("the plan is dead", "Karim", "opinion")),
        ("The plan, in her view, is dead.", ("The plan … is dead", "her", "view")),
    ],
)
def test_an_opinion_beside_a_sentence(text: str, expected: Row) -> None:
    assert rows(text) == [expected]


def test_a_missing_closing_mark_before_the_next_quotation() -> None:
    text = '"The port is closed, the agency said. "It will open soon," it added.'
    assert rows(text) == [('"The port is closed,', "the agency", "said"), ('"It will open soon,"', "it", "added")]


def test_who_called_it_so_may_stand_behind_the_quotation() -> None:
    assert rows('The deal was called "a trap" by lawyer Carmen Diaz.') == [
        ('The deal … "a trap"', "lawyer Carmen Diaz", "was called")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The ministry will announce on Friday that the road is open.", "next_weekday:5"),
        ("The ministry announced on Friday that the road is open.", "weekday:5"),
        ("Mr. Roe said three weeks ago that the museum would open.", "days:-21"),
    ],
)
def test_the_day_of_a_statement(text: str, code: str) -> None:
    assert [s.date.code for s in found(text) if s.date] == [code]


def test_titles_in_capitals_end_no_sentence() -> None:
    text = "MR. OKAFOR: We have no money left.\n\nSEN. RUTH HALE: I agree with all of it."
    assert rows(text) == [
        ("We have no money left.", "MR. OKAFOR", ":"),
        ("I agree with all of it.", "SEN. RUTH HALE", ":"),
    ]


def test_what_is_said_inside_a_quotation_ends_without_its_mark() -> None:
    text = '"She told me it would rain," Ana Roe said.'
    inner = [s for s in found(text) if s.parent is not None]
    assert [" ".join(span.of(text) for span in s.contents) for s in inner] == ["it would rain"]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Two people briefed on the talks said the deal was dead.", "Two people briefed on the talks"),
        ("People familiar with the matter say the deal is dead.", "People familiar with the matter"),
        ("The think tank Polaris believes that the tax will fail.", "The think tank Polaris"),
        ("The 51-year-old said he was tired.", "The 51-year-old"),
        ("There were reports that the ship had sunk.", None),
    ],
)
def test_who_speaks(text: str, speaker: str | None) -> None:
    assert [row[1] for row in rows(text)] == [speaker]


def test_an_addressee_is_no_time() -> None:
    text = '"My plan," Mr. Roe told parliament last Thursday, "is dead."'
    assert [s.addressee.of(text) for s in found(text) if s.addressee] == ["parliament"]


def test_a_colon_behind_a_noun_announces_a_quotation() -> None:
    assert rows('The union had one word for the plan: "Theft."') == [('"Theft."', "The union", ":")]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (
            "The union demanded 1) higher pay, 2) safer trucks and 3) new tools.",
            ["higher pay", "safer trucks", "new tools"],
        ),
        ("They agreed on the following: (i) open it; (ii) share data.", ["open it", "share data"]),
        (
            "Ms. Roe said two things had gone wrong: first, the pump failed; second, nobody checked.",
            ["the pump failed", "nobody checked"],
        ),
        (
            "Ms. Roe made two promises. First, she would cut taxes. Second, she would leave.",
            ["First, she would cut taxes.", "Second, she would leave."],
        ),
    ],
)
def test_points_in_all_forms(text: str, points: list[str]) -> None:
    listed = [s for s in found(text) if s.list_position is not None]
    assert [(s.list_position, s.contents[0].of(text)) for s in listed] == list(enumerate(points, 1))


def test_points_behind_a_heading_are_its_subjects() -> None:
    text = "The teachers' federation demanded:\n\n- more pay\n\n- new books"
    assert rows(text) == [
        ("more pay", "The teachers' federation", None),
        ("new books", "The teachers' federation", None),
    ]

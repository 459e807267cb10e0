"""Sentences, entities, statements: pure functions of a text, and the stage that stores what they find."""

"""Attributed statements: quotations, cues, sources, contents."""

from flows.extract.speech.statements import find_statements

__all__ = ["find_statements"]

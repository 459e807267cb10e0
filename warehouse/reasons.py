"""Why a file or a record was not loaded: every code that `rejections.reason_code` can hold."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple


class Reason(NamedTuple):
    """What a code means, and what can be done about it."""

    meaning: str
    way_out: str


REASONS = MappingProxyType(
    {
        "file_missing": Reason("the file was gone when its turn came", "put it back and run again"),
        "file_unreadable": Reason("the operating system would not let it be read", "check its permissions"),
        "file_changed": Reason("the file changed while it was read", "run again when it is complete"),
        "file_empty": Reason("the file holds no bytes, or nothing but blanks", "delete it or fetch it again"),
        "file_too_large": Reason(
            "the file is larger than max_file_bytes", "raise WIREHOUSE_MAX_FILE_BYTES or split it"
        ),
        "not_a_file": Reason("a pipe, socket or device, not a regular file", "save its content to a file"),
        "link_outside": Reason("a symbolic link that leads out of the given folder", "give its target as a SOURCE"),
        "unknown_format": Reason("no reader knows this kind of file", "convert it to a format that the README lists"),
        "url_unreachable": Reason("the address gave no answer, or an error", "check the address, or try again later"),
        "invalid_utf8": Reason(
            "the bytes are not UTF-8, and no other encoding explains them for sure",
            "convert the file to UTF-8, or name its encoding in WIREHOUSE_TEXT_ENCODING",
        ),
        "file_damaged": Reason(
            "the file is not complete, valid data of its format", "fetch it again, or save it anew with its program"
        ),
        "reader_timeout": Reason(
            "reading it took longer than max_record_seconds or max_file_seconds",
            "save it anew with its program, or raise these WIREHOUSE_ settings",
        ),
        "reader_memory": Reason(
            "reading it takes more memory than max_reader_bytes", "split it, or raise WIREHOUSE_MAX_READER_BYTES"
        ),
        "reader_crashed": Reason("the process that read it died", "save it anew with its program"),
        "reader_fault": Reason(
            "a reader of another package yielded what is no record", "report it to the makers of that package"
        ),
        "unsafe_xml": Reason(
            "the XML defines entities, with which small files can grow without end", "save it without a DOCTYPE"
        ),
        "unsafe_path": Reason("a link, or a path that leads out of its archive", "unpack it yourself, if you trust it"),
        "archive_too_large": Reason(
            "an archive with more entries or bytes than allowed, or that grows beyond measure",
            "unpack it yourself, or raise the WIREHOUSE_MAX_ limit that it breaks",
        ),
        "archive_too_deep": Reason(
            "archives inside one another, deeper than max_archive_depth", "unpack the outer ones yourself"
        ),
        "encrypted": Reason("the file is encrypted", "decrypt it and save it without a password"),
        "no_text_layer": Reason("a scan: pictures of text, but no text", "run character recognition on it"),
        "http_error": Reason("an archived answer that is an error", "nothing: there is no page to read"),
        "not_html": Reason("an archived file that is no web page", "extract it from the archive, if it holds text"),
        "no_main_text": Reason("a page without a text of its own", "nothing, if it is an index; else save it as text"),
        "invalid_json": Reason("the line is not complete, valid JSON", "repair the line"),
        "not_an_object": Reason("the line is JSON, but not an object with fields", "write one object a line"),
        "malformed_row": Reason("the row of a table cannot be told from its neighbours", "repair its quotation marks"),
        "table_unclear": Reason(
            "a database with several tables, or without the one named", "name it, as in --table stories"
        ),
        "missing_text": Reason("no field holds the text", "name the field, as in --map text=body"),
        "wrong_type": Reason("a field holds another type than text", "map another field with --map, or correct it"),
        "withdrawn": Reason(
            "its agency has taken the story back",
            "nothing, as it is not to be used; `wirehouse forget` removes an earlier version",
        ),
        "empty_text": Reason("the text is empty or blank", "delete the record or fill it in"),
        "text_too_long": Reason(
            "the text is longer than max_record_chars", "raise WIREHOUSE_MAX_RECORD_CHARS or split it"
        ),
        "invalid_unicode": Reason("half of a surrogate pair, which is not a character", "repair the escape sequence"),
        "date_unreadable": Reason("the date cannot be read, or can be read in two ways", "write it as 2020-09-17"),
        "date_implausible": Reason(
            "the date lies before 1800 or in the future", "correct it, or see WIREHOUSE_MIN_PUBLISHED_YEAR"
        ),
        "contract_violation": Reason("a value breaks the contract of its table", "report it: this should not happen"),
    }
)

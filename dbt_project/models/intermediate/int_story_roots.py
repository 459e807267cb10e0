"""Which texts tell one story: a copy goes to the fullest text that has its wording, never from copy to copy."""

import pyarrow as pa


def model(dbt, session):
    """One row for each copy: its `document_id` and the `root_document_id` of its story.

    From the fullest text on, a text joins the closest root that it is like, and is a root itself where there is none.
    So every copy was compared with its root, and no chain of copies joins strangers.
    """
    dbt.config(materialized="table")
    pairs = dbt.ref("int_copy_pairs").order("shingle_count desc, document_id, closeness desc, fuller_document_id")
    root_of: dict[str, str] = {}
    for document_id, fuller_document_id in pairs.project("document_id, fuller_document_id").fetchall():
        if document_id not in root_of and fuller_document_id not in root_of:
            root_of[document_id] = fuller_document_id
    columns = {"document_id": [*root_of.keys()], "root_document_id": [*root_of.values()]}
    return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in columns]))

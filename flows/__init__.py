"""Wirehouse: the work, one folder or file for each stage (ingest, extract, transform, publish)."""

import os
from importlib.metadata import PackageNotFoundError, version

# Before numpy is loaded: the tagger's small products gain nothing from threads, which take cores from other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    __version__ = version("wirehouse")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

"""Wirehouse: the work, one folder or file for each stage (ingest, extract, transform, publish)."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("wirehouse")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

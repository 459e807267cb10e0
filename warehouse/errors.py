"""The errors a user can cause or mend: one clear line each, never a traceback."""

from __future__ import annotations


class WirehouseError(Exception):
    """Its text names what is wrong and the way out. The command line prints it and exits with `exit_code`."""

    exit_code = 1


class UsageError(WirehouseError):
    """The command was given something that does not exist or makes no sense."""

    exit_code = 2


class BusyError(WirehouseError):
    """Another run is writing to this data folder."""

    exit_code = 4

"""What dbt tells while it works, without its messages of level debug."""

from __future__ import annotations

from typing import Any

from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager import EventManager


class WithoutDebug(EventManager):
    """Drops debug messages, some twenty a model, before dbt words them: nobody hears them, and it takes a tenth of a
    small build."""

    def fire_event(
        self, e: Any, level: EventLevel | None = None, node: Any = None, force_warn_or_error_handling: bool = False
    ) -> None:
        """Tell the loggers and callbacks of an event."""
        if (level or e.level_tag()) != EventLevel.DEBUG:
            super().fire_event(e, level, node, force_warn_or_error_handling)

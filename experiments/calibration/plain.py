"""What JSON can hold: numbers that are none become null."""

import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, whatever numbers are in it.

    A score may be NaN where nothing could be emulated: that must not end a calibration when it is
    written down.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

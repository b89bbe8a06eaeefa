"""The laboratory: experiments on the model, from a file to its results.

``experiments.run`` and ``experiments.open`` return :class:`Findings`. They are imported
when first used, so that the command answers at once.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.api import Findings, open, run

__all__ = ["Findings", "open", "run"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'experiments' has no attribute {name!r}")
    from experiments import api

    return getattr(api, name)

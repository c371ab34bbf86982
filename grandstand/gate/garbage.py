"""Python's cycle collector in a server that makes many objects a second and hardly a cycle among them."""

import gc

YOUNG, MIDDLE, OLD = 200_000, 50, 100
"""Objects more than before until the young are looked through, and how many times until the older ones are. With Python's own settings, a
third of the processor's time at an on-sale went into looking through everything that is loaded (docs/explanation/on-sale.md); with 50,000, and
thousands of people waiting for an answer, a seventh still went into looking through those."""


def settle() -> None:
    """Leave what is loaded now alone for good, and look for cycles rarely. For a server's process, once it is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

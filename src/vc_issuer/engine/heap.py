"""Long work, and a garbage collector that has nothing to do with what was there before it, and little to do at all.

Work makes objects by the hundred thousand, and from time to time the collector walks through all that there are: those
of the imported libraries again and again, a tenth of a second each time, which are garbage never; and every few hundred
new ones, most of which are a slice of a batch and live until it is stored.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 20_000  # a few megabytes


@contextmanager
def set_aside() -> Iterator[None]:
    """Have the collector leave alone, while this lasts, what is there at its beginning; garbage among it waits.

    It looks through what is new less often. Where several overlap, the first that ends gives everything back: it costs
    time, and nothing else.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(max(usual[0], _NEW_OBJECTS), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()

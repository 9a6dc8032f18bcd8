"""Long work, and a garbage collector that has nothing to do with what was there before it.

Work makes objects by the hundred thousand, and from time to time the collector walks through all that there are: those
of the imported libraries again and again, a tenth of a second each time, which are garbage never.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def set_aside() -> Iterator[None]:
    """Have the collector leave alone, while this lasts, what is there at its beginning; garbage among it waits.

    Where several overlap, the first that ends gives everything back: it costs time, and nothing else.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

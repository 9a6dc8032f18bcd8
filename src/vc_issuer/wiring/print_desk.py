"""Print many documents at once before they are written out: processes render, this one alone stores."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from vc_issuer.config import Mode
from vc_issuer.engine.base import OpenWork, Standing
from vc_issuer.engine.registry import local_engine
from vc_issuer.issuance.publish import IssuedDocument, pdf_of
from vc_issuer.store.database import Database
from vc_issuer.store.documents import find_pdf
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.printing import ready_to_print

MANY = 60  # two seconds of printing; to start processes takes one


def print_ahead(home: Home, documents: Iterable[IssuedDocument], *, many: int = MANY) -> None:
    """Print and keep what has no PDF yet, on every core; fewer than `many` are left to whoever asks for them.

    Raises ConfigurationError if a process dies: what was printed is kept.
    """
    unprinted = _unprinted(home.database, documents)
    first = list(islice(unprinted, many))
    if len(first) == many:
        local_engine(0).complete(PrintingDesk(home=home, documents=chain(first, unprinted)))


@dataclass(slots=True, kw_only=True)
class PrintingDesk:
    """Where an engine gets documents that have no PDF yet, and where it brings their prints."""

    home: Home
    documents: Iterable[IssuedDocument]
    _taken: int = field(default=0, init=False)
    _kept: int = field(default=0, init=False)

    @property
    def open_work(self) -> OpenWork[IssuedDocument, tuple[IssuedDocument, bytes]]:
        """Return what makes a process ready to print."""
        return partial(ready_to_print, self.home.settings.host, is_demo=self.home.settings.mode is Mode.DEMO)

    @property
    def open_here(self) -> OpenWork[IssuedDocument, tuple[IssuedDocument, bytes]]:
        """Return the same: nothing more is needed where prints are kept."""
        return self.open_work

    def tasks(self) -> Iterator[IssuedDocument]:
        """Give each document as it is taken."""
        for issued in self.documents:
            self._taken += 1
            yield issued

    def keep(self, result: tuple[IssuedDocument, bytes]) -> None:
        """Keep a print, unless somebody was faster."""
        issued, content = result
        pdf_of(self.home.database, issued, render=lambda _: content, now=self.home.now())
        self._kept += 1

    def standing(self) -> Standing:
        """Return how many of those taken are printed."""
        return Standing(finished=self._kept, total=self._taken)


def _unprinted(database: Database, documents: Iterable[IssuedDocument]) -> Iterator[IssuedDocument]:
    for issued in documents:
        with database.reading() as session:
            is_printed = find_pdf(session, issued.document) is not None
        if not is_printed:
            yield issued

"""Print and seal what has no sealed PDF yet: processes render; this one signs, has it stamped, and stores."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice

from vc_issuer.carriers.pdf_place import is_sealed
from vc_issuer.config import Mode
from vc_issuer.engine.base import OpenWork, Standing
from vc_issuer.engine.registry import local_engine
from vc_issuer.issuance.print_seals import PrintSealer, intend_to_seal, keep_sealed, print_sealer
from vc_issuer.issuance.profile import check_keys
from vc_issuer.issuance.publish import IssuedDocument, issued_of_batch
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import get_batch
from vc_issuer.store.documents import find_pdf
from vc_issuer.wiring.home import Home
from vc_issuer.wiring.keys import key_opener, records_of
from vc_issuer.wiring.print_desk import MANY
from vc_issuer.wiring.printing import Room, ready_to_print
from vc_issuer.wiring.sealing import HttpDesk

PAGE = 40  # prints a transaction, as many as seals of ELM


def print_sealed(home: Home, batch_ids: Sequence[str], *, deed: Deed, many: int = MANY) -> int:
    """Print and seal every document of the batches that has no sealed PDF; returns how many, 0 without opening a key.

    What is kept stays: the same command goes on from there. With a `seal.level` above B-B each seal gets a time-stamp.
    Raises NotFoundError for a batch that is not there, RuleError without the role, SignerError, ConfigurationError,
    InconclusiveError if the authority is away.
    """
    with home.database.reading() as session:
        for batch_id in batch_ids:
            get_batch(session, batch_id)
    waiting = _unsealed(home, batch_ids)
    first = list(islice(waiting, many))
    if not first:
        return 0
    profile = home.profile()
    intend_to_seal(home.database, batch_ids, key_id=profile.elm.key_id, deed=deed)
    with (
        key_opener(home.settings.home)({KeyPurpose.SEAL}) as keys,
        ThreadPoolExecutor(max_workers=home.settings.seal.parallel) as pool,
    ):
        check_keys(profile, keys)
        is_stamped = home.settings.seal.level != SealLevel.B.value
        stamp = HttpDesk(home.settings, home.now).stamp if is_stamped else None
        sealer = print_sealer(keys.of(KeyPurpose.SEAL), deed.at, stamp=stamp, at_once=pool.map)
        desk = SealingDesk(home=home, documents=chain(first, waiting), sealer=sealer)
        local_engine(0 if len(first) == many else 1).complete(desk)
        desk.finish()
    return desk.kept


@dataclass(slots=True, kw_only=True)
class SealingDesk:
    """Where an engine gets documents that have no sealed PDF, and where it brings their prints."""

    home: Home
    documents: Iterable[IssuedDocument]
    sealer: PrintSealer
    kept: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)
    _page: list[tuple[IssuedDocument, bytes]] = field(default_factory=list, init=False)

    @property
    def open_work(self) -> OpenWork[IssuedDocument, tuple[IssuedDocument, bytes]]:
        """Return what makes a process ready to print; it is told public keys, and opens none."""
        settings = self.home.settings
        keys = frozenset(each.public_key for each in records_of(settings) if each.purpose is KeyPurpose.SEAL)
        room = Room(place=self.sealer.place, seal_keys=keys)
        return partial(ready_to_print, settings.host, is_demo=settings.mode is Mode.DEMO, room=room)

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
        """Take a print; a page of them is sealed and kept at once."""
        self._page.append(result)
        if len(self._page) == PAGE:
            self.finish()

    def finish(self) -> None:
        """Seal and keep the prints that were taken."""
        page, self._page = self._page, []
        sealed = self.sealer.seal([content for _, content in page])
        pairs = zip((issued for issued, _ in page), sealed, strict=True)
        self.kept += keep_sealed(self.home.database, pairs, now=self.home.now(), kept_before=self.kept)

    def standing(self) -> Standing:
        """Return how many of those taken are kept."""
        return Standing(finished=self.kept, total=self._taken)


def _unsealed(home: Home, batch_ids: Iterable[str]) -> Iterator[IssuedDocument]:
    for batch_id in batch_ids:
        for issued in issued_of_batch(home.database, batch_id, base_url=home.settings.base_url):
            with home.database.reading() as session:
                kept = find_pdf(session, issued.document)
            if kept is None or not is_sealed(kept):
                yield issued

"""Where a home's evidence comes from: its time-stamp authority, and the OCSP responders and lists of its certificates.

Everything goes through the one vetted way out. OCSP answers and lists that say how long they hold are asked for once.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from vc_issuer.config import Settings
from vc_issuer.errors import ConfigurationError
from vc_issuer.fetch import Fetcher
from vc_issuer.issuance.evidence import Augmenter
from vc_issuer.issuance.log_stamps import StampReport, stamp_checkpoints
from vc_issuer.issuance.sealing import SealingBench, SealingReport, check_level, levels_below, raise_seals, renew_seals
from vc_issuer.securing.jades_evidence import SealLevel
from vc_issuer.store.audit import Deed
from vc_issuer.store.batches import get_batch, is_batch
from vc_issuer.store.documents import find_document
from vc_issuer.store.seals import SealChoice, SealCount, count_below, count_seals
from vc_issuer.transparency.stamp import TimeAuthorities
from vc_issuer.wiring.home import Home
from vc_issuer.x509.revocation import CRL_TYPE, OCSP_REQUEST, OCSP_RESPONSE, answer_holds, write_ocsp_request
from vc_issuer.x509.tsp import NONCE_BYTES, QUERY_TYPE, REPLY_TYPE, read_time_stamp_reply, write_time_stamp_query

LIST_TYPES = (CRL_TYPE, "application/x-pkcs7-crl", "application/octet-stream")


class HttpDesk:
    """The evidence desk of a home, over HTTP. Safe to use from several threads."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings.seal
        self._now = now
        self._kept: dict[tuple[str, bytes], bytes] = {}

    @property
    def authority(self) -> str:
        """Return the address of the time-stamp authority. Raises ConfigurationError if none is set up."""
        if not self._settings.tsa:
            raise ConfigurationError(
                "no time-stamp authority is set up.",
                remedy="Name its address in seal.tsa, its anchor in trust.time_anchors.",
            )
        return self._settings.tsa

    def stamp(self, message: bytes) -> bytes:
        """Ask the time-stamp authority of `seal.tsa`; only a digest leaves the house."""
        authority = self.authority
        nonce = int.from_bytes(secrets.token_bytes(NONCE_BYTES))
        query = write_time_stamp_query(message, nonce=nonce)
        reply = self._fetcher().ask(authority, query, content_type=QUERY_TYPE, accept=REPLY_TYPE)
        return read_time_stamp_reply(reply, message, nonce=nonce)

    def ask_ocsp(self, url: str, certificate: bytes, issuer: bytes) -> bytes:
        """Ask an OCSP responder."""
        request = write_ocsp_request(certificate, issuer)
        fetch = partial(self._fetcher().ask, url, request, content_type=OCSP_REQUEST, accept=OCSP_RESPONSE)
        return self._once((url, certificate), fetch)

    def fetch_list(self, url: str) -> bytes:
        """Fetch a revocation list."""
        return self._once((url, b""), partial(self._fetcher().get_signed, url, accept=LIST_TYPES))

    def _once(self, key: tuple[str, bytes], fetch: Callable[[], bytes]) -> bytes:
        kept = self._kept.get(key)
        if kept is None or not answer_holds(kept, self._now()):
            kept = self._kept[key] = fetch()
        return kept

    def _fetcher(self) -> Fetcher:
        return Fetcher(origins=frozenset(self._settings.origins))


def home_augmenter(home: Home) -> Augmenter:
    """Return what adds evidence to this home's seals."""
    trust = home.trust()
    return Augmenter(
        desk=HttpDesk(home.settings, home.now),
        anchors=trust.anchors_at,
        time_anchors=trust.time_anchors_at,
        clock=home.now,
    )


def time_authorities(home: Home) -> TimeAuthorities:
    """Return the authorities whose time-stamps this home believes."""
    return TimeAuthorities(anchors_at=home.trust().time_anchors_at, clock=home.now)


def stamp_log(home: Home, *, deed: Deed, batch_id: str | None = None) -> StampReport:
    """Have the log's checkpoints time-stamped by `seal.tsa`, all that lack it or that of one batch.

    Raises ConfigurationError if no authority is set up, RuleError without the role.
    """
    desk = HttpDesk(home.settings, home.now)
    _ = desk.authority
    return stamp_checkpoints(
        home.database, desk.stamp, authorities=time_authorities(home), deed=deed, batch_id=batch_id
    )


def augment_seals(
    home: Home,
    names: Sequence[str],
    level: SealLevel | None,
    *,
    deed: Deed,
    progress: Callable[[int], None] = lambda _: None,
) -> SealingReport:
    """Raise the seals of batches or documents to a level, or to that of the settings. Raises RuleError."""
    wanted = level or SealLevel(home.settings.seal.level)
    with _bench(home, progress) as bench:
        return raise_seals(home.database, _choice(home, names), wanted, bench=bench, deed=deed)


def renew_due(
    home: Home,
    names: Sequence[str],
    *,
    within_days: int | None,
    deed: Deed,
    progress: Callable[[int], None] = lambda _: None,
) -> SealingReport:
    """Renew every archived seal whose proof ends within so many days, or those of the settings. Raises RuleError."""
    within = timedelta(days=home.settings.seal.renew_days if within_days is None else within_days)
    with _bench(home, progress) as bench:
        return renew_seals(home.database, _choice(home, names), within=within, bench=bench, deed=deed)


def seal_counts(home: Home, names: Sequence[str]) -> list[SealCount]:
    """Count the seals of batches, or of the whole home, by level."""
    with home.database.reading() as session:
        return count_seals(session, [get_batch(session, name).id for name in names])


def check_promised_level(home: Home, batch_id: str) -> None:
    """Refuse a batch with seals below the level of the settings. Raises RuleError."""
    level = SealLevel(home.settings.seal.level)
    with home.database.reading() as session:
        check_level(count_below(session, batch_id, levels_below(level)), batch_id, level.value)


@contextmanager
def _bench(home: Home, progress: Callable[[int], None]) -> Iterator[SealingBench]:
    with ThreadPoolExecutor(max_workers=home.settings.seal.parallel) as pool:
        yield SealingBench(augmenter=home_augmenter(home), at_once=pool.map, progress=progress)


def _choice(home: Home, names: Sequence[str]) -> SealChoice:
    batches, documents = [], []
    with home.database.reading() as session:
        for name in names:
            if is_batch(session, name):
                batches.append(name)
            else:
                documents.append(find_document(session, name).id)
    return SealChoice(batches=tuple(batches), documents=tuple(documents), levels=())

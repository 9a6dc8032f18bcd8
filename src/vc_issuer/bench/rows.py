"""The rows of what is made on one core: badges, seals, prints, status lists."""

import gzip
import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from vc_issuer.bench.clock import Cost
from vc_issuer.bench.row import Bench, Row
from vc_issuer.config import Mode
from vc_issuer.errors import RuleError
from vc_issuer.issuance.print_seals import check_seal, print_sealer
from vc_issuer.issuance.signing import proof_of
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.securing.compiled import CompiledProofs, CompiledSeals, Made
from vc_issuer.status_list import build_status_list, make_bits
from vc_issuer.wiring.printing import Room, print_document

_LIST_ENTRIES = 10_000_000
_SET_SHARE = 0.01
_LIST_ROUNDS = 5


def ob3_issue(bench: Bench) -> Row:
    """Issue a badge: a record of facts in, secured bytes out; the learner's facts, ids and digests are what varies."""
    proofs, make = _issuing(bench)
    _check_same(bench, proofs, make(0))
    return bench.row("ob3-issue", lambda count: _repeat(make, count), peer="issue")


def ob3_issue_selfverify(bench: Bench) -> Row:
    """The same, with the own signature verified before it is kept."""
    proofs, make = _issuing(bench)
    method = bench.keys.of(KeyPurpose.CREDENTIAL).method

    def work(count: int) -> None:
        for number in range(count):
            content, made = make(number)
            proofs.check(made, content, method)

    return bench.row("ob3-issue-selfverify", work, peer="issue")


def elm_seal(bench: Bench) -> Row:
    """Seal a prepared ELM payload (P-256, JAdES baseline B), and verify the own signature."""
    parts = bench.inputs.prepared(FormatName.ELM)
    seals, key, now = CompiledSeals(time_header="iat"), bench.keys.of(KeyPurpose.SEAL), bench.inputs.home.now()
    seals.learn(part.content for part in parts)
    known = [part.content for part in parts if seals.secure(part.content, key, now)]

    def work(count: int) -> None:
        for number in range(count):
            content = known[number % len(known)]
            made = seals.secure(content, key, now)
            if made is not None:
                seals.check(made, content, key.method)

    return bench.row("elm-seal", work)


def pdf(bench: Bench) -> Row:
    """Print a document from its sealed ELM, both credentials attached, as PDF/A-3."""
    home, issued = bench.inputs.home, bench.inputs.issued
    return bench.row("pdf", lambda count: _repeat(lambda n: home.render(issued[n % len(issued)]), count))


def pdf_sealed(bench: Bench) -> Row:
    """The same print sealed (P-256, PAdES baseline B): the ELM's own seal checked first, the new signature verified.

    `seal_units` is what sealing alone costs.
    """
    home, issued, key = bench.inputs.home, bench.inputs.issued, bench.keys.of(KeyPurpose.SEAL)
    sealer = print_sealer(key, home.now(), stamp=None, at_once=map)
    room = Room(place=sealer.place, seal_keys=frozenset({key.method.public_key}))
    settings = home.settings

    def printed(number: int) -> bytes:
        each = issued[number % len(issued)]
        return print_document(each, host=settings.host, is_demo=settings.mode is Mode.DEMO, room=room)

    first = printed(0)
    check_seal(sealer.seal([first])[0], issued[0].number)
    alone = bench.clock.cost(lambda count: _repeat(lambda _: sealer.seal([first]), count))
    return bench.row(
        "pdf-sealed",
        lambda count: _repeat(lambda number: sealer.seal([printed(number)]), count),
        more={"seal_units": alone.units},
    )


def status_list_10m(bench: Bench) -> Row:
    """Build and sign a list of ten million entries, one in a hundred set; `gzip_ratio` is over gzip -6 of its bits."""
    chance = random.Random(1)  # noqa: S311 -- places of a benchmark
    indexes = chance.sample(range(_LIST_ENTRIES), int(_LIST_ENTRIES * _SET_SHARE))
    home = bench.inputs.home
    suite, key, now = proof_of(home.profile().status), bench.keys.of(KeyPurpose.STATUS), home.now()

    def work() -> None:
        bits = make_bits(indexes, _LIST_ENTRIES)
        url = f"{home.settings.base_url}/status/1"
        document = build_status_list(
            url, bits, issuer=home.settings.issuer.did, purpose="revocation", valid_from=now - timedelta(seconds=1)
        )
        suite.secure(document, key, now)

    ratios: list[float] = []
    bits = make_bits(indexes, _LIST_ENTRIES)

    def measure() -> float:
        begun = time.process_time()
        gzip.compress(bits, compresslevel=6)
        between = time.process_time()
        work()
        spent = time.process_time() - between
        ratios.append(spent / (between - begun))
        return spent * 1e6

    cost: Cost = bench.clock.ratio(measure, rounds=_LIST_ROUNDS)
    return Row(work="status-list-10m", cost=cost, more={"gzip_ratio": sorted(ratios)[len(ratios) // 2]})


MAKING: Mapping[str, Callable[[Bench], Row]] = {
    "ob3-issue": ob3_issue,
    "ob3-issue-selfverify": ob3_issue_selfverify,
    "elm-seal": elm_seal,
    "pdf": pdf,
    "pdf-sealed": pdf_sealed,
    "status-list-10m": status_list_10m,
}


def _issuing(bench: Bench) -> tuple[CompiledProofs, Callable[[int], tuple[bytes, Made]]]:
    inputs, key, now = bench.inputs, bench.keys.of(KeyPurpose.CREDENTIAL), bench.inputs.home.now()
    proofs = CompiledProofs(proof_of(inputs.home.profile().ob3).suite)

    proofs.learn([inputs.badge(number) for number in range(len(inputs.awards))], key)

    def make(number: int) -> tuple[bytes, Made]:
        content = inputs.badge(number)
        made = proofs.secure(content, key, now)
        if made is None:
            raise RuleError("a badge of the benchmark has no compiled shape.", remedy="Report this as a defect.")
        return content, made

    return proofs, make


def _check_same(bench: Bench, proofs: CompiledProofs, made: tuple[bytes, Made]) -> None:
    content, fast = made
    proofs.check(fast, content, bench.keys.of(KeyPurpose.CREDENTIAL).method)
    verified = proof_of(bench.inputs.home.profile().ob3).verify(
        fast.secured.content, lambda _: bench.keys.of(KeyPurpose.CREDENTIAL).method
    )
    if not verified.document:
        raise RuleError("the badge that was measured does not verify.", remedy="Report this as a defect.")


def _repeat(work: Callable[[int], object], count: int) -> None:
    for number in range(count):
        work(number)

"""The rows of one core: badges, seals, prints, status lists."""

import gzip
import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from vc_issuer.bench.clock import Cost
from vc_issuer.bench.row import Bench, Row
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import RuleError
from vc_issuer.issuance.signing import proof_of
from vc_issuer.model.credential import FormatName
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import Verdict
from vc_issuer.securing.compiled import CompiledProofs, CompiledSeals, Made
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.status_list import build_status_list, make_bits
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.proofs import directly, held_proofs
from vc_issuer.verification.resolve import resolve_methods
from vc_issuer.verification.trust import check_key_life
from vc_issuer.verification.validity import check_period
from vc_issuer.verification.verify import Verifier

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
    method = bench.keys.credential.method

    def work(count: int) -> None:
        for number in range(count):
            content, made = make(number)
            proofs.check(made, content, method)

    return bench.row("ob3-issue-selfverify", work, peer="issue")


def ob3_verify_known(bench: Bench) -> Row:
    """Verify the proofs of a badge whose shape was seen before, as the peer does: bytes in, key found, proofs hold."""
    contents, trust = _badges(bench), bench.inputs.home.trust()
    familiar, now = Familiar(directly), bench.inputs.home.now()

    def work(count: int) -> None:
        for number in range(count):
            content = contents[number % len(contents)]
            document = parse_strict(content, limits=LIMITS)
            if not isinstance(document, dict):
                raise RuleError("a badge of the benchmark is no object.", remedy="Report this as a defect.")
            methods = resolve_methods(document, trust, KeyPurpose.CREDENTIAL)
            check_period(document, now)
            for line in held_proofs(familiar.prove(content, document, methods.found), now):
                check_key_life(methods.found[line.method_id], line.created)

    work(4)
    return bench.row("ob3-verify-known", work, peer="verify")


def ob3_report_known(bench: Bench) -> Row:
    """Report on the same badge in full: schema, status by two lists, the twin's core and a summary beside the proof."""
    contents = _badges(bench)
    verifier = Verifier(bench.inputs.home.trust(), directly, familiar=Familiar(directly))
    _verify(verifier, contents, bench, 4)
    return bench.row("ob3-report-known", lambda count: _verify(verifier, contents, bench, count))


def ob3_verify_foreign(bench: Bench) -> Row:
    """Verify a badge of a shape never seen: by the generic path, with two status lists."""
    contents = _badges(bench)
    trust = bench.inputs.home.trust()

    def work(count: int) -> None:
        for _ in range(count):
            # A verifier that has seen nothing; its status lists are verified once more, as a stranger's would be.
            _verify(Verifier(trust, directly), contents, bench, 1)

    return bench.row("ob3-verify-foreign", work, peer="verify")


def elm_seal(bench: Bench) -> Row:
    """Seal a prepared ELM payload (P-256, JAdES baseline B), and verify the own signature."""
    parts = bench.inputs.prepared(FormatName.ELM)
    seals, key, now = CompiledSeals(time_header="iat"), bench.keys.seal, bench.inputs.home.now()
    seals.learn(part.content for part in parts)
    known = [part.content for part in parts if seals.secure(part.content, key, now)]

    def work(count: int) -> None:
        for number in range(count):
            content = known[number % len(known)]
            made = seals.secure(content, key, now)
            if made is not None:
                seals.check(made, content, key.method)

    return bench.row("elm-seal", work)


def elm_verify(bench: Bench) -> Row:
    """Verify a sealed ELM document, every check: bytes in, report out."""
    contents = [issued.elm.content for issued in bench.inputs.issued]
    verifier = Verifier(bench.inputs.home.trust(), directly)
    return bench.row("elm-verify", lambda count: _verify(verifier, contents, bench, count))


def pdf(bench: Bench) -> Row:
    """Print a document from its sealed ELM, both credentials attached, as PDF/A-3."""
    home, issued = bench.inputs.home, bench.inputs.issued
    return bench.row("pdf", lambda count: _repeat(lambda n: home.render(issued[n % len(issued)]), count))


def status_list_10m(bench: Bench) -> Row:
    """Build and sign a list of ten million entries, one in a hundred set; `gzip_ratio` is over gzip -6 of its bits."""
    chance = random.Random(1)  # noqa: S311 -- places of a benchmark
    indexes = chance.sample(range(_LIST_ENTRIES), int(_LIST_ENTRIES * _SET_SHARE))
    home = bench.inputs.home
    suite, key, now = proof_of(home.profile().status), bench.keys.status, home.now()

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


ONE_CORE: Mapping[str, Callable[[Bench], Row]] = {
    "ob3-issue": ob3_issue,
    "ob3-issue-selfverify": ob3_issue_selfverify,
    "ob3-verify-known": ob3_verify_known,
    "ob3-report-known": ob3_report_known,
    "ob3-verify-foreign": ob3_verify_foreign,
    "elm-seal": elm_seal,
    "elm-verify": elm_verify,
    "pdf": pdf,
    "status-list-10m": status_list_10m,
}


def _issuing(bench: Bench) -> tuple[CompiledProofs, Callable[[int], tuple[bytes, Made]]]:
    inputs, key, now = bench.inputs, bench.keys.credential, bench.inputs.home.now()
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
    proofs.check(fast, content, bench.keys.credential.method)
    verified = proof_of(bench.inputs.home.profile().ob3).verify(
        fast.secured.content, lambda _: bench.keys.credential.method
    )
    if not verified.document:
        raise RuleError("the badge that was measured does not verify.", remedy="Report this as a defect.")


def _badges(bench: Bench) -> list[bytes]:
    """Return badges of one offering, kind and language."""
    language = bench.inputs.language
    kind = bench.inputs.issued[0].document.kind
    issued = [each for each in bench.inputs.issued if each.document.kind is kind]
    return [each.ob3[language].content for each in issued]


def _verify(verifier: Verifier, contents: list[bytes], bench: Bench, count: int) -> None:
    now = bench.inputs.home.now()
    for number in range(count):
        report = verifier.verify(contents[number % len(contents)], "bench", now)
        if report.verdict is not Verdict.CURRENT:
            raise RuleError(f"a badge of the benchmark is {report.verdict.value}.", remedy="Report this as a defect.")


def _repeat(work: Callable[[int], object], count: int) -> None:
    for number in range(count):
        work(number)

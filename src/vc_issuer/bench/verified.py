"""The rows of what is verified on one core: one a kind of file, each with the full report but where it says otherwise.

The verifier is the one of the pages, with what runs in a killable child there run in this process.
"""

from collections.abc import Callable, Mapping, Sequence

from vc_issuer.bench import files
from vc_issuer.bench.row import Bench, Row
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import RuleError
from vc_issuer.model.keys import KeyPurpose
from vc_issuer.model.report import Verdict
from vc_issuer.securing.data_integrity import LIMITS
from vc_issuer.verification.familiar import Familiar
from vc_issuer.verification.proofs import directly, held_proofs
from vc_issuer.verification.resolve import resolve_methods
from vc_issuer.verification.trust import check_key_life
from vc_issuer.verification.validity import check_period
from vc_issuer.verification.verify import Verifier


def ob3_verify_known(bench: Bench) -> Row:
    """Verify the proofs of a badge whose shape was seen before, as the peer does: bytes in, key found, proofs hold."""
    contents, trust = files.badges(bench.inputs), bench.inputs.home.trust()
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
    return _reported(bench, "ob3-report-known", files.badges(bench.inputs), peer="verify")


def ob3_verify_foreign(bench: Bench) -> Row:
    """Verify a badge of a shape never seen: by the generic path, with two status lists."""
    contents = files.badges(bench.inputs)
    trust = bench.inputs.home.trust()

    def work(count: int) -> None:
        for _ in range(count):
            # A verifier that has seen nothing; its status lists are verified once more, as a stranger's would be.
            _verify(Verifier(trust, directly), contents, bench, 1)

    return bench.row("ob3-verify-foreign", work, peer="verify")


def elm_verify(bench: Bench) -> Row:
    """Verify a sealed ELM document, every check: bytes in, report out."""
    contents = [issued.elm.content for issued in bench.inputs.issued]
    verifier = Verifier(bench.inputs.home.trust(), directly)
    return bench.row("elm-verify", lambda count: _verify(verifier, contents, bench, count))


def ob3_verify_png(bench: Bench) -> Row:
    """Verify a badge of a known shape that is baked into its PNG picture."""
    return _reported(bench, "ob3-verify-png", files.baked_png(bench.inputs))


def ob3_verify_svg(bench: Bench) -> Row:
    """Verify a badge of a known shape that is baked into an SVG drawing."""
    return _reported(bench, "ob3-verify-svg", files.baked_svg(bench.inputs))


def ob3_verify_jwt(bench: Bench) -> Row:
    """Verify a badge that is secured as `vc+jwt`: nothing is canonicalised."""
    return _reported(bench, "ob3-verify-jwt", files.tokens(bench.inputs, bench.keys.of(KeyPurpose.CREDENTIAL)))


def pdf_verify(bench: Bench) -> Row:
    """Verify a print: both credentials that are attached, and that they are twins."""
    return _reported(bench, "pdf-verify", files.printed(bench.inputs))


def presentation_verify(bench: Bench) -> Row:
    """Verify a presentation of one badge: the holder's proof by the generic path, the badge's shape is known."""
    contents = files.presentations(bench.inputs, files.holder_key())
    return _reported(bench, "presentation-verify", contents, peer="present")


def zip_verify(bench: Bench) -> Row:
    """Verify an archive of forty badges of a known shape, each another learner's."""
    contents = [files.archive(bench.inputs)]
    return _reported(bench, "zip-verify", contents, more={"files": float(files.ZIPPED)})


def qr_verify(bench: Bench) -> Row:
    """Verify a photo of a print: read the QR code, find the badge behind it in the own database, report on that."""
    return _reported(bench, "qr-verify", files.photos(bench.inputs))


VERIFYING: Mapping[str, Callable[[Bench], Row]] = {
    "ob3-verify-known": ob3_verify_known,
    "ob3-report-known": ob3_report_known,
    "ob3-verify-foreign": ob3_verify_foreign,
    "ob3-verify-png": ob3_verify_png,
    "ob3-verify-svg": ob3_verify_svg,
    "ob3-verify-jwt": ob3_verify_jwt,
    "pdf-verify": pdf_verify,
    "elm-verify": elm_verify,
    "presentation-verify": presentation_verify,
    "zip-verify": zip_verify,
    "qr-verify": qr_verify,
}


def _reported(
    bench: Bench, name: str, contents: Sequence[bytes], *, peer: str = "", more: Mapping[str, float] | None = None
) -> Row:
    """Measure the full report on these files, by a verifier that has seen badges of their shape."""
    verifier = Verifier(bench.inputs.home.trust(), directly, familiar=Familiar(directly))
    # A shape is compiled at its second sight.
    _verify(verifier, files.badges(bench.inputs), bench, 4)
    return bench.row(name, lambda count: _verify(verifier, contents, bench, count), peer=peer, more=more)


def _verify(verifier: Verifier, contents: Sequence[bytes], bench: Bench, count: int) -> None:
    now = bench.inputs.home.now()
    for number in range(count):
        report = verifier.verify(contents[number % len(contents)], "bench", now)
        if report.verdict is not Verdict.CURRENT:
            raise RuleError(f"a file of the benchmark is {report.verdict.value}.", remedy="Report this as a defect.")

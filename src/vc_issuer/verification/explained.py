"""What is recognised and can't be proven here: say what it is, why no answer is given, and who can give one."""

from typing import Any

from vc_issuer.errors import InconclusiveError, InvalidError
from vc_issuer.model.report import CheckId
from vc_issuer.verification.candidate import Candidate, Kind
from vc_issuer.verification.examination import Examination

_NOT_MADE = (CheckId.KEY, CheckId.ISSUER_BINDING, CheckId.STATUS, CheckId.TRUST)


def explain(candidate: Candidate, examination: Examination) -> None:
    """Note the checks of a candidate that carries no proof of a kind that is checked here."""
    examination.attempt(CheckId.PROOF, lambda: _proof(candidate))
    for check in _NOT_MADE:
        examination.skip(check, "not looked at, because nothing here is proven")


def _proof(candidate: Candidate) -> tuple[None, str, str]:
    if candidate.kind is Kind.UNSEALED_ELM:
        raise InvalidError(
            "nobody sealed this document: anybody could have written it.",
            remedy="Ask the holder for the sealed file, as the issuer or the Europass wallet delivered it.",
            clause="ETSI TS 119 182-1",
        )
    raise InconclusiveError(_badge_2(candidate), remedy="Or ask for version 3.", clause="Open Badges 2.0")


def _badge_2(candidate: Candidate) -> str:
    if candidate.is_token:
        return (
            "this Open Badge of version 2 is signed in a way whose keys lie at its issuer's site;"
            " it is checked with a validator of version 2, not here."
        )
    address: Any = candidate.document.get("id")
    where = f" at {address[:200]}" if isinstance(address, str) and address.startswith("https://") else ""
    return (
        "this Open Badge of version 2 carries no proof of its own: only its issuer's site says whether it is genuine."
        f" Compare it with what the issuer publishes{where}."
    )

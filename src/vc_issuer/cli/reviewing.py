"""How a review is shown to an approver: the digest, what is unusual, and a sample of documents as they will read."""

from typing import Any

from vc_issuer.cli.output import console
from vc_issuer.issuance.review import Review
from vc_issuer.model.credential import CredentialSummary


def show_review(review: Review) -> None:
    """Print a review for a person."""
    out = console()
    out.print(f"{review.batch_id}: {review.documents} documents, digest {review.digest}", markup=False)
    for outlier in review.outliers:
        rows = f" (rows {', '.join(map(str, outlier.positions[:10]))})" if outlier.positions else ""
        out.print(f"  unusual: {outlier.message}{rows}", markup=False)
    if not review.outliers:
        out.print("  nothing unusual was found")
    out.print(f"  {len(review.sample)} of them, drawn at random:")
    for summary in review.sample:
        out.print(f"    {_line(summary)}", markup=False)


def review_as_json(review: Review) -> dict[str, Any]:
    """Return a review as JSON values."""
    return {
        "batch": review.batch_id,
        "digest": review.digest,
        "documents": review.documents,
        "token": review.token,
        "outliers": [
            {"kind": o.kind, "subject": o.subject, "message": o.message, "rows": list(o.positions)}
            for o in review.outliers
        ],
        "sample": [
            {
                "number": summary.number,
                "learner": summary.learner_name,
                "title": summary.title,
                "kind": summary.kind,
                "ects": str(summary.credits) if summary.credits is not None else None,
                "mark": summary.mark,
                "awarded_on": summary.awarded_on.isoformat() if summary.awarded_on else None,
            }
            for summary in review.sample
        ],
    }


def _line(summary: CredentialSummary) -> str:
    facts = [summary.number, summary.learner_name, summary.title]
    facts += [f"{summary.credits} ECTS"] if summary.credits is not None else []
    facts += [summary.mark] if summary.mark else []
    facts += [summary.awarded_on.isoformat()] if summary.awarded_on else []
    return " · ".join(facts)

"""The shape of the JSON answers, for the OpenAPI document: clients are generated from it, and tests hold it true."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

PROBLEM = "application/problem+json"


class _Shape(BaseModel):
    """What every answer's shape is: no member that is not named here."""

    model_config = ConfigDict(extra="forbid")


class CheckShape(_Shape):
    """One finding of a numbered check."""

    n: int
    id: str
    outcome: Literal["passed", "failed", "indeterminate"]
    clause: str
    message: str


class SourceShape(_Shape):
    """What one source of trust said of an issuer."""

    kind: str
    where: str
    found: bool
    checked_at: str
    note: str


class EndorsementShape(_Shape):
    """What became of one endorsement in a badge."""

    endorser: str
    name: str
    about: str
    pointer: str
    comment: str
    outcome: Literal["passed", "failed", "indeterminate"]
    message: str


class IssuerShape(_Shape):
    """Who issued, by the name that the trust source gives."""

    id: str
    name: str
    trusted: bool
    source: str
    sources: list[SourceShape]


class OtherShape(_Shape):
    """What a file is that is no credential of a learner; `of` by its own word, `name` by the trust source."""

    kind: Literal["status-list", "did-document", "issuer-profile", "achievement"]
    of: str
    name: str
    count: int | None
    purpose: str
    language: str = ""
    text: str = ""


class FactShape(_Shape):
    """One fact of a recognition sheet: a stable code, who says it, a sentence, and the issuer's own words."""

    code: str
    source: Literal["signed-by-issuer", "claimed", "trust-source", "this-check", "not-stated"]
    text: str
    quotes: list[str]


class QuestionShape(_Shape):
    """The answer to one of the seven questions of receivers."""

    id: str
    rating: str
    good: bool
    facts: list[FactShape]


class ElementShape(_Shape):
    """One element of Annex I of Recommendation 2022/C 243/02."""

    id: str
    name: str
    state: Literal["present", "imperfect", "in-prose", "absent"]


class AnnexShape(_Shape):
    """How complete a credential is by Annex I."""

    mandatory: int
    optional: int
    elements: list[ElementShape]


class AgeShape(_Shape):
    """How old an award and its content are."""

    awarded_on: str | None
    months: int | None
    version: str
    five_years_or_older: bool


class CategoryShape(_Shape):
    """One bar of a distribution of marks."""

    label: str
    count: int


class GradeShape(_Shape):
    """A mark in its reference group; `top_percent` is None where the credential leaves its place open."""

    mark: str
    group: str
    size: int
    top_percent: int | None
    categories: list[CategoryShape]


class SheetShape(_Shape):
    """What one award is worth, from the signed data; advice, never a decision."""

    advisory: Literal[True]
    language: str
    credential: str
    verdict: str
    vouched: bool
    questions: list[QuestionShape]
    annex_one: AnnexShape
    age: AgeShape
    grade: GradeShape | None


class ReportShape(_Shape):
    """The report on one file; `parts` holds those of the credentials inside it."""

    file: str
    format: str
    verdict: Literal[
        "current",
        "expired",
        "not-yet-valid",
        "revoked",
        "suspended",
        "superseded",
        "status-unknown",
        "not-genuine",
        "unknown-issuer",
        "unreadable",
    ]
    checks: list[CheckShape]
    issuer: IssuerShape | None
    summary: dict[str, Any] | None
    checked_at: str
    endorsements: list[EndorsementShape] = []
    other: OtherShape | None = None
    parts: list["ReportShape"] = []
    recognition: list[SheetShape] = []


class VerificationShape(_Shape):
    """The answer of `POST /verify`: one report a file, in their order."""

    reports: list[ReportShape]


class StackedShape(BaseModel):
    """An award in a stack, and why it is left out where it is."""

    file: str
    verdict: str
    title: str = ""
    code: str = ""
    ects: str | None = None
    beside: str | None = None


class FindingShape(_Shape):
    """One finding on several awards together."""

    kind: Literal["satisfied", "missing", "double-counted", "human-needed"]
    code: str
    text: str
    files: list[str]


class IdentityShape(_Shape):
    """Whether the awards are of one learner."""

    outcome: Literal["same", "ask", "different"]
    reasons: list[str]


class StackShape(_Shape):
    """The answer of `POST /stack`; advice, never a decision."""

    advisory: Literal[True]
    language: str
    target: str
    identity: IdentityShape
    added_up: bool
    earned_ects: str
    recognised_ects: str
    counted: list[StackedShape]
    left_out: list[StackedShape]
    findings: list[FindingShape]


class ProblemShape(_Shape):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems with which an operation may answer."""
    schema = {"$ref": "#/components/schemas/ProblemShape"}
    return {
        status: {"description": "A problem document (RFC 9457)", "content": {PROBLEM: {"schema": schema}}}
        for status in statuses
    }


def files_body(**fields: dict[str, Any]) -> dict[str, Any]:
    """Describe a request that holds files: a form with `files` and more fields, or one raw body."""
    upload = {"type": "string", "format": "binary"}
    properties = {"files": {"type": "array", "items": upload}, **fields}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": {"type": "object", "properties": properties, "required": ["files"]}},
                "application/octet-stream": {"schema": upload},
            },
        }
    }

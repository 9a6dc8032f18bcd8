"""Read the facts back out of an ELM document in one language: what print and page show.

It reads the graph, so it understands documents of other issuers too, as far as they say what a summary holds.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from vc_issuer.formats import vocabularies
from vc_issuer.formats.details import Details, with_details
from vc_issuer.formats.elm.build import NUMBER_SCHEME, OB3_SCHEME, STUDENT_SCHEME
from vc_issuer.formats.elm.graph import ElmGraph, GraphNode, literal_in, read_graph, text_in
from vc_issuer.formats.elm.qualification import CODE_SCHEME, OPPORTUNITIES, VERSION_SCHEME
from vc_issuer.formats.elm.read_details import ClaimNodes, read_details
from vc_issuer.model.credential import (
    CredentialSummary,
    Document,
    FormatName,
    StatusSlot,
    SummaryLabel,
    SummaryOutcome,
)

LOST = ("pass mark and allowed marks as values", "micro-credential as a type", "status as a value")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?\Z")
_STATUS_ENTRY = re.compile(r"(https://[^#]+)#(\d{1,12})\Z")
# A mark begins with a digit or a minus sign; words such as "Pass" are no mark on either side of the twins.
_MARK = re.compile(r"[-0-9]")


def summarise_document(document: Document, language: str) -> CredentialSummary:
    """Summarise a document without violations in `language`; a missing text is taken in its first language."""
    graph = read_graph(document)
    return _Summary(graph, language).build()


class _Summary:
    """Finds the places of one document in one language."""

    def __init__(self, graph: ElmGraph, language: str) -> None:
        self._graph = graph
        self._language = language
        self._root = graph.root
        self._issuer = graph.first(self._root, "issuer")
        self._person = graph.first(self._root, "credentialSubject")
        self._claims = graph.follow(self._person, "hasClaim")
        self._claim = next(iter(self._claims), None)
        self._award = graph.first(self._claim, "awardedBy")
        self._specification = graph.first(self._claim, "specifiedBy")
        self._activity = graph.first(self._claim, "influencedBy") or self._claim
        self._proofs = graph.follow(self._claim, "provenBy")
        self._badges = self._identifiers(self._root, OB3_SCHEME)

    def build(self) -> CredentialSummary:
        """Return the summary."""
        specification = self._specification
        start, end = self._period()
        summary = CredentialSummary(
            format=FormatName.ELM,
            id=self._root.key,
            language=self._language,
            kind=self._kind(),
            number=self._identifier(self._root, NUMBER_SCHEME),
            title=self._text(self._claim, "title"),
            issuer_id=self._identifier(self._issuer, "DID") or (self._issuer.key if self._issuer else ""),
            issuer_name=self._text(self._issuer, "legalName"),
            issuer_legal_id=literal_in(self._graph.first(self._issuer, "eIDASIdentifier"), "notation"),
            awarding_bodies=self._awarding_bodies(),
            learner_name=self._learner_name(),
            birth_date=_day(self._person, "dateOfBirth"),
            student_number=self._identifier(self._person, STUDENT_SCHEME),
            awarded_on=_day(self._award, "awardingDate"),
            valid_from=_moment(self._root, "validFrom"),
            valid_until=_moment(self._root, "validUntil") or _moment(self._root, "expirationDate"),
            offering=specification.key if specification and not specification.is_blank else "",
            part_of=tuple(each.key for each in self._graph.follow(specification, "isPartOf") if not each.is_blank),
            code=self._identifier(specification, CODE_SCHEME),
            version=self._identifier(specification, VERSION_SCHEME),
            credits=_points(self._credit_point()),
            credits_total=_points(self._graph.first(specification, "creditPoint")),
            credit_system=self._label(self._credit_point(), "framework"),
            hours=self._hours(),
            eqf=self._label(specification, "eqfLevel"),
            nqf=self._label(specification, "nqfLevel"),
            mode=self._label(specification, "mode"),
            learning_setting=self._label(specification, "learningSetting"),
            assessments=self._assessments(),
            supervision=next(iter(self._labels(self._proofs, "idVerification")), None),
            quality=self._quality(),
            languages=self._labels([specification] if specification else [], "language"),
            isced=self._label(specification, "thematicArea"),
            outcomes=self._outcomes(),
            mark=self._mark(),
            activity_start=start,
            activity_end=end,
            term=self._text(self._graph.first(self._activity, "temporal"), "prefLabel"),
            description=self._text(specification, "description") or self._text(self._claim, "description"),
            statements=self._statements(),
            country=self._country(),
            status=self._status(),
            twin_ids=tuple(literal_in(badge, "notation") for badge in self._badges),
            lost=self._lost(),
        )
        return with_details(summary, self._details())

    def _text(self, node: GraphNode | None, member: str, *fallbacks: str) -> str:
        return text_in(node, member, self._language, *fallbacks)

    def _details(self) -> Details:
        claim = ClaimNodes(
            root=self._root,
            claim=self._claim,
            award=self._award,
            specification=self._specification,
            proofs=tuple(self._proofs),
        )
        return read_details(self._graph, claim, self._language, is_own=bool(self._badges))

    def _lost(self) -> tuple[str, ...]:
        """Name what isn't shown: other claims and parts of a foreign document, and what the model has no place for."""
        has_parts = len(self._claims) > 1 or self._graph.follow(self._claim, "hasPart")
        if not self._badges:
            return ("parts",) if has_parts else ()
        return LOST

    def _identifiers(self, node: GraphNode | None, scheme: str) -> list[GraphNode]:
        return [each for each in self._graph.follow(node, "identifier") if literal_in(each, "schemeName") == scheme]

    def _identifier(self, node: GraphNode | None, scheme: str) -> str:
        return next((literal_in(each, "notation") for each in self._identifiers(node, scheme)), "")

    def _labels(self, nodes: list[GraphNode], member: str) -> tuple[SummaryLabel, ...]:
        concepts = {concept.key: concept for node in nodes for concept in self._graph.follow(node, member)}
        return tuple(
            SummaryLabel(iri="" if concept.is_blank else key, label=self._text(concept, "prefLabel", "en"))
            for key, concept in concepts.items()
        )

    def _label(self, node: GraphNode | None, member: str) -> SummaryLabel | None:
        return next(iter(self._labels([node] if node else [], member)), None)

    def _kind(self) -> str:
        if not self._badges or self._specification is None:
            return ""
        types = set(self._specification.links.get("dcType", ()))
        return next(
            (kind.value for kind, code in OPPORTUNITIES.items() if vocabularies.opportunity(code).iri in types), ""
        )

    def _awarding_bodies(self) -> tuple[str, ...]:
        bodies = self._graph.follow(self._award, "awardingBody")
        bodies.sort(key=lambda body: body is not self._issuer)
        return tuple(self._text(body, "legalName") or self._text(body, "prefLabel") for body in bodies)

    def _learner_name(self) -> str:
        parts = [self._text(self._person, member) for member in ("givenName", "familyName")]
        return self._text(self._person, "fullName") or " ".join(part for part in parts if part)

    def _credit_point(self) -> GraphNode | None:
        received = self._graph.first(self._claim, "creditReceived")
        return received or self._graph.first(self._specification, "creditPoint")

    def _hours(self) -> int | None:
        for node, member in ((self._specification, "volumeOfLearning"), (self._activity, "workload")):
            found = _DURATION.match(literal_in(node, member))
            if found and any(found.groups()):
                days, hours, minutes = (int(group or 0) for group in found.groups())
                return days * 24 + hours + round(minutes / 60)
        return None

    def _assessments(self) -> tuple[SummaryLabel, ...]:
        specifications = [each for proof in self._proofs for each in self._graph.follow(proof, "specifiedBy")]
        return self._labels(specifications, "dcType")

    def _quality(self) -> tuple[SummaryLabel, ...]:
        """Return the external decisions by their IRI, then what the issuer says of its own quality assurance."""
        decisions = [
            SummaryLabel(iri="" if each.is_blank else each.key, label=self._text(each, "title"))
            for each in self._graph.follow(self._specification, "accreditation")
        ]
        statements = [
            SummaryLabel(iri="", label=self._text(note, "noteLiteral"))
            for note in self._graph.follow(self._specification, "additionalNote")
            if set(note.links.get("subject", ())) & vocabularies.members("accreditation")
        ]
        return (*decisions, *statements)

    def _outcomes(self) -> tuple[SummaryOutcome, ...]:
        return tuple(
            SummaryOutcome(
                id="" if outcome.is_blank else outcome.key,
                title=self._text(outcome, "title"),
                esco=next(iter(outcome.links.get("relatedESCOSkill", ())), ""),
            )
            for outcome in self._graph.follow(self._specification, "learningOutcome")
        )

    def _mark(self) -> str:
        grades = [self._text(self._graph.first(proof, "grade"), "noteLiteral") for proof in self._proofs]
        return next((grade for grade in grades if _MARK.match(grade)), "")

    def _period(self) -> tuple[date | None, date | None]:
        period = self._graph.first(self._activity, "temporal")
        return _day(period, "startDate"), _day(period, "endDate")

    def _statements(self) -> tuple[str, ...]:
        texts = [self._text(note, "noteLiteral") for note in self._graph.follow(self._claim, "additionalNote")]
        return tuple(line for text in texts for line in text.split("\n") if line)

    def _country(self) -> str:
        country = self._graph.first(self._issuer, "location", "address", "countryCode")
        return vocabularies.code_of(country.key, "country") if country else ""

    def _status(self) -> StatusSlot | None:
        if not self._badges:
            return None
        for each in self._graph.follow(self._claim, "supplementaryDocument"):
            found = _STATUS_ENTRY.match(literal_in(each, "contentURL"))
            if found:
                return StatusSlot(list_url=found[1], index=int(found[2]))
        return None


def _points(credit_point: GraphNode | None) -> Decimal | None:
    point = literal_in(credit_point, "point")
    try:
        return Decimal(point) if point else None
    except InvalidOperation:
        return None


def _day(node: GraphNode | None, member: str) -> date | None:
    try:
        return date.fromisoformat(literal_in(node, member)[:10])
    except ValueError:
        return None


def _moment(node: GraphNode | None, member: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(literal_in(node, member))
        # A foreign time without a zone is read as UTC, for it must compare with ours.
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # an offset may lead out of the calendar
        return None

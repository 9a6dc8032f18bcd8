"""Nodes of an ELM document: numbered ids, language maps, concepts, notes, and organisations told in full."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from vc_issuer.errors import InputError
from vc_issuer.formats import vocabularies
from vc_issuer.formats.vocabularies import Concept
from vc_issuer.model.credential import JsonValue
from vc_issuer.model.grading import plain
from vc_issuer.model.parties import Assessor, Organisation
from vc_issuer.model.text import LocalizedText

Node: TypeAlias = dict[str, JsonValue]


def instant(value: datetime) -> str:
    """Write an aware UTC time to the second, as VCDM 1.1 wants it."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(day: date) -> str:
    """Write a calendar day as the dateTime that ELM demands; its first ten characters are the day."""
    return f"{day.isoformat()}T00:00:00Z"


def end_of_day(day: date) -> str:
    """Write the last second of a calendar day: a credential is valid through its last day."""
    return f"{day.isoformat()}T23:59:59Z"


def base64_text(content: bytes) -> str:
    """Write bytes in base64, as a MediaObject carries them."""
    return base64.b64encode(content).decode("ascii")


class NodeFactory:
    """Makes the nodes of one document in its languages.

    Inner ids count from one per kind, so they say nothing about anybody; the same record always gets the same.
    An organisation is told in full the first time and wherever a reader needs its identifiers; `stub` names it again.
    """

    def __init__(self, languages: tuple[str, ...], issuer_key: str, issuer_did: str) -> None:
        self.languages = languages
        self._issuer_key = issuer_key
        self._issuer_did = issuer_did
        self._counts: Counter[str] = Counter()
        self._organisations: dict[str, Node] = {}

    def new_id(self, kind: str) -> str:
        """Return the next document-local id of this kind."""
        self._counts[kind] += 1
        return f"urn:epass:{kind}:{self._counts[kind]}"

    def text(self, text: LocalizedText) -> dict[str, JsonValue]:
        """Write a language map in the document's languages, and in the text's first where one of them is missing."""
        wanted = set(self.languages)
        if not wanted <= set(text.languages):
            wanted.add(text.languages[0])
        return {language: value for language, value in text if language in wanted}

    def concept(self, concept: Concept) -> Node:
        """Embed a controlled value with its scheme and its names; readers fetch nothing."""
        node: Node = {
            "id": concept.iri,
            "type": "Concept",
            "inScheme": {"id": concept.scheme, "type": "ConceptScheme"},
            "prefLabel": self.text(concept.labels),
        }
        return {**node, "notation": concept.notation} if concept.notation else node

    def note(self, text: LocalizedText, *, kind: str = "note") -> Node:
        """Make a Note."""
        return {"id": self.new_id(kind), "type": "Note", "noteLiteral": self.text(text)}

    def notes(self, texts: Iterable[LocalizedText], *, kind: str = "note") -> list[JsonValue]:
        """Make one Note a text."""
        return [self.note(text, kind=kind) for text in texts]

    def web_resource(self, url: str, title: LocalizedText | None = None) -> Node:
        """Make a WebResource."""
        node: Node = {"id": self.new_id("webResource"), "type": "WebResource", "contentURL": url}
        return {**node, "title": self.text(title)} if title else node

    def identifier(self, scheme_name: str, notation: str, **more: JsonValue) -> Node:
        """Make an Identifier; `more` holds schemeId, schemeVersion or creator."""
        return {
            "id": self.new_id("identifier"),
            "type": "Identifier",
            "schemeName": scheme_name,
            **more,
            "notation": notation,
        }

    def credit_point(self, points: Decimal) -> Node:
        """Make a CreditPoint in ECTS."""
        return {
            "id": self.new_id("creditPoint"),
            "type": "CreditPoint",
            "framework": self.concept(vocabularies.ects()),
            "point": plain(points),
        }

    def location(self, country: str, *, full: str = "", region: str = "", name: str = "") -> Node:
        """Make a Location with its one Address; regions of countries whose list we don't hold are left out."""
        address: Node = {
            "id": self.new_id("address"),
            "type": "Address",
            "countryCode": self.concept(vocabularies.country(country)),
        }
        if full:
            address["fullAddress"] = self.note(self._untranslated(full))
        node: Node = {"id": self.new_id("location"), "type": "Location", "address": address}
        if region.startswith("BEL"):
            node["spatialCode"] = self.concept(vocabularies.region(region))
        if name:
            node["geographicName"] = self.text(self._untranslated(name))
        return node

    def organisation(self, organisation: Organisation) -> Node:
        """Tell an organisation in full; called twice for one organisation, it returns the same node."""
        if organisation.key not in self._organisations:
            self._organisations[organisation.key] = self._tell(organisation)
        return self._organisations[organisation.key]

    def agency(self, name: str, country: str) -> Node:
        """Tell an agency of which only name and country are known; the same agency is the same node."""
        if not name or not country:
            raise InputError(
                "A quality-assurance label names a decision, but not the agency and its country.",
                remedy="Complete `agency` and `agency_country` in the offering.",
            )
        key = f"agency {country} {name}"
        if key not in self._organisations:
            self._organisations[key] = {
                "id": self.new_id("org"),
                "type": "Organisation",
                "legalName": self.text(self._untranslated(name)),
                "location": self.location(country),
            }
        return self._organisations[key]

    def assessor(self, assessor: Assessor) -> Node:
        """Tell who assessed on behalf of the awarding body; the same one is the same node, told in full once."""
        key = f"assessor {assessor.homepage}"
        if key in self._organisations:
            return self.stub(self._organisations[key])
        self._organisations[key] = {
            "id": self.new_id("org"),
            "type": "Organisation",
            "legalName": self.text(assessor.name),
            "location": self.location(assessor.country),
            "homepage": self.web_resource(assessor.homepage),
        }
        return self._organisations[key]

    def stub(self, node: Mapping[str, JsonValue]) -> Node:
        """Name a node that stands in full elsewhere: id and type, and its title or name for people."""
        return {member: node[member] for member in ("id", "type", "legalName", "title") if member in node}

    def _tell(self, organisation: Organisation) -> Node:
        address = organisation.address
        node: Node = {
            "id": self.new_id("org"),
            "type": "Organisation",
            # A name stands in every language of the document, so that a badge in one of them finds it (twins 4).
            "legalName": {language: organisation.legal_name.best(language) for language in self.languages},
        }
        if organisation.abbreviation:
            node["altLabel"] = self.text(self._untranslated(organisation.abbreviation))
        legal = {
            "eIDASIdentifier": organisation.eidas,
            "registration": organisation.registration,
            "vatIdentifier": organisation.vat,
        }
        for member, notation in legal.items():
            if notation:
                node[member] = self._legal_identifier(notation, address.country)
        if identifiers := self._identifiers(organisation):
            node["identifier"] = identifiers
        node["location"] = self.location(
            address.country, full=address.full or address.locality, region=address.region, name=address.locality
        )
        if organisation.homepage:
            node["homepage"] = self.web_resource(organisation.homepage)
        if organisation.contact:
            node["contactPoint"] = self._contact(organisation.contact)
        return node

    def _identifiers(self, organisation: Organisation) -> list[JsonValue]:
        is_issuer = organisation.key == self._issuer_key
        did = self._issuer_did if is_issuer else organisation.did
        found: list[JsonValue] = []
        if organisation.erasmus:
            found.append(self.identifier("Erasmus institutional code", organisation.erasmus))
        if organisation.schac:
            found.append(self.identifier("SCHAC", organisation.schac))
        if did:
            found.append(self.identifier("DID", did, schemeId="https://www.w3.org/TR/did-1.0/"))
        return found

    def _legal_identifier(self, notation: str, country: str) -> Node:
        return {
            "id": self.new_id("legalIdentifier"),
            "type": "LegalIdentifier",
            "notation": notation,
            "spatial": self.concept(vocabularies.country(country)),
        }

    def _contact(self, contact: str) -> Node:
        node: Node = {"id": self.new_id("contactPoint"), "type": "ContactPoint"}
        if "@" in contact and "//" not in contact:
            return {**node, "emailAddress": {"id": f"mailto:{contact.removeprefix('mailto:')}", "type": "Mailbox"}}
        return {**node, "contactForm": self.web_resource(contact)}

    def _untranslated(self, value: str) -> LocalizedText:
        # A name or an address has no language of its own here; the document's first one carries it.
        return LocalizedText.of({self.languages[0]: value})

"""Check 13, schema: a credential holds to the schemas that it names itself (VCDM 2.0 section 4.11, threat T26).

Those of 1EdTech are not asked for: check 3 holds every badge and record to the forms bundled here. Any other is fetched
once a proof holds, from hosts that may be asked, and applied in a killable child. What can't be had says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vc_issuer.encoding.digests import digest_matches
from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.formats.named_schema import breaches_of
from vc_issuer.model.credential import Document
from vc_issuer.verification.proofs import Guard
from vc_issuer.verification.trust import TrustStore

CLAUSE = "Verifiable Credentials JSON Schema section 2"
TYPES = frozenset({"JsonSchema", "1EdTechJsonSchemaValidator2019", "JsonSchemaValidator2018"})
MOST_SCHEMAS = 2  # of the four documents that may be fetched for a file, two are keys and status
_BUNDLED = ("https://purl.imsglobal.org/spec/ob/v3p0/", "https://purl.imsglobal.org/spec/clr/v2p0/")
_DIGESTS = ("digestSRI", "digestMultibase")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSchema:
    """One entry of `credentialSchema`: where it lies, of which types it is, and the digests that it must have."""

    url: str
    types: frozenset[str]
    digests: tuple[object, ...] = ()


def schemas_named(document: Document) -> list[NamedSchema]:
    """Return the schemas that a credential names and that are not bundled here."""
    value: Any = document.get("credentialSchema")
    entries = value if isinstance(value, list) else [value]
    named = [_schema(entry) for entry in entries if isinstance(entry, Mapping)]
    return [one for one in named if not one.url.startswith(_BUNDLED)]


def check_schemas(
    document: Document, schemas: list[NamedSchema], trust: TrustStore, guard: Guard
) -> tuple[None, str, str]:
    """Hold a proven credential to the schemas that it names, and say to which.

    Raises InvalidError if it breaks one, or else InconclusiveError if one can't be had or used.
    """
    unsure: list[InconclusiveError] = []
    if len(schemas) > MOST_SCHEMAS:
        unsure.append(InconclusiveError(f"of {len(schemas)} schemas only {MOST_SCHEMAS} are looked at", clause=CLAUSE))
    for schema in schemas[:MOST_SCHEMAS]:
        try:
            _check(document, schema, trust, guard)
        except InconclusiveError as error:
            unsure.append(error)
    if unsure:
        raise unsure[0]
    hosts = ", ".join(sorted({urlsplit(schema.url).hostname or "" for schema in schemas}))
    return None, f"the credential holds to the schema that it names, of {hosts}", CLAUSE


def _schema(entry: Mapping[str, Any]) -> NamedSchema:
    url, types = entry.get("id"), entry.get("type")
    return NamedSchema(
        url=url if isinstance(url, str) else "",
        types=frozenset(one for one in (types if isinstance(types, list) else [types]) if isinstance(one, str)),
        digests=tuple(entry[name] for name in _DIGESTS if name in entry),
    )


def _check(document: Document, schema: NamedSchema, trust: TrustStore, guard: Guard) -> None:
    where = schema.url[:200]
    if not schema.types & TYPES:
        raise InconclusiveError(f"the schema {where} is of a kind that is not known here", clause=CLAUSE)
    if trust.look_up is None:
        raise InconclusiveError(f"the schema {where} is not at hand, and nobody is asked", clause=CLAUSE)
    try:
        content = trust.look_up.get(schema.url)
    except InconclusiveError as error:
        raise InconclusiveError(f"the schema {where} could not be had: {error.message}", clause=CLAUSE) from error
    if not all(digest_matches(stated, content) for stated in schema.digests):
        raise InconclusiveError(f"what lies at {where} is not the schema that the credential means", clause=CLAUSE)
    try:
        breaches: list[str] = guard(breaches_of, document, content)
    except UnreadableError as error:
        # The credential was read within its limits long before: it is the schema that asks for too much.
        raise InconclusiveError(f"the schema {where} can't be used: {error.message}", clause=CLAUSE) from error
    if breaches:
        raise InvalidError(
            f"the credential breaks the schema that it names, {where}: {'; '.join(breaches)}", clause=CLAUSE
        )

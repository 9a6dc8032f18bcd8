"""Read a trusted list (ETSI TS 119 612, XML) and check its signature under a certificate that a person names.

Nothing is read but what the signature covers. XML is parsed without entities, without a document type, without a
network; sizes are limited. Only services that seals or time-stamps rest on are kept; the others are counted.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from vc_issuer.errors import InvalidError, UnreadableError
from vc_issuer.model.trusted_list import ListedService, ServiceKind, ServiceStatus, TrustedList
from vc_issuer.x509 import certificate_facts, fingerprint
from vc_issuer.x509.read import load_certificate

MOST_BYTES = 24 * 1024 * 1024  # the largest national lists have some 10 MB
MOST_SERVICES = 20_000
_NORM = "ETSI TS 119 612"
_NS = "{http://uri.etsi.org/02231/v2#}"
_ROOT = f"{_NS}TrustServiceStatusList"
_TYPES = "http://uri.etsi.org/TrstSvc/Svctype/"
_KINDS = {
    "CA/QC": ServiceKind.SEAL,
    "CA/PKC": ServiceKind.SEAL,
    "NationalRootCA-QC": ServiceKind.SEAL,
    "TSA": ServiceKind.TIME,
    "TSA/QTST": ServiceKind.TIME,
    "TSA/TSS-QC": ServiceKind.TIME,
    "TSA/TSS-AdESQCandQES": ServiceKind.TIME,
}
_PURPOSE = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/For"
_FOR_SEALS = f"{_PURPOSE}eSeals"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What the list itself can't say: when it is imported, and where from (a file's name)."""

    at: datetime
    source: str


def read_trusted_list(content: bytes, signers: Sequence[bytes], imported: Import) -> TrustedList:
    """Return the list if one of `signers` (certificates, DER) signed it; read it unsigned if there are none.

    Raises UnreadableError for what is no list within the limits, InvalidError if no signer's signature holds.
    """
    root = _parse(content)
    signer = ""
    if signers:
        root, signer = _signed_root(content, signers, imported.at)
    scheme = _child(root, "SchemeInformation")
    services = list(_services(root))
    kept = tuple(service for service in services if service is not None)
    next_update = _child(scheme, "NextUpdate").find(f"{_NS}dateTime")
    return TrustedList(
        territory=_text(scheme, "SchemeTerritory"),
        operator=_name(_child(scheme, "SchemeOperatorName")),
        sequence=_number(_text(scheme, "TSLSequenceNumber")),
        issued=_moment(_text(scheme, "ListIssueDateTime")),
        next_update=_moment(next_update.text) if next_update is not None else None,
        addresses=tuple(node.text or "" for node in scheme.findall(f"{_NS}DistributionPoints/{_NS}URI")),
        sha256=hashlib.sha256(content).hexdigest(),
        signer=signer,
        imported=imported.at,
        source=imported.source,
        services=kept,
        ignored=len(services) - len(kept),
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _parse(content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        raise UnreadableError(f"the trusted list holds more than {MOST_BYTES // 2**20} MiB")
    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("the trusted list is not well-formed XML") from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableError("the trusted list brings a document type, which no list has")
    if root.tag != _ROOT:
        raise UnreadableError("the file is no trusted list (ETSI TS 119 612)")
    return root


def _signed_root(content: bytes, signers: Sequence[bytes], at: datetime) -> tuple[Any, str]:
    """Return the tree as it was signed, and the signer's fingerprint."""
    config = SignatureConfiguration(location="./", expect_references=True, verification_time=at)
    for der in signers:
        try:
            results = XMLVerifier().verify(
                content, x509_cert=load_certificate(der), parser=_parser(), expect_config=config
            )
        # The last two are how the library stumbles over elements that foreign XML lacks; lxml's own errors (a document
        # that breaks the schema of signatures, or has no canonical form) come through it as they are.
        except (SignXMLException, etree.LxmlError, ValueError, TypeError, AttributeError):
            continue
        found = results if isinstance(results, list) else [results]
        # Only what comes back is covered by the signature: a list that is merely near one is not (signature wrapping).
        signed = next(
            (one.signed_xml for one in found if one.signed_xml is not None and one.signed_xml.tag == _ROOT), None
        )
        if signed is not None:
            return signed, fingerprint(der)
    raise InvalidError(
        "the signature of the trusted list does not hold under the certificate given",
        remedy="Take the certificate from the EU's list of lists, or from the operator, not from the file.",
        clause=f"{_NORM} clause 5.7",
    )


def _services(root: Any) -> Iterator[ListedService | None]:
    """Give each service that something rests on here, and None for each other one."""
    count = 0
    for provider in root.iterfind(f"{_NS}TrustServiceProviderList/{_NS}TrustServiceProvider"):
        name = _name(_child(_child(provider, "TSPInformation"), "TSPName"))
        for service in provider.iterfind(f"{_NS}TSPServices/{_NS}TSPService"):
            count += 1
            if count > MOST_SERVICES:
                raise UnreadableError(f"the trusted list holds more than {MOST_SERVICES} services")
            yield _service(name, service)


def _service(provider: str, service: Any) -> ListedService | None:
    information = _child(service, "ServiceInformation")
    kind = _KINDS.get(_text(information, "ServiceTypeIdentifier").removeprefix(_TYPES))
    if kind is None or not _is_for_seals(information, kind):
        return None
    certificates = tuple(_certificates(information))
    if not certificates:
        return None
    history = service.iterfind(f"{_NS}ServiceHistory/{_NS}ServiceHistoryInstance")
    statuses = sorted(
        (_status(node) for node in (information, *history)), key=lambda status: status.since, reverse=True
    )
    return ListedService(
        provider=provider,
        name=_name(_child(information, "ServiceName")),
        kind=kind,
        certificates=certificates,
        statuses=tuple(statuses),
    )


def _is_for_seals(information: Any, kind: ServiceKind) -> bool:
    """Tell whether an authority's certificates may seal: where the list says what they are for, it must say so."""
    if kind is not ServiceKind.SEAL:
        return True
    path = f"{_NS}ServiceInformationExtensions/{_NS}Extension/{_NS}AdditionalServiceInformation/{_NS}URI"
    purposes = [node.text or "" for node in information.iterfind(path)]
    purposes = [purpose for purpose in purposes if purpose.startswith(_PURPOSE)]
    return not purposes or _FOR_SEALS in purposes


def _certificates(information: Any) -> Iterable[bytes]:
    path = f"{_NS}ServiceDigitalIdentity/{_NS}DigitalId/{_NS}X509Certificate"
    for node in information.iterfind(path):
        try:
            der = base64.b64decode("".join((node.text or "").split()), validate=True)
        except ValueError as error:  # not only binascii.Error: a text may hold more than ASCII
            raise UnreadableError("a certificate of the trusted list is not base64") from error
        certificate_facts(der)
        yield der


def _status(node: Any) -> ServiceStatus:
    word = _text(node, "ServiceStatus").rstrip("/").rpartition("/")[2].lower()
    return ServiceStatus(word=word, since=_moment(_text(node, "StatusStartingTime")))


def _child(node: Any, name: str) -> Any:
    found = node.find(f"{_NS}{name}")
    if found is None:
        raise UnreadableError(f"the trusted list lacks {name}")
    return found


def _text(node: Any, name: str) -> str:
    return (_child(node, name).text or "").strip()


def _name(node: Any) -> str:
    """Return the English name, else the first."""
    names = node.findall(f"{_NS}Name")
    if not names:
        raise UnreadableError("a name of the trusted list is empty")
    english = [one for one in names if one.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"]
    return " ".join(((english or names)[0].text or "").split())


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UnreadableError("the sequence number of the trusted list is no number")
    return int(text)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat((text or "").strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # an offset may lead out of the calendar
        raise UnreadableError("a time of the trusted list is malformed") from error

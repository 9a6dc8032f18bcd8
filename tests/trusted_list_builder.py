"""A small trusted list (ETSI TS 119 612) that holds by default, signed by a test key; tests change one thing."""

import base64
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner
from signxml.xades import XAdESSigner

TYPES = "http://uri.etsi.org/TrstSvc/Svctype/"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
PURPOSE = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
ISSUED = datetime(2026, 11, 1, tzinfo=UTC)


class ListSigner:
    """The operator of a scheme, with its self-signed certificate."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Scheme operator")])
        self.certificate = x509.CertificateBuilder(
            issuer_name=name,
            subject_name=name,
            public_key=self.key.public_key(),
            serial_number=9,
            not_valid_before=ISSUED - timedelta(days=900),
            not_valid_after=ISSUED + timedelta(days=9000),
        ).sign(self.key, hashes.SHA256())

    @property
    def der(self):
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM)

    def sign(self, content, *, xades=True):
        root = etree.fromstring(content)
        signer = XAdESSigner() if xades else XMLSigner()
        return etree.tostring(signer.sign(root, key=self.key, cert=[self.certificate]))


def stamp(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def service(certificate, *, kind="CA/QC", history=(("granted", ISSUED),), purposes=("ForeSeals",), name="Seal service"):
    """Return one TSPService; `history` holds (status, since), the newest first."""
    statuses = [
        f"<ServiceStatus>{STATUS}{word}</ServiceStatus><StatusStartingTime>{stamp(since)}</StatusStartingTime>"
        for word, since in history
    ]
    identity = f"<DigitalId><X509Certificate>{base64.b64encode(certificate).decode()}</X509Certificate></DigitalId>"
    head = (
        f"<ServiceTypeIdentifier>{TYPES}{kind}</ServiceTypeIdentifier>"
        f'<ServiceName><Name xml:lang="en">{name}</Name></ServiceName>'
    )
    additional = "".join(
        f'<Extension Critical="true"><AdditionalServiceInformation><URI xml:lang="en">{PURPOSE}{one}</URI>'
        "</AdditionalServiceInformation></Extension>"
        for one in purposes
    )
    extensions = f"<ServiceInformationExtensions>{additional}</ServiceInformationExtensions>" if purposes else ""
    past = "".join(
        f"<ServiceHistoryInstance>{head}<ServiceDigitalIdentity/>{one}</ServiceHistoryInstance>" for one in statuses[1:]
    )
    return (
        f"<TSPService><ServiceInformation>{head}<ServiceDigitalIdentity>{identity}</ServiceDigitalIdentity>"
        f"{statuses[0]}{extensions}</ServiceInformation><ServiceHistory>{past}</ServiceHistory></TSPService>"
    )


def trusted_list(*services, sequence=12, territory="BE", issued=ISSUED, doctype="", life=timedelta(days=180)):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list" '
        'TSLTag="http://uri.etsi.org/19612/TSLTag"><SchemeInformation>'
        f"<TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>{sequence}</TSLSequenceNumber>"
        '<SchemeOperatorName><Name xml:lang="nl">Toezichthouder</Name><Name xml:lang="en">Supervisor</Name>'
        f"</SchemeOperatorName><SchemeTerritory>{territory}</SchemeTerritory>"
        f"<ListIssueDateTime>{stamp(issued)}</ListIssueDateTime>"
        f"<NextUpdate><dateTime>{stamp(issued + life)}</dateTime></NextUpdate>"
        "<DistributionPoints><URI>https://tl.example/list.xml</URI></DistributionPoints></SchemeInformation>"
        "<TrustServiceProviderList><TrustServiceProvider><TSPInformation>"
        '<TSPName><Name xml:lang="en">Provider &amp; Sons</Name></TSPName></TSPInformation>'
        f"<TSPServices>{''.join(services)}</TSPServices></TrustServiceProvider></TrustServiceProviderList>"
        "</TrustServiceStatusList>"
    ).encode()

"""Print a document from what its sealed ELM says, with the signed bytes inside. Needs no key and no database.

A process that prints imports this module, so it imports little.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vc_issuer.carriers.pdf import ELM_NAME, OB3_NAME, attach
from vc_issuer.encoding.strict_json import parse_strict
from vc_issuer.errors import ConfigurationError
from vc_issuer.formats.elm import ElmFormat
from vc_issuer.issuance.publish import IssuedDocument
from vc_issuer.rendering.pdf import MOST_LANGUAGES, render_certificate
from vc_issuer.securing.jades import PAYLOAD_LIMITS, payload_octets


def print_document(issued: IssuedDocument, *, host: str, is_demo: bool) -> bytes:
    """Return a document as PDF, with both signed credentials attached. Raises ConfigurationError if its ELM is none."""
    payload = parse_strict(payload_octets(issued.elm.content), limits=PAYLOAD_LIMITS)
    if not isinstance(payload, dict):
        raise ConfigurationError(f"the stored ELM of {issued.number} is no object.", remedy="Restore a backup.")
    languages = issued.document.languages[:MOST_LANGUAGES]
    pdf = render_certificate(
        {language: ElmFormat().summarise(payload, language) for language in languages},
        verify_url=issued.verify_url,
        code=issued.code,
        verify_host=host,
        demo=is_demo,
    )
    badge = issued.ob3[issued.language]
    return attach(
        pdf,
        {
            OB3_NAME: (badge.content, badge.media_type, "Open Badges 3.0, signed"),
            ELM_NAME: (issued.elm.content, issued.elm.media_type, "European Digital Credential, sealed"),
        },
    )


@contextmanager
def ready_to_print(host: str, *, is_demo: bool) -> Iterator[Callable[[IssuedDocument], tuple[IssuedDocument, bytes]]]:
    """Give what prints a document in a process that is told no more than this; each print comes with its document."""
    yield lambda issued: (issued, print_document(issued, host=host, is_demo=is_demo))

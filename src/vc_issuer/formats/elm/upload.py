"""The upload form of the EU's own issuer (EDC Issuer 2.2): `{credential, deliveryDetails}`, unsigned, for a registrar
who seals there (elm 8).

That software reads plain JSON into classes of its own: a member that takes several values is a list, a text holds a
list a language, and what it sets itself at sealing (context, issuer, times of issue) is left out. It gives the
credential another id, so the badges of the award recognise it by its award core, and not as the twin they name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from vc_issuer.errors import InputError
from vc_issuer.formats.elm.schema import single_valued
from vc_issuer.formats.elm.terms import LANGUAGE_MAP, terms
from vc_issuer.model.credential import Document

# The EU's issuer puts them in from the seal's certificate and its own clock.
SET_AT_SEALING = frozenset({"@context", "issuer", "issued", "issuanceDate"})
MOST_ADDRESSES = 2
MOST_BYTES = 5_000_000  # what the EU's issuer takes as shipped
_KEYWORDS = frozenset({"id", "type"})
_SINGLE_THERE = frozenset({"inScheme"})  # what its classes hold one of although the profile allows several


def build_upload(document: Document, addresses: Sequence[str] = ()) -> dict[str, Any]:
    """Write one of our ELM documents as the upload form. `addresses` are the learner's: e-mail or Europass wallet.

    The EU's issuer marks a file without an address as faulty; it is left to the registrar to add one there.
    Raises InputError for more addresses than it takes.
    """
    if len(addresses) > MOST_ADDRESSES:
        raise InputError(
            f"The EU's issuer delivers to {MOST_ADDRESSES} addresses at most.", remedy="Leave the others out."
        )
    credential = {name: value for name, value in document.items() if name not in SET_AT_SEALING}
    return {"credential": _node(credential), "deliveryDetails": {"deliveryAddress": list(addresses)}}


def _node(node: Mapping[str, Any]) -> dict[str, Any]:
    types = node.get("type")
    classes = types if isinstance(types, list) else [types]
    return {member: _value(member, value, classes) for member, value in node.items()}


def _value(member: str, value: Any, classes: Sequence[Any]) -> Any:
    if member in _KEYWORDS:
        return value
    if terms().kinds.get(member) == LANGUAGE_MAP:
        return {language: text if isinstance(text, list) else [text] for language, text in value.items()}
    values = [
        _node(item) if isinstance(item, Mapping) else item for item in (value if isinstance(value, list) else [value])
    ]
    is_single = member in _SINGLE_THERE or any(single_valued(str(name), member) for name in classes)
    return values[0] if is_single and len(values) == 1 else values

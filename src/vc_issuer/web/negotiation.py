"""Content negotiation: which of the forms that are offered an Accept header prefers (RFC 9110 section 12.5.1)."""

from collections.abc import Mapping


def preferred(accept: str, offers: Mapping[str, str], otherwise: str) -> str:
    """Return what `offers` (media type to word) has for the type with the highest q; `otherwise` for all the rest.

    The first of equals wins, and wildcards name nothing: who accepts anything gets `otherwise`.
    """
    best, word = 0.0, otherwise
    for part in accept.lower().split(","):
        media, _, parameters = part.partition(";")
        q = _quality(parameters)
        if q > best:
            best, word = q, offers.get(media.strip(), otherwise)
    return word


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0

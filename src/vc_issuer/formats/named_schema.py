"""A JSON Schema that a credential names: read as data of a stranger, and applied to the credential.

JSON Schema drafts 4 to 2020-12, by `$schema`. Nothing is fetched for a `$ref`: one that leads out of the schema makes
it unusable. Its patterns are a stranger's too, so this is work for a killable child.
"""

from typing import Any

import jsonschema_rs

from vc_issuer.encoding.strict_json import JsonLimits, parse_strict
from vc_issuer.errors import InconclusiveError, UnreadableError
from vc_issuer.model.credential import Document

# 1EdTech's own schema of a badge holds 60 kB in 3,000 nodes, 20 deep.
SCHEMA_LIMITS = JsonLimits(size=1024 * 1024, depth=64, nodes=50_000)
_BACKTRACKS = 1_000_000  # of one pattern on one text: twenty milliseconds
_CUT_OFF = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)
_MOST_LISTED = 3
_LONGEST_PLACE = 200
_CLAUSE = "Verifiable Credentials JSON Schema section 2"


def breaches_of(document: Document, schema: bytes) -> list[str]:
    """Return the first ways in which a document breaks a schema's bytes; none if it holds to it.

    A place in the document is named, never its value. Raises InconclusiveError for a schema that can't be used.
    """
    try:
        parsed: Any = parse_strict(schema, limits=SCHEMA_LIMITS)
        # Masked, because a value may be a person's.
        validator = jsonschema_rs.validator_for(
            parsed,
            offline=True,
            mask="the value",
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_BACKTRACKS),
        )
    except (UnreadableError, ValueError) as error:
        raise InconclusiveError(f"what lies there is no schema that can be used: {_first_line(error)}") from error
    found: list[str] = []
    for breach in validator.iter_errors(document):
        if isinstance(breach.kind, _CUT_OFF):
            raise InconclusiveError("a pattern in the schema takes more work than is allowed", clause=_CLAUSE)
        if len(found) < _MOST_LISTED:
            place = "/".join(str(step) for step in breach.instance_path)[:_LONGEST_PLACE] or "the credential"
            found.append(f"{place}: {_first_line(breach)}")
    return found


def _first_line(error: Any) -> str:
    text = error.message if hasattr(error, "message") else str(error)
    return str(text).partition("\n")[0][:_LONGEST_PLACE]

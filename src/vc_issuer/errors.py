"""Every deliberate exception of the project.

    VcIssuerError
    ├── ConfigurationError      the home, a key, a context or a template is missing or wrong
    ├── InputError              what a person handed in is wrong; carries every problem found
    ├── UnreadableError         bytes from outside that can't be parsed within the limits
    ├── RuleError               a rule, a state or the four-eyes principle forbids the step
    ├── NotFoundError           the named thing is not in this home
    ├── UnsafeDocumentError     a document that may not be signed: losses, undefined terms, bad text
    ├── SignerError             a key backend failed; `retryable` if it was busy or away
    └── VerificationError
        ├── InvalidError        the check ran, and it is false
        └── InconclusiveError   the check could not run

Codes are stable and stand in answers to machines. Messages name the thing and the remedy, and hold no personal data.
"""

from collections.abc import Sequence


class VcIssuerError(Exception):
    """Be the root of everything this project raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message if remedy is None else f"{_ended(message)} {remedy}")
        self.message = message
        self.remedy = remedy


class ConfigurationError(VcIssuerError):
    """Report a setting, key, context or template that is missing or wrong."""

    code = "configuration"


class InputError(VcIssuerError):
    """Report what a person handed in; `problems` holds one sentence for each thing found."""

    code = "input"

    def __init__(self, message: str, *, remedy: str | None = None, problems: Sequence[str] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.problems = tuple(problems)


class UnreadableError(VcIssuerError):
    """Report bytes from outside that can't be parsed, or are past a limit."""

    code = "unreadable"


class RuleError(VcIssuerError):
    """Report a step that a rule, a state or the four-eyes principle forbids."""

    code = "rule"


class NotFoundError(VcIssuerError):
    """Report a name that this home does not know."""

    code = "not-found"


class UnsafeDocumentError(VcIssuerError):
    """Report a document that may not be signed, because others would read it differently."""

    code = "unsafe-document"


class SignerError(VcIssuerError):
    """Report a failing key backend; `retryable` if the token was busy or away."""

    code = "signer"

    def __init__(self, message: str, *, remedy: str | None = None, retryable: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.retryable = retryable


class VerificationError(VcIssuerError):
    """Be the root of what verification finds; `clause` names the text that demands it.

    `indication` is the word of ETSI EN 319 102-1 for it, such as `SIG_CRYPTO_FAILURE`; empty where that norm has none.
    """

    code = "verification"

    def __init__(self, message: str, *, remedy: str | None = None, clause: str = "", indication: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.clause = clause
        self.indication = indication


class InvalidError(VerificationError):
    """Report a check that ran and is false."""

    code = "invalid"


class InconclusiveError(VerificationError):
    """Report a check that could not run: neither valid nor invalid."""

    code = "inconclusive"


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ":", ";")) else f"{sentence}."

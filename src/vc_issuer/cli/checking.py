"""Verify files that a command names: against the home's trust, or against the files that a person pins."""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from vc_issuer.cli.context import Context
from vc_issuer.cli.moments import read_moment
from vc_issuer.config import SETTINGS_FILE
from vc_issuer.errors import InputError
from vc_issuer.model.report import Report
from vc_issuer.recognition.wording import LANGUAGES
from vc_issuer.verification.examined import ExaminedFile, unreadable
from vc_issuer.verification.together import joined
from vc_issuer.verification.trust import TrustStore
from vc_issuer.verification.verify import Verifier
from vc_issuer.wiring.answers import AnswerCache
from vc_issuer.wiring.asking import ANY_HOST
from vc_issuer.wiring.clock import utc_now
from vc_issuer.wiring.home import open_home
from vc_issuer.wiring.trusting import Pins, online, trust_of_files, verifier_for

STANDARD_INPUT = "-"
ADDRESS_START = "https://"
AtOption = Annotated[
    str, typer.Option("--at", metavar="TIME", help="Judge at this time, such as 2030-01-01T00:00:00Z.")
]
IssuerOption = Annotated[
    list[Path] | None, typer.Option("--issuer", metavar="DID.JSON", help="Trust this issuer's DID document.")
]
AnchorOption = Annotated[
    list[Path] | None, typer.Option("--anchor", metavar="CA.PEM", help="Trust seals under this authority.")
]
TimeAnchorOption = Annotated[
    list[Path] | None,
    typer.Option("--time-anchor", metavar="CA.PEM", help="Trust time-stamps under this authority."),
]
StatusListOption = Annotated[
    list[Path] | None, typer.Option("--status-list", metavar="FILE", help="Use this status list.")
]
OfflineOption = Annotated[
    bool, typer.Option("--offline", help="Ask nothing of the network, whatever the settings allow.")
]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="HOST", help="Ask this host for keys and status lists; * for any."),
]
LogOption = Annotated[
    list[Path] | None,
    typer.Option("--log", metavar="FILE", help="A proof from the issuer's log, in case its key was taken back."),
]
RegistryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--registry", metavar="FILE[=DID:KEY:…]", help="Trust the issuers that this registry names, signed by this key."
    ),
]
EndorserOption = Annotated[
    list[Path] | None,
    typer.Option("--endorser", metavar="DID.JSON", help="Trust this agency to confirm, not to issue."),
]
ReaderLanguageOption = Annotated[str, typer.Option("--lang", help="Language of what is said: nl, en, fr or de.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The reports on files in their order, and the SHA-256 of each file that could be opened, by its name."""

    reports: list[Report]
    digests: dict[str, str] = field(default_factory=dict)


def check_files(options: Context, files: Sequence[str], pins: Pins, now: datetime, language: str) -> Checked:
    """Verify `files` with the home's trust and `pins`; without a home, with `pins` alone."""
    pins = _with_hosts(pins, files)
    with ExitStack() as stack:
        trust: TrustStore
        if (options.home / SETTINGS_FILE).is_file():
            home = open_home(options.home)
            stack.callback(home.close)
            trust = home.trust(pins)
        else:
            trust = online(trust_of_files(pins), () if pins.offline else pins.hosts, AnswerCache())
        verifier = stack.enter_context(verifier_for(trust))
        digests: dict[str, str] = {}
        examined = [_examined(verifier, file, now, language, digests) for file in files]
        return Checked(reports=joined(examined), digests=digests)


def pins_of(
    issuer: list[Path] | None,
    anchor: list[Path] | None,
    status_list: list[Path] | None,
    time_anchor: list[Path] | None = None,
    log: list[Path] | None = None,
    endorser: list[Path] | None = None,
) -> Pins:
    """Return what a person pins on the command line."""
    return Pins(
        did_documents=tuple(issuer or ()),
        anchors=tuple(anchor or ()),
        time_anchors=tuple(time_anchor or ()),
        status_lists=tuple(status_list or ()),
        logs=tuple(log or ()),
        endorsers=tuple(endorser or ()),
    )


def registries_of(named: list[str] | None) -> tuple[tuple[Path, str], ...]:
    """Return the registries of `--registry`, each with the did:key of its signer or an empty text."""
    parts = (one.partition("=did:key:") for one in named or ())
    return tuple((Path(path), f"did:key:{key}" if mark else "") for path, mark, key in parts)


def moment_of(text: str) -> datetime:
    """Return the time of `--at`, or now. Raises InputError."""
    return read_moment(text, "--at") if text else utc_now()


def reader_language(text: str) -> str:
    """Return the language of `--lang`. Raises InputError."""
    if text not in LANGUAGES:
        raise InputError(f"--lang {text!r} is not spoken here.", remedy=f"Give one of {', '.join(LANGUAGES)}.")
    return text


def _examined(verifier: Verifier, file: str, now: datetime, language: str, digests: dict[str, str]) -> ExaminedFile:
    """Examine one file; one that can't be opened takes nothing away from the others. An address is its own content."""
    if file.startswith(ADDRESS_START):
        return verifier.examine(file.encode(), file, now, language)
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        return ExaminedFile(report=unreadable(file, f"this file can't be opened: {error.strerror}", now))
    digests[file] = hashlib.sha256(content).hexdigest()
    return verifier.examine(content, file, now, language)


def _with_hosts(pins: Pins, files: Sequence[str]) -> Pins:
    """Allow the hosts of the addresses that the person typed: naming one is asking for it."""
    if pins.offline or ANY_HOST in pins.hosts:
        return pins
    named = (urlsplit(file).hostname or "" for file in files if file.startswith(ADDRESS_START))
    return replace(pins, hosts=(*pins.hosts, *filter(None, named)))

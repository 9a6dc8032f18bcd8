"""Sign prepared bytes and believe nothing: the own signature is verified and must cover exactly what was prepared.

Pure but for the keys: a task goes in, signed parts come out, in this process or in another.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias
from zlib import crc32

from vc_issuer.encoding.form_book import Reading
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.errors import ConfigurationError, InvalidError, RuleError, UnsafeDocumentError
from vc_issuer.issuance.profile import IssuingProfile, KeyRing, OpenKeys, ProofPlan, check_keys
from vc_issuer.model.credential import Document, FormatName, SecuredCredential
from vc_issuer.model.keys import KeyPurpose, SigningKey, VerificationMethod
from vc_issuer.securing.compiled import CompiledProofs, CompiledSeals
from vc_issuer.securing.cryptosuites import CRYPTOSUITES
from vc_issuer.securing.data_integrity import DataIntegrity
from vc_issuer.securing.jades import Jades, payload_octets
from vc_issuer.store.chunks import Chunk
from vc_issuer.store.credentials import PreparedPart, SealedPart
from vc_issuer.store.secured import JustSecured, NewSecured, seal_secured
from vc_issuer.transparency.evidence import signature_of

JADES = "jades"
SAMPLE = 1000  # generic verification costs as much as a thousand signatures of the fast path's checks
Checkpoint: TypeAlias = Callable[[str], None]


def no_checkpoint(_place: str) -> None:
    """Do nothing: tests hand in something that stops the program here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkTask:
    """What a worker gets: the unsigned parts of one chunk, and the time to sign under."""

    chunk: Chunk
    parts: tuple[SealedPart, ...]
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSigned:
    """What a worker gives back: every part of the task, secured, verified and sealed for its row."""

    chunk: Chunk
    parts: tuple[NewSecured, ...]


class Press:
    """Secure parts by the compiled shapes that it has learned, one by one where it has not; keep one a process.

    Every signature is verified here. The generic path verifies again, from the secured bytes alone, what it secured
    itself and the first of each batch. One part in SAMPLE beside is verified as a stranger's would be (ADR 28): which,
    depends on ids that are random.
    """

    def __init__(self) -> None:
        self._proofs: list[tuple[ProofPlan, CompiledProofs]] = []
        self._seals: list[tuple[ProofPlan, CompiledSeals]] = []

    def learn(self, parts: Sequence[PreparedPart], plan: ProofPlan, key: SigningKey) -> None:
        """Learn the shapes of parts that are secured under one plan."""
        if not parts:
            return
        if parts[0].format is FormatName.ELM:
            self.seals_of(plan).learn(part.content for part in parts)
        else:
            self.proofs_of(plan).learn((part.content for part in parts), key)

    def read(self, part: PreparedPart, plan: ProofPlan) -> Reading | None:
        """Read a part that is secured under a plan, or return None if its shape isn't known."""
        return self._compiled(part, plan).read(part.content)

    def secure(
        self,
        part: PreparedPart,
        plan: ProofPlan,
        key: SigningKey,
        signing: "Signing",
        *,
        lesson: list[PreparedPart] | None = None,
        reading: Reading | None = None,
    ) -> JustSecured:
        """Secure one part and verify it; `reading` is what `read` gave for it.

        Where its shape isn't known, the parts of `lesson`, which are secured under the same plan, are learned first,
        once: the list is empty then. Raises UnsafeDocumentError, SignerError, InvalidError.
        """
        compiled = self._compiled(part, plan)
        made = compiled.secure(part.content, key, signing.created, reading)
        if made is None and lesson:
            self.learn(lesson, plan, key)
            lesson.clear()
            made = compiled.secure(part.content, key, signing.created)
        secured = made.secured if made else secure_part(part, plan, key, signing.created)
        signing.checkpoint("signature")
        if made is not None:
            compiled.check(made, part.content, key.method)
        if made is None or part.credential_id in signing.always:
            check_secured(part, secured, plan, key.method)
        elif signing.is_sampled(part):
            check_secured(part, secured, plan, key.method, guarded=True)
        if made is None:
            return JustSecured(secured, signature_of(secured.content))
        return JustSecured(secured, made.signature, made.around, made.sha256.hex())

    def _compiled(self, part: PreparedPart, plan: ProofPlan) -> CompiledProofs | CompiledSeals:
        return self.seals_of(plan) if part.format is FormatName.ELM else self.proofs_of(plan)

    def proofs_of(self, plan: ProofPlan) -> CompiledProofs:
        """Return what adds proofs under a plan."""
        known = next((each for name, each in self._proofs if name is plan or name == plan), None)
        if known is None:
            known = CompiledProofs(proof_of(plan).suite)
            self._proofs.append((plan, known))
        return known

    def seals_of(self, plan: ProofPlan) -> CompiledSeals:
        """Return what seals under a plan."""
        known = next((each for name, each in self._seals if name is plan or name == plan), None)
        if known is None:
            known = CompiledSeals(time_header=seal_of(plan).time_header)
            self._seals.append((plan, known))
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """One round of securing parts: the time that it is made under, and which parts are looked at again in full.

    `always` are ids of credentials that the generic path verifies.
    """

    created: datetime
    always: frozenset[str] = frozenset()
    checkpoint: Checkpoint = no_checkpoint

    def is_sampled(self, part: PreparedPart) -> bool:
        """Tell whether this part is verified once more as a stranger's would be."""
        return crc32(part.credential_id.encode()) % SAMPLE == 0


@contextmanager
def open_signing(
    open_keys: OpenKeys, profile: IssuingProfile, checkpoint: Checkpoint
) -> Iterator[Callable[[ChunkTask], ChunkSigned]]:
    """Open the keys, check that they are the approved ones, and give the function that signs a chunk."""
    with open_keys({KeyPurpose.CREDENTIAL, KeyPurpose.SEAL}) as keys, _start_set_apart():
        check_keys(profile, keys)
        yield partial(sign_chunk, keys=keys, profile=profile, checkpoint=checkpoint, press=Press())


@contextmanager
def _start_set_apart() -> Iterator[None]:
    """Keep what is alive now from being looked through for garbage: modules and contexts are most of it, and stay."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def open_checking() -> Iterator[Callable[[Sequence[SealedPart]], int]]:
    """Give the function that checks stored parts against their digests and counts them; no key is needed for it."""
    yield _check_parts


def _check_parts(parts: Sequence[SealedPart]) -> int:
    for part in parts:
        check_prepared(part.open())
    return len(parts)


def sign_chunk(
    task: ChunkTask, *, keys: KeyRing, profile: IssuingProfile, checkpoint: Checkpoint, press: Press
) -> ChunkSigned:
    """Sign every part of a task. Raises UnsafeDocumentError, SignerError, InvalidError if a signature is not right."""
    opened = [(part.open(), part.key) for part in task.parts]
    readings = [press.read(part, profile.plan(part.format)) for part, _ in opened]
    for (part, _), reading in zip(opened, readings, strict=True):
        check_prepared(part, reading)
    signing = Signing(created=task.created, always=_first_of_batch(task), checkpoint=checkpoint)
    lessons = {name: [part for part, _ in opened if part.format is name] for name in FormatName}
    signed = []
    for (part, data_key), reading in zip(opened, readings, strict=True):
        key = keys.key(part.format)
        lesson = lessons[part.format]
        made = press.secure(part, profile.plan(part.format), key, signing, lesson=lesson, reading=reading)
        signed.append(seal_secured(part, made, key=data_key, key_id=key.method.id))
    return ChunkSigned(chunk=task.chunk, parts=tuple(signed))


def _first_of_batch(task: ChunkTask) -> frozenset[str]:
    """Name the first part of each format of a batch: every batch is looked at, however small."""
    if task.chunk.number != 1:
        return frozenset()
    firsts = {part.format: part.credential_id for part in reversed(task.parts)}
    return frozenset(firsts.values())


def check_prepared(part: PreparedPart, reading: Reading | None = None) -> None:
    """Return if the stored bytes, which may have been read, are those that were digested at prepare.

    Raises RuleError.
    """
    found = reading.form.sha256(part.content, reading.texts) if reading else hashlib.sha256(part.content).digest()
    if found.hex() != part.sha256:
        raise RuleError(
            f"the prepared document {part.credential_id} was changed in the database.",
            remedy="Find out by whom; then return the batch to draft and prepare it again.",
        )


def secure_part(part: PreparedPart, plan: ProofPlan, key: SigningKey, created: datetime) -> SecuredCredential:
    """Secure one part as its plan says. Raises UnsafeDocumentError, SignerError."""
    if part.format is FormatName.ELM:
        return seal_of(plan).seal_prepared(part.content, key, created)
    document = read_prepared(part.content)
    return proof_of(plan).secure(document, key, created)


def check_secured(
    part: PreparedPart,
    secured: SecuredCredential,
    plan: ProofPlan,
    method: VerificationMethod,
    *,
    guarded: bool = False,
) -> None:
    """Verify one's own signature, and that it covers exactly the prepared bytes. Raises InvalidError.

    `guarded` reads a badge as a stranger's is read.
    """

    def resolve(method_id: str) -> VerificationMethod:
        if method_id != method.id:
            raise InvalidError("the own signature names another key than the one that signed", clause="threat T32")
        return method

    if part.format is FormatName.ELM:
        verified = seal_of(plan).verify(secured.content, resolve)
        covered = payload_octets(secured.content)
        if verified.method.public_key != method.public_key:
            raise InvalidError("the seal names another key than the one that sealed", clause="threat T32")
    else:
        document = proof_of(plan).verify(secured.content, resolve, guarded=guarded).document
        covered = serialise_compact({name: value for name, value in document.items() if name != "proof"})
    if covered != part.content:
        raise InvalidError(
            f"what was signed for {part.credential_id} is not what was prepared.",
            remedy="Nothing was stored; report this as a defect.",
            clause="design rule 3",
        )


def proof_of(plan: ProofPlan) -> DataIntegrity:
    """Return the Data Integrity mechanism that a plan names. Raises ConfigurationError."""
    if plan.mechanism not in CRYPTOSUITES:
        raise ConfigurationError(
            f"no cryptosuite {plan.mechanism!r}.", remedy=f"Known are {', '.join(sorted(CRYPTOSUITES))}."
        )
    return DataIntegrity(CRYPTOSUITES[plan.mechanism])


def seal_of(plan: ProofPlan) -> Jades:
    """Return the seal that a plan names. Raises ConfigurationError."""
    header = plan.options.get("time_header", "iat")
    if plan.mechanism == JADES and header == "iat":
        return Jades(time_header="iat")
    if plan.mechanism == JADES and header == "sigT":
        return Jades(time_header="sigT")
    raise ConfigurationError(
        f"no seal {plan.mechanism!r} with {header!r}.", remedy="Use jades with time_header iat or sigT."
    )


def read_prepared(content: bytes) -> Document:
    """Read an unsecured document back from bytes that this program wrote; writing it again gives the same bytes."""
    document: Document = json.loads(content)
    if serialise_compact(document) != content:
        raise UnsafeDocumentError("the prepared bytes are not compact JSON of this program.")
    return document

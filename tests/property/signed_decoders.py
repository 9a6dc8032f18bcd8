"""Decoders of what other parties sign: certificates, revocation, time-stamps, trusted lists, checkpoints, proofs."""

import hashlib
import json
from datetime import timedelta

from pki import DirectDesk, Pki
from seal_builder import DOCUMENT, NOON
from time_stamp_builder import extended, sig_tst

from builders_keys import signing_key
from conformance.test_any_input import ASKED, BARE, GENUINE, NOW, enveloped, shown
from property.decoder import Decoder
from trusted_list_builder import ISSUED, ListSigner, service, trusted_list
from vc_issuer.encoding.cbor import decode_cbor, encode_cbor
from vc_issuer.securing.jades import seal_prepared, verify_any_seals
from vc_issuer.securing.pades import pdf_sealing, verify_pdf_seal
from vc_issuer.securing.vc_jose import VcJose, verify_jwt
from vc_issuer.transparency.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from vc_issuer.transparency.evidence import LogProof, leaf_of, verify_evidence, write_evidence
from vc_issuer.transparency.merkle import leaf_hash
from vc_issuer.transparency.stamp import TimeAuthorities
from vc_issuer.trusted_list import Import, read_trusted_list
from vc_issuer.verification.presentation import prove_presentation
from vc_issuer.verification.w3c import check_credential
from vc_issuer.x509 import (
    certificate_facts,
    certificates_from_pem,
    certificates_to_pem,
    find_revocation,
    issuer_serial,
    public_key_of,
    read_time_stamp,
    read_time_stamp_reply,
    responder_certificates,
    revocation_sources,
    verify_chain,
    verify_time_stamp,
)
from vc_issuer.x509.revocation import answer_holds
from vc_issuer.x509.tsp import write_time_stamp_query

PKI = Pki()
LEAF, CA = PKI.seal_key.method.certificates[0], PKI.ca.der
DESK = DirectDesk(PKI)
MESSAGE = b"what is stamped"
LIST_SIGNER = ListSigner()
PLAIN_LIST = trusted_list(service(PKI.root.der), service(PKI.time_root.der, kind="TSA/QTST", purposes=()))
ORIGIN, SALT, SIGNATURE = "credentials.uzb.example/log", b"s" * 32, b"signature" * 7
LOG_KEY = signing_key()
NOTE = sign_checkpoint(Checkpoint(origin=ORIGIN, size=1, root=leaf_hash(leaf_of(SALT, SIGNATURE)), time=NOON), LOG_KEY)
STAMPED = write_evidence(NOTE, [LogProof(credential_id="x", salt=SALT, index=0, path=())], DESK.stamp(NOTE))
SEAL = seal_prepared(json.dumps(DOCUMENT, ensure_ascii=False).encode(), PKI.seal_key, NOON).content
KEY = signing_key()
PDF_SEALING = pdf_sealing(PKI.seal_key, NOON)
PDF_SIGNED = PDF_SEALING.sign(hashlib.sha256(MESSAGE).digest())
PDF_SEAL = PDF_SEALING.write(PDF_SIGNED, DESK.stamp(PDF_SIGNED.signature)) + bytes(40)


def read_certificate(der: bytes) -> None:
    certificate_facts(der)
    issuer_serial(der)
    revocation_sources(der)
    public_key_of(der)
    verify_chain(der, [CA], anchors=(PKI.root.der,), at=NOON)


def read_ocsp(answer: bytes) -> None:
    answer_holds(answer, NOON)
    find_revocation(LEAF, CA, responses=[answer], lists=[], at=NOON)
    responder_certificates(answer)


def read_list(answer: bytes) -> None:
    answer_holds(answer, NOON)
    find_revocation(LEAF, CA, responses=[], lists=[answer], at=NOON)


def read_signed_list(content: bytes) -> None:
    read_trusted_list(content, [LIST_SIGNER.der], Import(at=ISSUED + timedelta(days=9), source="x"))


def read_log_proof(content: bytes) -> None:
    authorities = TimeAuthorities(anchors_at=PKI.time_anchors_at, clock=lambda: NOON + timedelta(days=1))
    verify_evidence(content, SIGNATURE, [LOG_KEY.method], origin=ORIGIN, authorities=authorities)


def check_w3c(content: bytes) -> None:
    check_credential(content, NOW)


def check_pdf_seal(contents: bytes) -> None:
    verify_pdf_seal(contents, NOON, lambda name: hashlib.new(name, MESSAGE).digest())


SIGNED = (
    Decoder("certificate", read_certificate, (LEAF, CA, PKI.tsa.certificate)),
    Decoder("certificates", certificates_from_pem, (certificates_to_pem((LEAF, CA)),)),
    Decoder("time-stamp", lambda content: verify_time_stamp(read_time_stamp(content), MESSAGE), (DESK.stamp(MESSAGE),)),
    Decoder(
        "time-stamp reply",
        lambda content: read_time_stamp_reply(content, MESSAGE, nonce=7),
        (PKI.time_stamp_reply(write_time_stamp_query(MESSAGE, nonce=7)), bytes.fromhex("30053003020102")),
    ),
    Decoder("ocsp", read_ocsp, (DESK.ask_ocsp(f"{PKI.base}/ocsp", LEAF, CA),)),
    Decoder("revocation list", read_list, (PKI.crl("Seal CA"),)),
    Decoder(
        "trusted list",
        lambda content: read_trusted_list(content, (), Import(at=ISSUED, source="x")),
        (PLAIN_LIST,),
    ),
    Decoder("signed list", read_signed_list, (LIST_SIGNER.sign(PLAIN_LIST), LIST_SIGNER.sign(PLAIN_LIST, xades=False))),
    Decoder("checkpoint", read_checkpoint, (NOTE,)),
    Decoder("log proof", read_log_proof, (STAMPED,)),
    Decoder("cbor", decode_cbor, (encode_cbor([b"ab", [1, 500, "x"], {1: b"c", 2: {}}]),)),
    Decoder("seals", verify_any_seals, (SEAL, extended(SEAL, sig_tst(PKI.tsa)))),
    Decoder("pdf seal", check_pdf_seal, (PDF_SEAL,)),
    Decoder("presentation", lambda content: prove_presentation(content, ASKED, NOW), (json.dumps(shown()).encode(),)),
    Decoder("proofs", check_w3c, tuple(json.dumps(each).encode() for each in (*GENUINE.values(), enveloped()))),
    Decoder(
        "jwt",
        lambda content: verify_jwt(content, lambda _: KEY.method),
        (VcJose().secure(BARE, KEY, NOON).content,),
    ),
)  # fmt: skip

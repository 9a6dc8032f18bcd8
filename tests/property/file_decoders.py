"""Decoders of what people and other servers send: results, offerings, targets, status lists, answers over HTTP."""

import json
import socket

from scenario import NOON, make_world

from intake.cohort_builders import VALID, catalogue, csv_text, write_rows, xlsx
from property.decoder import Decoder, as_object, as_text
from reference import ROOT
from vc_issuer.errors import InconclusiveError
from vc_issuer.fetch import Fetcher
from vc_issuer.intake.cohort import read_cohort
from vc_issuer.intake.institutions import institutions
from vc_issuer.intake.offering_file import read_offering
from vc_issuer.recognition.target import read_target
from vc_issuer.status_list import build_status_list, list_bits, make_bits, status_entry
from vc_issuer.verification.status import entries_of

OFFERING = (ROOT / "examples" / "offerings" / "mc01.toml").read_bytes()
LIST_URL = "https://a.example/status/1"
STATUS_LIST = build_status_list(
    LIST_URL, make_bits([3]), issuer="did:web:a.example", purpose="revocation", valid_from=NOON
)
WORLD = make_world()
HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
)  # fmt: skip


def read_answer(content: bytes) -> None:
    """Fetch from a far end that has said `content` already, and says no more."""
    near, far = socket.socketpair()
    with far:
        far.setblocking(False)
        far.send(content[:65_536])
        far.shutdown(socket.SHUT_WR)
        fetcher = Fetcher(resolve=lambda _: ("93.184.216.34",), connect=lambda *_: near)
        fetcher.get("https://a.example/x", {"If-None-Match": '"x"'})


def read_address(content: bytes) -> None:
    def connect(_address, _host, _timeout_s):
        raise InconclusiveError("nothing is asked here")

    Fetcher(resolve=lambda _: ("93.184.216.34",), connect=connect).get(as_text(content))


def read_status_list(content: bytes) -> None:
    document = as_object(content)
    entries_of(document)
    list_bits(document, url=LIST_URL, purpose="revocation")


FILES = (
    Decoder(
        "results as text",
        lambda content: read_cohort(content, "x.csv", catalogue()),
        (csv_text(VALID).encode(), csv_text(VALID, separator="\t").encode("utf-16")),
    ),
    Decoder(
        "workbook",
        lambda content: read_cohort(content, "x.xlsx", catalogue()),
        (xlsx(lambda _, sheet: write_rows(sheet, VALID)),),
    ),
    Decoder(
        "offering",
        lambda content: read_offering(
            content, filename="x.toml", base_url="https://a.example", institutions=institutions()
        ),
        (OFFERING,),
    ),
    Decoder("target", read_target, (b'title = "X"\nects = 20\n[[sets]]\nects = 3\n', b'{"title":"X","ects":20.5}')),
    Decoder(
        "status document",
        read_status_list,
        (
            json.dumps(STATUS_LIST).encode(),
            json.dumps({"credentialStatus": status_entry(LIST_URL, 3, purpose="revocation")}).encode(),
        ),
    ),
    Decoder("http answer", read_answer, HTTP),
    Decoder("address", read_address, (b"https://a.example/x?y=z", b"https://[2606:4700::1]:443/")),
    Decoder(
        "whole file",
        WORLD.verify,
        (WORLD.ob3, WORLD.elm),
    ),
)  # fmt: skip

"""Time-stamp tokens that no authority would make: each is refused in words, whatever it lacks."""

import hashlib

import pytest
from time_stamp_builder import SHA256, Tsa, seq

from vc_issuer.errors import InconclusiveError, InvalidError, UnreadableError
from vc_issuer.x509 import read_time_stamp, verify_time_stamp
from vc_issuer.x509.der import OCTET_STRING, SET, write_der, write_oid

MESSAGE = b"what is stamped"
ESS_V1, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


class Timeless(Tsa):
    """An authority whose tokens state a time of another kind (UTCTime)."""

    def _info(self, message):
        return super()._info(message).replace(b"\x18\x0f", b"\x17\x0f")


class Naming(Tsa):
    """An authority that names its certificate in `named`, an attribute's value."""

    named = (ESS_V2, b"")

    def _attributes(self, info):
        oid, value = self.named
        return super()._attributes(info) + seq(write_oid(oid), write_der(SET, value))


def test_a_token_without_a_time_is_refused():
    with pytest.raises(UnreadableError, match="states no time"):
        read_time_stamp(Timeless().token(MESSAGE))


@pytest.mark.parametrize("oid", [ESS_V1, ESS_V2])
@pytest.mark.parametrize(
    "value", [seq(), seq(seq()), seq(seq(seq())), seq(seq(seq(seq(write_oid(SHA256)))))], ids=range(4)
)
def test_a_token_that_names_its_certificate_in_no_shape_is_refused(oid, value):
    tsa = Naming(drop="ess")
    tsa.named = (oid, value)
    with pytest.raises((InvalidError, UnreadableError)):
        verify_time_stamp(read_time_stamp(tsa.token(MESSAGE)), MESSAGE)


@pytest.mark.parametrize("by_key_id", [True, False])
def test_a_token_of_a_kind_of_key_that_nobody_knows_is_not_decided(by_key_id):
    known = Tsa(by_key_id=by_key_id)
    der = known.certificate.replace(write_oid("1.2.840.10045.2.1"), write_oid("1.2.840.10045.2.9"))
    tsa = known if by_key_id else Tsa(key=known.key, certificate=der)
    token = tsa.token(MESSAGE).replace(known.certificate, der)
    with pytest.raises(InconclusiveError, match="a kind of key that is not known here"):
        verify_time_stamp(read_time_stamp(token), MESSAGE)


def test_a_well_named_certificate_holds():
    tsa = Naming(drop="ess")
    tsa.named = (ESS_V2, seq(seq(seq(write_der(OCTET_STRING, hashlib.sha256(tsa.certificate).digest())))))
    assert verify_time_stamp(read_time_stamp(tsa.token(MESSAGE)), MESSAGE) == (tsa.certificate,)

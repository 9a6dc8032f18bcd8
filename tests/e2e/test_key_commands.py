"""The ceremony of keys as a person types it, with an authority that is OpenSSL's and none of ours."""

import base64
import json
import subprocess
import tomllib

import pytest

from e2e.issued import run
from offices import issue, make

AUTHORITY = """
[req]
distinguished_name = name
x509_extensions = ca
prompt = no
[name]
CN = Outside Authority
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[seal]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@pytest.fixture
def home(tmp_path):
    return make(tmp_path / "home")


@pytest.fixture
def authority(tmp_path):
    """Make a certification authority with OpenSSL; returns its folder."""
    folder = tmp_path / "authority"
    folder.mkdir()
    (folder / "ca.cnf").write_text(AUTHORITY)
    openssl(folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key")
    openssl(folder, "req -x509 -new -key ca.key -config ca.cnf -days 3650 -out ca.pem")
    return folder


def openssl(folder, arguments):
    done = subprocess.run(["openssl", *arguments.split()], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def certified(authority, subject=""):
    """Have the request in the authority's folder signed; returns the chain's path."""
    forced = f"-force_pubkey pub.pem -subj {subject}" if subject else ""
    openssl(
        authority,
        f"x509 -req -in seal.csr -CA ca.pem -CAkey ca.key -extfile ca.cnf -extensions seal -days 900 {forced} -out seal.pem",
    )
    chain = authority / "chain.pem"
    chain.write_bytes((authority / "seal.pem").read_bytes() + (authority / "ca.pem").read_bytes())
    return chain


def keys_of(home):
    return json.loads(run(home, "keys", "list", "--json", check=0).stdout)["keys"]


def in_force(home, purpose):
    (found,) = [key["id"] for key in keys_of(home) if key["purpose"] == purpose and not key["expires"]]
    return found


def exported(home, batch, out):
    run(home, "batch", "export", batch, "--out", out, check=0)
    return json.loads((out / "manifest.json").read_text())


def test_a_seal_key_is_certified_outside_and_seals_from_then_on(home, authority, tmp_path):
    before = in_force(home, "seal")
    uri = json.loads(run(home, "keys", "new", "seal", "--json", check=0).stdout)["uri"]
    assert in_force(home, "seal") == before, "a new key is not in force before its certificate is there"
    run(home, "keys", "csr", uri, "--out", authority / "seal.csr", check=0)
    request = openssl(authority, "req -in seal.csr -noout -verify -subject -nameopt utf8,sname")
    assert "OK" in request
    assert "organizationIdentifier" in request
    run(home, "keys", "import", "seal", uri, "--certificate", certified(authority), check=0)
    now = in_force(home, "seal")
    assert now != before
    settings = home / "settings.toml"
    (home / "outside.pem").write_bytes((authority / "ca.pem").read_bytes())
    settings.write_text(settings.read_text().replace('["keys/ca.pem"]', '["keys/ca.pem", "outside.pem"]'))
    run(home, "check-config", check=0)
    batch = issue(home, rows=1)
    manifest = exported(home, batch, tmp_path / "out")
    for entry in manifest["credentials"]:
        file = tmp_path / "out" / entry["files"]["elm"]
        assert json.loads(run(home, "verify", file, "--json", check=0).stdout)["reports"][0]["verdict"] == "current"
        protected = json.loads(file.read_bytes())["signatures"][0]["protected"]
        (leaf, *_) = json.loads(base64.urlsafe_b64decode(protected + "=="))["x5c"]
        assert b"Outside Authority" in base64.b64decode(leaf)


def test_a_certificate_of_another_key_or_another_house_is_refused_and_nothing_changes(home, authority):
    before = keys_of(home)
    first = json.loads(run(home, "keys", "new", "seal", "--json", check=0).stdout)["uri"]
    second = tomllib.loads((home / "settings.toml").read_text())["keys"]["seal"]
    run(home, "keys", "csr", first, "--out", authority / "seal.csr", check=0)
    chain = certified(authority)
    refused = run(home, "keys", "import", "seal", second, "--certificate", chain)
    assert refused.returncode != 0
    assert "certificate is another key's" in refused.stderr
    refused = run(home, "keys", "import", "seal", first)
    assert "needs its certificate" in refused.stderr
    openssl(authority, "req -in seal.csr -noout -pubkey -out pub.pem")
    other = certified(authority, "/C=BE/O=Another/organizationIdentifier=VATBE-0000000000/CN=Another")
    refused = run(home, "keys", "import", "seal", first, "--certificate", other)
    assert "is made out to VATBE-0000000000" in refused.stderr
    assert keys_of(home) == before
    run(home, "check-config", check=0)


@pytest.mark.parametrize("how", ["rotate", "import"])
def test_a_new_status_key_signs_every_list_anew(home, tmp_path, how):
    batch = issue(home, rows=2)
    before = exported(home, batch, tmp_path / "before")
    old = in_force(home, "status")
    if how == "rotate":
        run(home, "keys", "rotate", "status", "--reason", "Yearly renewal", check=0)
    else:
        uri = json.loads(run(home, "keys", "new", "status", "--json", check=0).stdout)["uri"]
        run(home, "keys", "import", "status", uri, check=0)
    new = in_force(home, "status")
    after = exported(home, batch, tmp_path / "after")
    assert signers(tmp_path / "before", before) == {old}
    assert signers(tmp_path / "after", after) == {new}
    assert len(after["status_lists"]) == len(before["status_lists"]) > 1
    badge = tmp_path / "after" / after["credentials"][0]["files"]["ob3"]
    lists = [part for one in after["status_lists"] for part in ("--status-list", tmp_path / "after" / one["file"])]
    did = tmp_path / "after" / after["did_document"]
    run(None, "verify", badge, "--offline", "--issuer", did, *lists, check=0)


def signers(folder, manifest):
    lists = [json.loads((folder / one["file"]).read_text()) for one in manifest["status_lists"]]
    return {proof["verificationMethod"] for each in lists for proof in each["proof"]}

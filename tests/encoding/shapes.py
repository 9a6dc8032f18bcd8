"""Badges for canonicalisation: small, every part optional, texts as hostile as they come."""

from hypothesis import strategies as st

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]

ORDINARY = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=12)
HOSTILE = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", '"', "\\", '\\"', "a\nb", "\t", "%s %b %%", "\u0085\u2028", "e\u0301", "שלום", "\u202eabc", "\x00", "\x7f", "𝒜𠮷",
            "\uffff", "_:c14n0", "<urn:x>", '" .', "urn:vc-issuer-hole:0:000001", "~hole~", "\u200d", "ﷺ", "\U0010fffd",
        ]
    ),
)  # fmt: skip
IRIS = st.one_of(
    st.uuids().map(lambda value: f"urn:uuid:{value}"),
    st.sampled_from(
        [
            "https://a.example/x?y=1#z", "did:web:a.example", "urn:x", "https://a.example/%C3%A9", "https://a.example/é",
            "http://a.example:80/", "Achievement", "id", "obi:x", "xsd:date", "schema:name", "not an iri", "", "#rel",
            "/abs", "https://[::1]/", "urn:a:%zz", "https://u@a.example/", "a:b", "_:b0", "https://A.example//x",
        ]
    ),
)  # fmt: skip


@st.composite
def badges(draw, texts=HOSTILE, iris=IRIS):
    """Make a badge: fields absent and present, arrays of every length, one shape or another."""
    document = {
        "@context": CONTEXTS,
        "id": draw(iris),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": draw(st.one_of(iris, st.fixed_dictionaries({"id": iris, "type": st.just("Profile"), "name": texts}))),
        "credentialSubject": {"type": ["AchievementSubject"]},
    }
    subject = document["credentialSubject"]
    if draw(st.booleans()):
        subject["id"] = draw(iris)
    for name in draw(st.lists(st.sampled_from(["name", "description", "validFrom"]), unique=True)):
        document[name] = draw(texts)
    subject["identifier"] = draw(st.lists(_identity(texts), max_size=4))
    if draw(st.booleans()):
        subject["achievement"] = draw(_achievement(texts, iris))
    if draw(st.booleans()):
        document["evidence"] = draw(
            st.lists(st.fixed_dictionaries({"id": iris, "type": st.just(["Evidence"]), "narrative": texts}), max_size=3)
        )
    return document


def _identity(texts):
    return st.fixed_dictionaries(
        {"type": st.just("IdentityObject"), "hashed": st.booleans(), "identityHash": texts},
        optional={"identityType": st.sampled_from(["name", "ext:studentNumber"])},
    )


def _achievement(texts, iris):
    alignment = st.fixed_dictionaries(
        {"type": st.just(["Alignment"]), "targetName": texts, "targetUrl": iris}, optional={"targetCode": texts}
    )
    return st.fixed_dictionaries(
        {
            "id": iris,
            "type": st.just(["Achievement"]),
            "name": texts,
            "criteria": st.fixed_dictionaries({"narrative": texts}),
        },
        optional={
            "tag": st.lists(texts, min_size=1, max_size=4),
            "alignment": st.lists(alignment, min_size=1, max_size=5),
            "creditsAvailable": st.sampled_from([3, 4.5, 60]),
        },
    )

"""Write docs/lints.md from the table of lints. Run it after a lint was added or worded anew."""

from pathlib import Path

from vc_issuer.issuance.lints import lints

PAGE = Path(__file__).resolve().parent.parent / "docs" / "lints.md"
HEAD = """# What is checked before anybody is asked to approve

`vc-issuer batch prepare` secures a copy of every document with a key that it throws away, and runs it through each
check that a receiving validator is known to make. What a lint finds stands with the record: `batch prepare` counts it,
`batch show` says it, `batch show --json` gives its place. An error (E) keeps the record back; a warning (W) is shown.

A check of members and types runs once a shape of document, a check of values for every document, and a signature is
rehearsed for the first document of each shape and for one in 25 after it. After an error the next stage is not asked:
what is missing can't be judged. The stages are {stages}.

What can't be looked at from here: whether the issuer's page, the status list and the EU's register answer, and whether
a verifier trusts the issuer. The EU's SHACL shapes are run by the test suite, not at prepare: `edc.shapes` is their
translation. This page is written by `scripts/write_lints.py`.

| lint | | stage | whose check | what it says |
|---|---|---|---|---|
"""


def main() -> None:
    """Write the page."""
    rows = [
        f"| `{lint.id}` | {lint.severity.value} | {lint.stage.value} | {lint.citation} | {lint.message.best('en')} |"
        for lint in lints()
    ]
    stages = ", ".join(dict.fromkeys(lint.stage.value for lint in lints()))
    PAGE.write_text(HEAD.format(stages=stages) + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

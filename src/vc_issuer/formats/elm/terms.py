"""The terms of the European Learning Model: which IRI a member stands for, what its values are, which list they obey.

Written from the published model, so that ELM is read without the EU's context file, whose address is unversioned
plain http (elm 2); tests hold both against each other.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

EDC_AP = "http://data.europa.eu/snb/model/context/edc-ap"
NODE = "node"
LANGUAGE_MAP = "language-map"
PLAIN = "plain"
ENVELOPE_TYPES = frozenset({"VerifiableCredential"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The model's classes and members. `kinds` tells of a member `node`, `language-map`, `plain` or a datatype."""

    prefixes: Mapping[str, str]
    classes: Mapping[str, str]
    members: Mapping[str, str]
    kinds: Mapping[str, str]
    lists: Mapping[str, str]
    schemes: Mapping[str, str]
    enforced_lists: frozenset[str]
    complete_lists: frozenset[str]

    def list_of(self, class_name: str, member: str) -> str:
        """Return our name of the EU's list that a member's values must stand in, or an empty string."""
        return self.lists.get(f"{class_name}.{member}") or self.lists.get(f"*.{member}", "")

    def scheme_of(self, class_name: str, member: str) -> str:
        """Return the scheme of a member's values where we don't hold the list, or an empty string."""
        return self.schemes.get(f"{class_name}.{member}") or self.schemes.get(f"*.{member}", "")


@cache
def terms() -> Terms:
    """Return the model's terms, read once a process."""
    table = tomllib.loads(files(__package__).joinpath("terms.toml").read_text(encoding="utf-8"))
    members: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for kind, names in table["members"].items():
        named = {name: f"elm:{name}" for name in names.get("elm", ())} | names.get("other", {})
        members |= named
        kinds |= dict.fromkeys(named, kind)
    for kind, envelope_names in table["envelope"].items():
        kinds |= dict.fromkeys(envelope_names, kind)
    own_classes = {name: f"elm:{name}" for name in table["classes"]["elm"]}
    return Terms(
        prefixes=table["prefixes"],
        classes=own_classes | table["classes"]["other"],
        members=members,
        kinds=kinds,
        lists=table["lists"]["members"],
        schemes=table["lists"]["schemes"],
        enforced_lists=frozenset(table["lists"]["enforced"]),
        complete_lists=frozenset(table["lists"]["complete"]),
    )


def context_document() -> dict[str, Any]:
    """Return the model's terms as a JSON-LD context, to stand in for the one at `EDC_AP`."""
    known = terms()
    definitions = {name: _definition(iri, known.kinds[name]) for name, iri in known.members.items()}
    return {"@context": {**known.prefixes, **known.classes, **definitions}}


def _definition(iri: str, kind: str) -> dict[str, str]:
    match kind:
        case "node":
            return {"@id": iri, "@type": "@id"}
        case "language-map":
            return {"@id": iri, "@container": "@language"}
        case "plain":
            return {"@id": iri}
        case _:
            return {"@id": iri, "@type": f"xsd:{kind}"}

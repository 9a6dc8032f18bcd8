"""The institutions that may issue or award, by key; all of those that come with the project are invented."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from vc_issuer.model.parties import Address, Organisation
from vc_issuer.model.text import LocalizedText


@cache
def institutions() -> Mapping[str, Organisation]:
    """Return every institution that is known, by key."""
    text = (files("vc_issuer.intake") / "institutions.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: _institution(key, values) for key, values in tomllib.loads(text).items()})


def _institution(key: str, values: Mapping[str, Any]) -> Organisation:
    address = Address(**values["address"])
    others = {name: value for name, value in values.items() if name not in ("legal_name", "address")}
    return Organisation(key=key, legal_name=LocalizedText.of(values["legal_name"]), address=address, **others)

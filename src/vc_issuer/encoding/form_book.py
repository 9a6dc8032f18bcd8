"""Forms learned from documents that come in numbers: what was equal in all of them is constant, the rest are holes.

A form that turns out too narrow is learned anew, wider; after a few times everything is a hole. Nothing rests on what
was learned but speed: bytes that no form reads are the generic path's.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import eq
from typing import Any, NamedTuple, TypeAlias

from vc_issuer.encoding.hole_texts import HoleTexts
from vc_issuer.encoding.json_form import JsonForm, make_form
from vc_issuer.encoding.shape import ShapeKey, read_shape
from vc_issuer.encoding.strict_json import serialise_compact
from vc_issuer.encoding.template import Template
from vc_issuer.errors import VcIssuerError
from vc_issuer.model.credential import Document

ENOUGH = 4  # compiling costs as much as securing four documents the generic way
MOST_SHAPES = 256  # a shape is some 50 kB; a batch of many offerings has a few dozen
_NOTHING_NEW = 100  # documents without anything new are enough of a lesson; what comes rarely widens a form later
MOST_FAMILIES = 8  # of one structure: an offering's languages, or course units that differ in their texts
_MOST_TRIES = 5
_MOST_BEGUN = 64  # hashes of a form's beginnings: one for each mark, and what stands before it
_ALIKE = 0.75  # two learners of one offering share nine texts of ten, two languages of one badge about half

IsSound: TypeAlias = Callable[[bytes], bool]
"""Tell whether a parser that trusts nobody takes a document. What it says holds for all of the structure."""
Compile: TypeAlias = Callable[[Document, Sequence[int]], Template | None]
"""Compile a document with these texts constant; None if its shape can't be compiled."""


class Reading(NamedTuple):
    """What a form read: the form, and the texts of its holes."""

    form: "LearnedForm"
    texts: HoleTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedForm:
    """A form with its template, if it has one; `context` is the document's, as JSON.

    `picks` puts the holes in the template's order, if it has another. `equal` names holes that must hold the same
    text, because the template knows them as one. So many holes are `early`: with few values, before all others.
    """

    form: JsonForm
    template: Template | None
    context: str
    picks: tuple[int, ...] | None
    equal: tuple[tuple[int, int], ...]
    early: int = 0
    _begun: dict[tuple[bytes, ...], tuple[bytes, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def read(self, content: bytes) -> HoleTexts | None:
        """Return the texts of the holes, or None for bytes of another form."""
        texts = self.form.read(content)
        if texts is None or (
            self.equal and any(texts.escaped[one] != texts.escaped[other] for one, other in self.equal)
        ):
            return None
        return texts

    def sha256(self, written: bytes, texts: HoleTexts, *, before: bytes = b"", quoted: bool = False) -> bytes:
        """Return the hash of bytes with a document in them that this form read; what many share is hashed once.

        The document stands behind `before`, as it is or `quoted` as a JSON text. Whatever the bytes are, it is their
        hash.
        """
        key = (before, b"quoted" if quoted else b"", *texts.escaped[: self.early])
        head, begun = self._begun.get(key) or self._begin(key, texts, quoted=quoted)
        if not written.startswith(head):
            return hashlib.sha256(written).digest()
        state = begun.copy()
        state.update(memoryview(written)[len(head) :])
        return bytes(state.digest())

    def _begin(self, key: tuple[bytes, ...], texts: HoleTexts, *, quoted: bool) -> tuple[bytes, Any]:
        early = texts.values[: self.early]
        head = key[0] + (self.form.quoted_head(early) if quoted else self.form.head(early))
        if len(self._begun) >= _MOST_BEGUN:
            self._begun.clear()
        self._begun[key] = head, hashlib.sha256(head)
        return self._begun[key]

    def digest(self, texts: HoleTexts) -> bytes | None:
        """Return the hash of the document's canonical N-Quads, by the name of the template, or None."""
        if self.template is None:
            return None
        if self.picks is not None:
            texts = texts._replace(escaped=[texts.escaped[pick] for pick in self.picks])
        return self.template.digest_of(texts)


@dataclass(slots=True)
class _Known:
    """What is known of one family: a document of it, and what was seen of texts that differ."""

    document: Document = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    varying: dict[int, set[str]] = field(default_factory=dict)
    count: int = 0
    tries: int = 0
    form: LearnedForm | None = None

    def saw(self, texts: tuple[str, ...]) -> bool:
        """Note one of the family, and tell whether anything in it was new: the first of all, or what had not varied."""
        varied = {place for place, text in enumerate(texts) if text != self.texts[place]}
        is_new = self.count == 0 or not varied <= self.varying.keys()
        for place in varied - self.varying.keys():
            self.varying[place] = {self.texts[place]}
        for place, seen in self.varying.items():
            if len(seen) <= _NOTHING_NEW:
                seen.add(texts[place])
        self.count += 1
        return is_new

    def early(self, holes: Sequence[int]) -> int:
        """Return how many holes come before the first whose text is mostly another one."""
        return sum(1 for _ in takewhile(lambda place: 2 * len(self.varying.get(place, ())) <= self.count, holes))


@dataclass(frozen=True, slots=True)
class _Structure:
    """What is known of one structure: the form in which every text is a hole, and the families."""

    whole: JsonForm = field(repr=False)
    families: list[_Known] = field(default_factory=list)


class FormBook:
    """Learn forms and read documents with them. Not shared between threads."""

    def __init__(self, compile_shape: Compile | None = None, *, is_sound: IsSound = lambda _: True) -> None:
        """`compile_shape` makes the template of a shape; without it a form only reads."""
        self._compile = compile_shape
        self._is_sound = is_sound
        self._structures: dict[ShapeKey, _Structure] = {}
        self._forms: list[LearnedForm] = []
        self._last = 0
        self._followers: dict[int, int] = {}

    def read(self, content: bytes) -> Reading | None:
        """Read a document with the form that fits, or return None."""
        # Each learner's documents have the same order: which form came after the last one is likely to come again.
        expected = self._followers.get(self._last, 0)
        places = range(len(self._forms))
        for place in (*places[expected:], *places[:expected]):
            texts = self._forms[place].read(content)
            if texts is not None:
                self._followers[self._last] = place
                self._last = place
                return Reading(self._forms[place], texts)
        return None

    def learn(self, contents: Iterable[bytes]) -> None:
        """Learn from documents that no form reads. Those that are not compact JSON of ours teach nothing."""
        grown: dict[int, _Known] = {}
        known_already = 0
        for content in contents:
            structure, texts = self._taken_apart(content)
            known = self._family(structure, texts, content) if structure else None
            if known is None:
                continue
            grown[id(known)] = known
            known_already = 0 if known.saw(texts) else known_already + 1
            if known_already >= _NOTHING_NEW:
                break
        for known in grown.values():
            if known.count >= ENOUGH and known.tries <= _MOST_TRIES:
                self._make(known)

    def _taken_apart(self, content: bytes) -> tuple[_Structure | None, tuple[str, ...]]:
        """Return a document's structure and all its texts. Only the first of a structure is parsed: that is dear."""
        for structure in self._structures.values():
            read = structure.whole.read(content)
            if read is not None:
                return structure, read.values
        document = json.loads(content) if self._is_sound(content) else None
        if document is None or serialise_compact(document) != content:
            return None, ()
        key, texts = read_shape(document)
        if key not in self._structures:
            if len(self._structures) >= MOST_SHAPES:
                return None, ()
            self._structures[key] = _Structure(make_form(document, range(len(texts))))
        return self._structures[key], texts

    def _family(self, structure: _Structure, texts: tuple[str, ...], content: bytes) -> _Known | None:
        """Find the documents that this one is most like, or begin with it: languages share a structure, not texts."""
        families = structure.families
        shared = [sum(map(eq, known.texts, texts)) for known in families]
        best = max(range(len(families)), key=shared.__getitem__, default=None)
        if best is not None and (shared[best] >= _ALIKE * len(texts) or len(families) >= MOST_FAMILIES):
            return families[best]
        if sum(len(each.families) for each in self._structures.values()) >= MOST_SHAPES:
            return None
        families.append(_Known(json.loads(content), texts))
        return families[-1]

    def _make(self, known: _Known) -> None:
        known.tries += 1
        everything = range(len(known.texts))
        holes = list(everything) if known.tries > _MOST_TRIES else sorted(known.varying)
        template = None
        if self._compile is not None:
            constant = sorted(set(everything) - set(holes))
            try:
                template = self._compile(known.document, constant)
            except VcIssuerError:
                template = None
            if template is None:
                known.tries = _MOST_TRIES + 1
                return
            holes = sorted(place for places in template.holes for place in places)
        groups = template.holes if template else tuple((place,) for place in holes)
        where = {place: number for number, place in enumerate(holes)}
        picks = tuple(where[places[0]] for places in groups)
        form = LearnedForm(
            form=make_form(known.document, holes),
            template=template,
            context=json.dumps(known.document.get("@context")),
            picks=None if picks == tuple(range(len(holes))) else picks,
            equal=tuple((where[places[0]], where[place]) for places in groups for place in places[1:]),
            early=known.early(holes),
        )
        if known.form is not None:
            self._forms.remove(known.form)
        known.form = form
        self._forms.append(form)
        self._followers.clear()

"""The lines of a shape's canonical N-Quads, written by picking from a row of bytes.

In a row stand the texts of the holes, the labels of the blank nodes, groups of lines that are sorted each time, and
last, counted from the end, the constant pieces. To write a block is to join what the row has at its places. Blank
nodes and subjects that no hole touches were put in order once; only the others look for their place among them.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple, TypeAlias

LABEL = b"\0"  # stands for a block's own label; no text that may be signed holds it
END = b" .\n"
MAX_BLANK_NODES = 256
HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
_MOST_ORDERS = 24  # of the named blocks, remembered; three subjects with holes have six, of two kilobytes each
_MOST_LABELS = 8  # of a node, remembered; half a kilobyte each
_LABELS = tuple(b"_:c14n%d" % rank for rank in range(MAX_BLANK_NODES))


class Text(NamedTuple):
    """Constant pieces, and between them the numbers of the holes: one piece more than there are holes."""

    pieces: tuple[bytes, ...]
    holes: tuple[int, ...] = ()


class Lines(NamedTuple):
    """Lines that share subject and predicate: their objects are sorted each time, blank nodes by label last."""

    prefix: Text
    objects: tuple[Text, ...]
    nodes: tuple[int, ...]


class Block(NamedTuple):
    """All lines of one subject, in order; `subject` is empty for a blank node, whose lines begin with LABEL."""

    subject: Text
    parts: tuple[Text | Lines, ...]


Hashed: TypeAlias = tuple[Text | Lines, ...] | bytes
"""What a blank node's first-degree hash is over, or that hash where it is constant."""
_Pick: TypeAlias = Callable[[Sequence[bytes]], Sequence[bytes]]
_Places: TypeAlias = list[tuple[int, int]]  # a place, and the number of what stands there


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that are sorted each time. A dataset is a set: what two holes say alike stands there once."""

    prefix: _Pick
    objects: tuple[_Pick, ...]
    nodes: _Pick | None

    def write(self, row: Sequence[bytes]) -> bytes:
        lines = sorted({b"".join(each(row)) for each in self.objects}) if self.objects else []
        if self.nodes is not None:
            prefix = b"".join(self.prefix(row))
            lines += (prefix, (END + prefix).join(sorted(self.nodes(row))), END)
        return b"".join(lines)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is added to a row: groups, the first of which stands at `first`, and constants."""

    first: int
    groups: tuple[_Group, ...]
    constants: tuple[bytes, ...]

    def row(self, begun: Sequence[bytes]) -> list[bytes]:
        row = [*begun, *[b""] * len(self.groups), *self.constants]
        for place, group in enumerate(self.groups, self.first):
            row[place] = group.write(row)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalLines:
    """The blocks of a shape, those first whose place among their like is fixed, in order.

    `fixed_*` are the keys by which they are ordered. Of other nodes there is what their hash is over, of other
    subjects the hole that they are. `beginnings` are constants with which a named block begins.
    """

    hash_name: str
    fixed_hashes: tuple[bytes, ...]
    other_hashes: tuple[_Pick, ...]
    hash_sheet: _Sheet
    fixed_subjects: tuple[bytes, ...]
    other_subjects: tuple[int, ...]
    sheet: _Sheet
    named: tuple[tuple[int, ...], ...]
    beginnings: frozenset[bytes]
    blank: tuple[_Pick, ...]
    constant_blank: tuple[bytes | None, ...]
    # What picks all named blocks, by their order.
    _ordered: dict[tuple[int, ...], _Pick] = field(default_factory=dict, init=False, repr=False, compare=False)
    # Of each node of fixed place its constant block under labels that it had: few, since only the others move it.
    labelled: tuple[dict[bytes, bytes], ...] = field(repr=False, compare=False)

    def parts(self, texts: Sequence[bytes]) -> list[bytes] | None:
        """Return the lines with these texts in the holes, in pieces; None where two nodes or subjects are equal."""
        nodes = _places(self.fixed_hashes, self._other_hashes(texts))
        # The `>` behind an IRI counts where one begins with another.
        subjects = _places(self.fixed_subjects, [texts[hole] + b">" for hole in self.other_subjects])
        if nodes is None or subjects is None:
            return None
        labels = _labels(len(self.blank), nodes)
        row = self.sheet.row([*texts, *labels])
        # `_:` comes behind every `<`.
        return [*self._named_blocks(subjects)(row), *self._blank_blocks(nodes, labels, row)]

    def _other_hashes(self, texts: Sequence[bytes]) -> list[bytes]:
        row = self.hash_sheet.row(texts)
        digest = HASHES[self.hash_name]
        return [digest(b"".join(pick(row))).digest() for pick in self.other_hashes]

    def _named_blocks(self, others: _Places) -> _Pick:
        """Return what picks the blocks of all named subjects in order."""
        fixed = len(self.fixed_subjects)
        order = list(range(fixed))
        for place, number in others:
            order.insert(place, fixed + number)
        asked = tuple(order)
        known = self._ordered.get(asked)
        if known is None:
            if len(self._ordered) >= _MOST_ORDERS:
                self._ordered.clear()
            known = _pick([place for number in order for place in self.named[number]])
            self._ordered[asked] = known
        return known

    def _blank_blocks(self, others: _Places, labels: Sequence[bytes], row: Sequence[bytes]) -> Sequence[bytes]:
        """Return the blocks of the blank nodes in the order of their labels as text: c14n10 stands before c14n2."""
        fixed = len(self.fixed_hashes)
        blocks = list(map(dict.get, self.labelled, labels, repeat(b"")))
        if not all(blocks):
            blocks = [known or self._blank_block(node, labels[node], row) for node, known in enumerate(blocks)]
        for place, number in others:
            blocks.insert(place, b"".join(self.blank[fixed + number](row)))
        return _in_order_of_text(len(blocks))(blocks)

    def _blank_block(self, node: int, label: bytes, row: Sequence[bytes]) -> bytes:
        """Write the block of a blank node; one that has neither holes nor links is remembered under its label."""
        constant = self.constant_blank[node]
        if constant is None:
            return b"".join(self.blank[node](row))
        known = self.labelled[node]
        if len(known) >= _MOST_LABELS:
            known.clear()
        known[label] = written = constant.replace(LABEL, label)
        return written


def weave_lines(
    *, named: Sequence[Block], blank: Sequence[Block], hashed: Sequence[Hashed], hole_count: int, hash_name: str
) -> CanonicalLines | None:
    """Return the lines of a shape with so many holes, or None if two subjects or nodes are always equal."""
    fixed_hashes = {each: node for node, each in enumerate(hashed) if isinstance(each, bytes)}
    other_hashes = [(node, each) for node, each in enumerate(hashed) if not isinstance(each, bytes)]
    nodes = [*(fixed_hashes[each] for each in sorted(fixed_hashes)), *(node for node, _ in other_hashes)]
    fixed_subjects = {block.subject.pieces[0][1:]: block for block in named if not block.subject.holes}
    other_subjects = [block for block in named if block.subject.holes]
    blocks = [*(fixed_subjects[each] for each in sorted(fixed_subjects)), *other_subjects]
    if len(nodes) < len(blank) or len(blocks) < len(named):
        return None
    # A row is the texts of the holes, the labels of the nodes, and the groups; for hashing there are no labels yet.
    for_hashes = _Weaver(hole_count, {})
    weaver = _Weaver(hole_count, {node: place for place, node in enumerate(nodes)})
    others = tuple(_pick(for_hashes.weave(each)) for _, each in other_hashes)
    woven = tuple(weaver.weave(block.parts) for block in blocks)
    woven_blank = tuple(_pick(weaver.weave(blank[node].parts, node)) for node in nodes)
    sheet = weaver.sheet()
    return CanonicalLines(
        hash_name=hash_name,
        fixed_hashes=tuple(sorted(fixed_hashes)),
        other_hashes=others,
        hash_sheet=for_hashes.sheet(),
        fixed_subjects=tuple(sorted(fixed_subjects)),
        other_subjects=tuple(block.subject.holes[0] for block in other_subjects),
        sheet=sheet,
        named=woven,
        beginnings=frozenset(sheet.constants[places[0]] for places in woven if places[0] < 0),
        blank=woven_blank,
        constant_blank=tuple(_constant(blank[node]) for node in nodes),
        labelled=tuple({} for _ in fixed_hashes),
    )


class _Weaver:
    """Turn texts and lines into places of a row; constants and groups are collected."""

    def __init__(self, hole_count: int, places: Mapping[int, int]) -> None:
        """`places` says where each node's label stands among the labels."""
        self._labels = {node: hole_count + place for node, place in places.items()}
        self._first_group = hole_count + len(places)
        self._groups: list[_Group] = []
        self._constants: dict[bytes, int] = {}

    def sheet(self) -> _Sheet:
        """Return what was collected; the constant at -1 comes last."""
        return _Sheet(self._first_group, tuple(self._groups), tuple(reversed(self._constants)))

    def weave(self, items: Iterable[Text | Lines], own: int | None = None) -> tuple[int, ...]:
        """Weave items in order; `own` is the node whose label stands for LABEL."""
        pieces, holes = [b""], list[int]()
        for item in items:
            text = self._as_text(item, own)
            pieces[-1] += text.pieces[0]
            pieces += text.pieces[1:]
            holes += text.holes
        places: list[int] = []
        for number, piece in enumerate(pieces):
            if piece or len(pieces) == 1:
                places.append(self._constants.setdefault(piece, -1 - len(self._constants)))
            places += holes[number : number + 1]
        return tuple(places)

    def _as_text(self, item: Text | Lines, own: int | None) -> Text:
        """Return an item with places of a row for holes."""
        if isinstance(item, Text):
            return self._with_label(item, own)
        if len(item.nodes) == 1 and not item.objects:
            prefix = self._with_label(item.prefix, own)
            return Text((*prefix.pieces, END), (*prefix.holes, self._labels[item.nodes[0]]))
        self._groups.append(
            _Group(
                prefix=_pick(self.weave([item.prefix], own)),
                objects=tuple(_pick(self.weave([item.prefix, each], own)) for each in item.objects),
                nodes=_pick([self._labels[node] for node in item.nodes]) if item.nodes else None,
            )
        )
        return Text((b"", b""), (self._first_group + len(self._groups) - 1,))

    def _with_label(self, text: Text, own: int | None) -> Text:
        """Return a text with the place of the own label wherever LABEL stands."""
        if own is None:
            return text
        pieces, holes = list[bytes](), list[int]()
        for number, piece in enumerate(text.pieces):
            first, *others = piece.split(LABEL)
            pieces += (first, *others)
            holes += [self._labels[own] for _ in others]
            holes += text.holes[number : number + 1]
        return Text(tuple(pieces), tuple(holes))


def _pick(places: Sequence[int]) -> _Pick:
    """Return what picks these places from a row, as a sequence however many they are."""
    if len(places) > 1:
        return itemgetter(*places)
    # A slice of one; from -1 it goes to the end.
    return itemgetter(slice(places[0], places[0] + 1 or None) if places else slice(0))


def _places(fixed: Sequence[bytes], others: Sequence[bytes]) -> _Places | None:
    """Return where each of the others stands in the order of all, first to last; None where two are equal."""
    places, last = [], None
    ranked = sorted([(key, number) for number, key in enumerate(others)])
    for ahead, (key, number) in enumerate(ranked):
        place = bisect_left(fixed, key)
        if key == last or (place < len(fixed) and fixed[place] == key):
            return None
        places.append((place + ahead, number))
        last = key
    return places


def _labels(count: int, others: _Places) -> list[bytes]:
    """Return the label of each node: those of fixed order take what the others leave, and these come last."""
    labels, own = list(_LABELS[:count]), [b""] * len(others)
    for rank, number in reversed(others):
        own[number] = labels.pop(rank)
    return labels + own


def _constant(block: Block) -> bytes | None:
    """Return a block's bytes if it has neither holes nor links, with LABEL for its own."""
    only = block.parts[0] if len(block.parts) == 1 else None
    return only.pieces[0] if isinstance(only, Text) and not only.holes else None


@cache
def _in_order_of_text(count: int) -> _Pick:
    """Return what puts so many blocks from the order of their labels' numbers in that of the labels as text."""
    return _pick(sorted(range(count), key=_LABELS.__getitem__))

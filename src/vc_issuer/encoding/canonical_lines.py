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
from operator import itemgetter
from typing import NamedTuple, TypeAlias

LABEL = b"\0"  # stands for a block's own label; no text that may be signed holds it
END = b" .\n"
MAX_BLANK_NODES = 256
HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
_MOST_ORDERS = 24  # of the named blocks, remembered; three subjects with holes have six, of two kilobytes each
_MOST_LABELS = 8  # of a node, written out; half a kilobyte each
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
    """What is added to a row: groups, the first of which stands at `first`, and constants.

    `ending` has room for the groups, and the constants.
    """

    first: int
    groups: tuple[_Group, ...]
    ending: tuple[bytes, ...]

    def row(self, begun: Sequence[bytes]) -> list[bytes]:
        row = [*begun, *self.ending]
        for place, group in enumerate(self.groups, self.first):
            row[place] = group.write(row)
        return row


@dataclass(frozen=True, slots=True)
class _Fixed:
    """The keys of what has a fixed place among its like, in order."""

    keys: tuple[bytes, ...]
    known: frozenset[bytes]

    def places(self, others: Sequence[bytes]) -> _Places | None:
        """Return where each of the others stands in the order of all, first to last; None where two are equal."""
        if len({*others}) < len(others) or not self.known.isdisjoint(others):
            return None
        ranked = sorted(zip(others, range(len(others)), strict=True))
        return [(bisect_left(self.keys, key) + ahead, number) for ahead, (key, number) in enumerate(ranked)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalLines:
    """The blocks of a shape, those first whose place among their like is fixed, in order.

    `fixed_*` are the keys by which they are ordered. Of other nodes there is what their hash is over, of other
    subjects the hole that they are. `beginnings` are constants with which a named block begins.

    Each of the other nodes that comes before a fixed one moves its label on by one: `labelled` has the blocks of the
    fixed nodes after none of them, after one, and so on. `woven` are the fixed nodes that have to be picked.
    """

    hash_name: str
    fixed_hashes: _Fixed
    other_hashes: tuple[_Pick, ...]
    hash_sheet: _Sheet
    fixed_subjects: _Fixed
    other_subjects: tuple[int, ...]
    sheet: _Sheet
    named: tuple[tuple[int, ...], ...]
    beginnings: frozenset[bytes]
    labelled: tuple[tuple[bytes, ...], ...] = field(repr=False)
    woven: tuple[tuple[int, _Pick], ...]
    other_blank: tuple[_Pick, ...]
    # What picks all named blocks, by the places of the others.
    _ordered: dict[tuple[tuple[int, int], ...], _Pick] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def parts(self, texts: Sequence[bytes]) -> list[bytes] | None:
        """Return the lines with these texts in the holes, in pieces; None where two nodes or subjects are equal."""
        nodes = self.fixed_hashes.places(self._other_hashes(texts))
        # The `>` behind an IRI counts where one begins with another.
        subjects = self.fixed_subjects.places([texts[hole] + b">" for hole in self.other_subjects])
        if nodes is None or subjects is None:
            return None
        row = self.sheet.row([*texts, *_labels(len(self.fixed_hashes.keys), nodes)])
        # `_:` comes behind every `<`.
        return [*self._named_blocks(subjects)(row), *self._blank_blocks(nodes, row)]

    def _other_hashes(self, texts: Sequence[bytes]) -> list[bytes]:
        row = self.hash_sheet.row(texts)
        digest = HASHES[self.hash_name]
        return [digest(b"".join(pick(row))).digest() for pick in self.other_hashes]

    def _named_blocks(self, others: _Places) -> _Pick:
        """Return what picks the blocks of all named subjects in order."""
        asked = tuple(others)
        known = self._ordered.get(asked)
        if known is None:
            if len(self._ordered) >= _MOST_ORDERS:
                self._ordered.clear()
            fixed = len(self.fixed_subjects.keys)
            order = list(range(fixed))
            for place, number in others:
                order.insert(place, fixed + number)
            known = _pick([place for number in order for place in self.named[number]])
            self._ordered[asked] = known
        return known

    def _blank_blocks(self, others: _Places, row: Sequence[bytes]) -> Sequence[bytes]:
        """Return the blocks of the blank nodes in the order of their labels as text: c14n10 stands before c14n2."""
        blocks, start = list[bytes](), 0
        for ahead, (place, _) in enumerate(others):
            blocks += self.labelled[ahead][start : place - ahead]
            start = place - ahead
        blocks += self.labelled[len(others)][start:]
        for node, pick in self.woven:
            blocks[node] = b"".join(pick(row))
        for place, number in others:
            blocks.insert(place, b"".join(self.other_blank[number](row)))
        return _in_order_of_text(len(blocks))(blocks)


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
    named_places = tuple(weaver.weave(block.parts) for block in blocks)
    fixed = len(fixed_hashes)
    # Written out under every label that they may have, if these are few.
    constants = [_constant(blank[node]) if len(others) < _MOST_LABELS else b"" for node in nodes[:fixed]]
    woven = [
        (place, _pick(weaver.weave(blank[node].parts, node)))
        for place, node in enumerate(nodes[:fixed])
        if not constants[place]
    ]
    other_blank = [_pick(weaver.weave(blank[node].parts, node)) for node in nodes[fixed:]]
    sheet = weaver.sheet()
    return CanonicalLines(
        hash_name=hash_name,
        fixed_hashes=_fixed(fixed_hashes),
        other_hashes=others,
        hash_sheet=for_hashes.sheet(),
        fixed_subjects=_fixed(fixed_subjects),
        other_subjects=tuple(block.subject.holes[0] for block in other_subjects),
        sheet=sheet,
        named=named_places,
        beginnings=frozenset(sheet.ending[places[0]] for places in named_places if places[0] < 0),
        labelled=tuple(_labelled(constants, ahead) for ahead in range(len(others) + 1)),
        woven=tuple(woven),
        other_blank=tuple(other_blank),
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
        ending = (*[b""] * len(self._groups), *reversed(self._constants))
        return _Sheet(self._first_group, tuple(self._groups), ending)

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
                # By place, so that they are almost sorted.
                nodes=_pick(sorted(self._labels[node] for node in item.nodes)) if item.nodes else None,
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


def _fixed(keys: Iterable[bytes]) -> _Fixed:
    return _Fixed(tuple(sorted(keys)), frozenset(keys))


def _labels(fixed: int, others: _Places) -> list[bytes]:
    """Return the label of each node: those of fixed order take what the others leave, and these come last."""
    labels, own = list(_LABELS[: fixed + len(others)]), [b""] * len(others)
    for rank, number in reversed(others):
        own[number] = labels.pop(rank)
    return labels + own


def _constant(block: Block) -> bytes:
    """Return a block's bytes if it has neither holes nor links, with LABEL for its own; else nothing."""
    only = block.parts[0] if len(block.parts) == 1 else None
    return only.pieces[0] if isinstance(only, Text) and not only.holes else b""


def _labelled(constants: Iterable[bytes], ahead: int) -> tuple[bytes, ...]:
    """Return the blocks of fixed nodes with so many of the others ahead of each."""
    return tuple(block.replace(LABEL, _LABELS[place + ahead]) for place, block in enumerate(constants))


@cache
def _in_order_of_text(count: int) -> _Pick:
    """Return what puts so many blocks from the order of their labels' numbers in that of the labels as text."""
    return _pick(sorted(range(count), key=_LABELS.__getitem__))

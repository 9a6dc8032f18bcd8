"""RFC 9162 trees: the vectors that every implementation shares, and properties over trees of any shape."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vc_issuer.errors import InvalidError
from vc_issuer.transparency.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_ranges,
    full_hash,
    inclusion_ranges,
    leaf_hash,
    range_hash,
    verify_consistency,
    verify_inclusion,
)

# The eight inputs and roots of Certificate Transparency's own tests (google/certificate-transparency, merkle_tree_test).
INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size, path) and (first, second, path) of the same tests.
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [leaf_hash(each) for each in INPUTS]


def root_of(leaves):
    return range_hash(0, len(leaves), leaves.__getitem__)


def path_of(leaves, ranges):
    return [range_hash(start, end, leaves.__getitem__) for start, end in ranges]


def made_up(size):
    return [leaf_hash(number.to_bytes(4)) for number in range(size)]


def test_roots_of_the_shared_vectors():
    assert root_of([]) == EMPTY_ROOT == Frontier().root()
    frontier = Frontier()
    for size, root in enumerate(ROOTS, start=1):
        frontier.push(LEAVES[size - 1])
        assert root_of(LEAVES[:size]).hex() == root == frontier.root().hex()


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_paths_of_the_shared_vectors(index, size, path):
    assert [each.hex() for each in path_of(LEAVES, inclusion_ranges(index, size))] == path
    verify_inclusion(LEAVES[index], index, size, [bytes.fromhex(each) for each in path], bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
def test_consistency_paths_of_the_shared_vectors(first, second, path):
    assert [each.hex() for each in path_of(LEAVES, consistency_ranges(first, second))] == path
    roots = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    verify_consistency((first, second), roots, [bytes.fromhex(each) for each in path])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_every_leaf_is_proved_and_nothing_else_is(size, data):
    leaves = made_up(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = path_of(leaves, inclusion_ranges(index, size)), root_of(leaves)
    verify_inclusion(leaves[index], index, size, path, root)
    wrong = [
        (leaf_hash(b"other"), index, size, path, root),
        (leaves[index], index + 1, size, path, root),
        (leaves[index], index, size, [*path, root], root),
        (leaves[index], index, size, path, leaf_hash(b"root")),
        *((leaves[index], index, size, path[:n] + path[n + 1 :], root) for n in range(len(path))),
        *((leaves[index], index, size, [*path[:n], root, *path[n + 1 :]], root) for n in range(len(path))),
    ]
    for arguments in wrong:
        with pytest.raises(InvalidError):
            verify_inclusion(*arguments)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.data())
def test_every_growth_is_proved_and_no_other_past(second, data):
    first = data.draw(st.integers(1, second))
    leaves = made_up(second)
    roots = root_of(leaves[:first]), root_of(leaves)
    path = path_of(leaves, consistency_ranges(first, second))
    verify_consistency((first, second), roots, path)
    past = [leaf_hash(b"rewritten"), *leaves[1:first]]
    with pytest.raises(InvalidError):
        verify_consistency((first, second), (root_of(past), roots[1]), path)
    for changed in ([*path, roots[0]], path[:-1] if path else [roots[0]]):
        with pytest.raises(InvalidError):
            verify_consistency((first, second), roots, changed)


def test_what_never_was_has_no_path():
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(InvalidError):
            inclusion_ranges(index, size)
    for first, second in ((0, 3), (4, 3)):
        with pytest.raises(InvalidError):
            consistency_ranges(first, second)
        with pytest.raises(InvalidError):
            verify_consistency((first, second), (EMPTY_ROOT, EMPTY_ROOT), [])
    with pytest.raises(InvalidError, match="too short"):
        verify_consistency((1, 2), (LEAVES[0], root_of(LEAVES[:2])), [])
    with pytest.raises(InvalidError, match="empty"):
        verify_consistency((3, 5), (root_of(LEAVES[:3]), root_of(LEAVES[:5])), [])


@pytest.mark.parametrize("bits", range(9))
def test_a_full_tree_is_hashed_level_by_level_to_the_same_root(bits):
    leaves = [leaf_hash(bytes([n % 256])) for n in range(1 << bits)]
    assert full_hash(leaves) == range_hash(0, len(leaves), leaves.__getitem__)

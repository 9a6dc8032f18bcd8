"""Trays: what is put down is what is taken, whether the system has memory for it or not."""

import errno
import os
from pathlib import Path

import pytest

from vc_issuer.engine.tray import Tray

LARGE = [b"x" * 3_000_000, "é", None]


@pytest.fixture
def tray():
    tray = Tray.new()
    yield tray
    tray.close()


def no_memory(*_):
    raise OSError(errno.ENOSPC, "no space left")


def test_a_large_thing_lies_in_memory_and_the_word_is_small(tray):
    word = tray.put(LARGE)
    assert isinstance(word, int)
    assert tray.take(word) == LARGE


def test_what_was_there_before_is_no_matter(tray):
    tray.put(LARGE)
    assert tray.take(tray.put("small")) == "small"


@pytest.mark.parametrize("pwrite", [no_memory, lambda *_: 5], ids=["none left", "not for all of it"])
def test_without_memory_the_word_carries_the_thing(tray, monkeypatch, pwrite):
    monkeypatch.setattr(os, "pwrite", pwrite)
    assert tray.take(tray.put(LARGE)) == LARGE


def unknown(monkeypatch):
    monkeypatch.delattr(os, "memfd_create")


def forbidden(monkeypatch):
    monkeypatch.setattr(os, "memfd_create", no_memory)


@pytest.mark.parametrize("refuse", [unknown, forbidden])
def test_where_the_system_gives_no_such_memory_the_word_carries_the_thing(monkeypatch, refuse):
    refuse(monkeypatch)
    tray = Tray.new()
    assert tray.take(tray.put(LARGE)) == LARGE
    tray.close()


def test_a_tray_is_closed_once(tray):
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    tray.close()
    tray.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == open_before - 1

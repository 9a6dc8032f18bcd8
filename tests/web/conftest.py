"""A console for each test, over a copy of the home that the module made ready."""

import shutil

import pytest

from consoles import Site


@pytest.fixture
def site(ready, tmp_path):
    site = Site(shutil.copytree(ready, tmp_path / "home"))
    yield site
    site.close()

"""A page that can't be drawn is found when the application starts, not when somebody reads it."""

import shutil

import pytest

from vc_issuer.errors import ConfigurationError
from vc_issuer.web import pages


@pytest.fixture
def templates(tmp_path, monkeypatch):
    copied = shutil.copytree(pages.TEMPLATES, tmp_path / "templates")
    monkeypatch.setattr(pages, "TEMPLATES", copied)
    return copied


def opened():
    return pages.Pages(issuer_name="Universiteit Zennebeek (demo)", host="credentials.uzb.example", demo=True)


def test_every_template_is_looked_at(templates):
    opened()
    for path in sorted(templates.iterdir()):
        text = path.read_text(encoding="utf-8")
        path.unlink()
        with pytest.raises(ConfigurationError, match=path.name):
            opened()
        path.write_text(text, encoding="utf-8")


def test_a_broken_template_is_named(templates):
    (templates / "verify.html").write_text("{% if %}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is missing or broken"):
        opened()

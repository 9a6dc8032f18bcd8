"""A manifest that is written entry by entry is the JSON that would be written at once, and is there only when whole."""

import json

import pytest

from vc_issuer.wiring.manifest import writing_manifest

FIRST = {"issuer": "did:web:credentials.uzb.example", "seal_anchor": "ca.pem"}
LISTS = [{"url": "https://credentials.uzb.example/status/1", "file": "status/1.json"}]


def entry(number):
    return {"id": f"urn:uuid:{number}", "files": {"ob3": "a.json"}, "ob3_other": {}, "said": 'één "regel"\n en nog een'}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_is_what_would_be_written_at_once(tmp_path, count):
    path = tmp_path / "manifest.json"
    with writing_manifest(path, FIRST, "credentials") as manifest:
        for number in range(count):
            manifest.add(entry(number))
        manifest.last["status_lists"] = LISTS
    whole = {**FIRST, "credentials": [entry(number) for number in range(count)], "status_lists": LISTS}
    assert path.read_text() == json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    assert manifest.entries == count
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_that_fails_leaves_the_earlier_manifest(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text("{}")

    def fail():
        with writing_manifest(path, FIRST, "credentials") as manifest:
            manifest.add(entry(1))
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert path.read_text() == "{}"
    assert list(tmp_path.iterdir()) == [path]

"""The script that issues a million badges, with a few of them."""

import json
import subprocess
import sys

from reference import ROOT


def test_badges_are_issued_read_back_and_counted(tmp_path):
    command = [sys.executable, ROOT / "scripts" / "scale.py", "badges", "--count", "25", "--folder", tmp_path]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("\n{\n") :])
    assert answer["badges"] == answer["read_back"] == 25
    assert answer["blocks"] == 10
    assert answer["blocks_that_differ"] == 0
    assert answer["verified_again"] == {"current": 1}
    assert 0 < answer["bytes_each"]["stored_added"] < answer["bytes_each"]["stored_prepared"]
    assert answer["bytes_each"]["stored_prepared"] < answer["bytes_each"]["secured"]
    assert list(tmp_path.iterdir()) == []

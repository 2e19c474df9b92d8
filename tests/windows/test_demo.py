"""The whole job of a customer on Windows, with the real Credential Manager."""

from __future__ import annotations

from tests.windows.windows_kit import Windows


def test_the_demo_walks_through_the_whole_job(windows: Windows):
    told = windows.run("whole_job", r"C:\demo", timeout=240)
    assert told["error"] is None
    assert told["code"] == 0
    assert told["verified"]
    steps = {step["name"]: step["did"] for step in told["steps"]}
    assert "lies in Windows Credential Manager" in steps["keep-credentials"]
    assert "holds nothing of it any more" in steps["forget"]
    assert "is installed" in steps["install"]

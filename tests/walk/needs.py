"""What a test needs from the machine: skipped by name where it is missing, a failure in CI."""

import os
import shutil

import pytest


def needs(program: str) -> str:
    """The path of a program. Without it the test is skipped, and in CI it fails."""
    found = shutil.which(program)
    if found is not None:
        return found
    if os.environ.get("STACKWALK_CI"):
        pytest.fail(f"{program} is missing, and .ci/run installs it")
    pytest.skip(f"needs {program}")

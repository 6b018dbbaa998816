"""kill -9 at random moments, a dozen times; `python -m tests.crash` does a hundred."""

from __future__ import annotations

import os
import random

import pytest
from crash import crash


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_studies_come_out_as_if_nothing_had_happened(capsys: pytest.CaptureFixture[str]) -> None:
    assert crash(kills=12, runs=1000, chance=random.Random(7)) == 0, capsys.readouterr().out

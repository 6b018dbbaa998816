"""Two short runs whose numbers are kept. Whoever moves them renews the file and says so in CHANGELOG.md.

python tests/test_golden.py        # writes tests/golden/toy_bureau.json anew
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from sim.run import simulate

GOLDEN = Path(__file__).parent / "golden" / "toy_bureau.json"
PRESETS = ("deduction_heavy", "municipal_closed_loop")
MONTHS, WARMUP = 14, 13
TOLERANCE = 1e-9  # other processors round exp and log in the last digit
MOVED = """
{what} has moved: {found!r} instead of {kept!r} ({n} numbers in all).
If the model is meant to have changed, renew the numbers with

    python tests/test_golden.py

and put a line that begins with "Moves numbers:" under Unreleased in CHANGELOG.md, saying what moved and why."""


def numbers(name: str) -> dict[str, float | None]:
    """Outcomes and last month of a short run, with appraisals in it; what is missing is None."""
    run = simulate(name, "toy_bureau", months=MONTHS, warmup_months=WARMUP, seed=20, replicate=3)
    found = {f"outcome {key}": value for key, value in run.outcomes.items()}
    found |= {f"month {MONTHS} {series}": float(value) for series, value in run.monthly.iloc[-1].items()}
    columns = ("ability", "exhaustion", "score", "load", "understanding", "belief", "effort_1", "target_1")
    found |= {f"cadre {i} {column}": float(run.cadres[column][i]) for i in (0, 4, 8) for column in columns}
    return {key: None if math.isnan(value) else value for key, value in found.items()}


@pytest.mark.parametrize("name", PRESETS)
def test_numbers_have_not_moved(name: str) -> None:
    kept, found = json.loads(GOLDEN.read_text())[name], numbers(name)
    moved = [
        what
        for what in kept.keys() | found.keys()
        if kept.get(what) != (None if found.get(what) is None else pytest.approx(found[what], rel=TOLERANCE, abs=TOLERANCE))
    ]
    if moved:
        what = min(moved)
        pytest.fail(MOVED.format(what=f"{name}: {what}", found=found.get(what), kept=kept.get(what), n=len(moved)), pytrace=False)


def renew() -> None:
    """Write the numbers anew."""
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps({name: numbers(name) for name in PRESETS}, indent=1) + "\n")
    print(f'{GOLDEN} is renewed. Now a line for CHANGELOG.md, under Unreleased: "Moves numbers: ..."')


if __name__ == "__main__":
    renew()

"""What audits miss: exact where they miss nothing, and with the sign that follows where they do."""

from __future__ import annotations

import pytest
from mechanisms import behaviour_for
from trials import columns_that_differ, founded, walked

from sim.population.world import World
from sim.rules.gaming import detection_chance
from sim.schemes.load import load_behaviour, load_scheme

# --- audits ----------------------------------------------------------------------------------------------------------


def audited(rate: float, seen: float, months: int = 15) -> World:
    """A bureau whose reports pay, audited; `seen` is the chance that an audit sees through what was made up."""
    changes = {"appraisal.audit_rate": rate, "appraisal.audit_penalty": 0.5}
    scheme = load_scheme("explicit_incentives", changes=changes)
    return walked(founded(scheme, "workshop_bureau", behaviour_for(load_behaviour(), {"audit_detection": seen})), months)[0]


@pytest.mark.parametrize(("rate", "seen"), [(0.4, 0.5), (1.0, 0.25)])
def test_audits_that_see_a_part_are_rarer_audits_that_see_all(rate: float, seen: float) -> None:
    """What is believed, made up, found and paid for: everything follows the one chance (0.4 x 0.5 is 0.2 to the bit)."""
    apart = columns_that_differ(audited(rate, seen), audited(rate * seen, 1.0))
    assert apart == []


def test_certain_audits_leave_something_where_they_miss_something() -> None:
    half, all_of_it = audited(1.0, 0.5), audited(1.0, 1.0)
    assert half.cadres["falsified"].sum() > all_of_it.cadres["falsified"].sum()
    assert half.cadres["window_detected"].sum() < half.cadres["window_falsified"].sum()


def test_the_chance_joins_audits_and_inspection() -> None:
    assert detection_chance(0.3, 1.0, 0.0, 0.05) == 0.30000000000000004 == 1.0 - (1.0 - 0.3)
    assert detection_chance(0.4, 0.5, 1.0, 0.1) == pytest.approx(1 - 0.8 * 0.9)
    assert detection_chance(1.0, 0.0, 0.5, 0.1) == pytest.approx(0.05)  # inspection on site has a chance of its own

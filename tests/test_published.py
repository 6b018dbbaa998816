"""Published simulations as special cases of the ordinary model (evidence A): every number within its tolerance."""

from __future__ import annotations

import pytest

from experiments.evidence.published import Cell, check_simulation, simulation_names
from sim.schemes.scheme import Fractions, Scheme

NAMES = simulation_names()


def told(cells: list[Cell]) -> str:
    return "\n".join(
        f"{c.simulation} {c.measure} at {c.at}: {c.simulated:.4f} +- {c.standard_error:.4f} for {c.published:.4f}" for c in cells
    )


def test_every_published_simulation_has_its_file() -> None:
    assert NAMES == ["forced_distribution", "promotion_by_competence", "quota_oracle", "tournament_misallocation"]


@pytest.mark.parametrize("name", NAMES)
def test_the_first_numbers_are_met_with_few_people(name: str) -> None:
    cells = check_simulation(name, first=2, crowd=0.1)
    assert cells
    assert not [cell for cell in cells if cell.is_refuted], told(cells)


def test_fewer_people_would_notice_another_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lot nobody of ten people is the lowest twentieth, and nothing grows."""
    real = Scheme.model_validate

    def without_lots(document: dict) -> Scheme:
        scheme = real(document)
        grades = scheme.appraisal.grades.model_copy(update={"fractions": Fractions.DOWN})
        return scheme.model_copy(update={"appraisal": scheme.appraisal.model_copy(update={"grades": grades})})

    monkeypatch.setattr(Scheme, "model_validate", without_lots)
    refuted = [cell.measure for cell in check_simulation("forced_distribution", first=1, crowd=0.1) if cell.is_refuted]
    assert refuted == ["year_3", "year_10", "year_30"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_all_numbers_are_met(name: str) -> None:
    cells = check_simulation(name)
    missed = [cell for cell in cells if not cell.is_met]
    assert not missed, told(missed)
    unsure = [cell for cell in cells if cell.standard_error > cell.tolerance / 3.0 + 1e-4]
    assert not unsure, told(unsure)

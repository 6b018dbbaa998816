"""Where the load that people choose jumps at a price, the efforts found are still (nearly) the best there are."""

import numpy as np
import pytest

from sim.rules.effort import best_efforts, empty_desk, load_cost, offered_worth, task_cost

KAPPA, RHO, SIMPLE = 1.0, 0.5, 33.0


def chosen_and_best(*, slope=0.0, notch=0.0, luck=0.15, made=1.0, drive=0.9, besides=0.05, price=-1.0, start=1.0, fresh=True):
    """(worth of the effort found, worth of the best one of a fine grid) for one simple task."""
    desk = empty_desk(1)
    desk.shares[0], desk.curvatures[0], desk.drives[0], desk.efforts[0], desk.made[0] = 1.0, SIMPLE, drive, start, made
    offer = desk.offers[0:1]
    offer["steps"], offer["reach"], offer["luck"], offer["floor"], offer["cap"] = 1, made, luck, -10.0, 100.0
    offer["below"], offer["above"], offer["notch"] = slope, slope, notch
    best_efforts(desk, 1, 1, KAPPA, RHO, SIMPLE, 0.0, besides, price, fresh)

    def worth(effort):
        gained = offered_worth(desk.offers, 0, 1, effort) + drive * effort
        return gained - task_cost(effort, 1.0, KAPPA, RHO, SIMPLE) - load_cost(effort + besides, KAPPA, RHO, SIMPLE)

    return worth(desk.efforts[0]), max(worth(effort) for effort in np.linspace(0.0, 1.3, 521))


@pytest.mark.parametrize("besides", [0.05, 0.2, 0.47, 0.6])
@pytest.mark.parametrize("start", [0.0, 0.5])
def test_a_simple_task_takes_up_the_load_that_help_leaves(besides, start):
    found, best = chosen_and_best(slope=0.2, besides=besides, start=start)
    assert found == pytest.approx(best, abs=0.01)


def test_simple_tasks_with_a_notch_are_hardly_ever_given_up():
    luck = np.random.default_rng(0)
    lost = []
    for _ in range(600):
        found, best = chosen_and_best(
            notch=luck.uniform(0.05, 1.0), luck=luck.uniform(0.05, 0.3), made=luck.uniform(0.7, 1.3),
            drive=luck.uniform(0.6, 1.2), besides=luck.uniform(0.0, 0.12), fresh=bool(luck.integers(2)),
            price=luck.choice([-1.0, 0.3, 0.7, 1.0, 1.3]), start=luck.choice([0.0, 0.8, 1.0]),
        )  # fmt: skip
        lost.append(best - found > 0.05)
    assert np.mean(lost) < 0.02

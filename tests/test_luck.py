"""Common random numbers as properties: a draw depends on its address and on nothing else (model.md, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numba
import numpy as np
import pytest
from scipy import special, stats
from trials import TABLES, columns_that_differ, founded, same, walked

import sim.run
from sim.outcomes import OUTCOME_NAMES
from sim.population import draws
from sim.population.draws import MAX_MONTH, MAX_OTHER, MAX_POSITION, Purpose, luck_of, unit_key
from sim.population.world import World
from sim.run import Record, Setting, simulate, simulate_schemes
from sim.schemes.behaviour import Behaviour
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.organisation import Organisation

# --- the generator -------------------------------------------------------------------------------------------------------


@numba.njit
def _philox(a, b, c, d, k0, k1):
    return draws.philox(a, b, c, d, k0, k1)


@numba.njit
def _quantiles(u):
    return np.array([draws.normal_quantile(x) for x in u])


@numba.njit
def _normals(luck, key, position, other, month, purpose, block, axis, n):
    """Four normals at each of n addresses that differ along one axis of the address."""
    z = np.empty((n, 4))
    for i in range(n):
        address = [key, position, other, month, purpose, block]
        address[axis] += i
        k, p, o, m, a, b = address
        z[i, 0], z[i, 1], z[i, 2], z[i, 3] = draws.normals(luck, k, p, o, m, a, b)
    return z


@numba.njit
def _words(luck, addresses):
    out = np.empty((addresses.shape[0], 4), np.uint64)
    for i in range(addresses.shape[0]):
        k, p, o, m, a, b = addresses[i]
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = draws.words(luck, k, p, o, m, a, b)
    return out


ONES = 0xFFFFFFFF
KNOWN_ANSWERS = {  # kat_vectors of Random123 (Salmon et al. 2011), philox 4x32, 10 rounds
    (0, 0, 0, 0, 0, 0): "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    (ONES, ONES, ONES, ONES, ONES, ONES): "408f276d 41c83b0e a20bc7c6 6d5451fd",
    (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0): "d16cfe09 94fdcceb 5001e420 24126ea1",
}


@pytest.mark.parametrize("counter_and_key", KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter_and_key: tuple[int, ...]) -> None:
    words = _philox(*(np.uint64(word) for word in counter_and_key))
    assert " ".join(f"{int(word):08x}" for word in words) == KNOWN_ANSWERS[counter_and_key]


def test_normal_quantile_is_the_quantile_of_the_normal() -> None:
    tails = 2.0 ** -np.arange(2.0, 33.0)
    u = np.concatenate((np.linspace(2e-6, 1.0 - 2e-6, 200_001), tails, 1.0 - tails, [0.5 * 2.0**-32, 1.0 - 0.5 * 2.0**-32]))
    np.testing.assert_allclose(_quantiles(u), special.ndtri(u), atol=2e-7, rtol=1e-12)
    assert (np.diff(_quantiles(np.linspace(1e-9, 1.0 - 1e-9, 500_001))) > -1e-7).all()


AXES = {"key": 0, "position": 1, "other": 2, "month": 3, "purpose": 4, "block": 5}
MOST = {"key": 40_000, "position": 40_000, "other": 4_000, "month": 40_000, "purpose": 200, "block": 200}


@pytest.mark.parametrize("axis", AXES)
def test_draws_along_every_axis_of_the_address_are_independent_normals(axis: str) -> None:
    z = _normals(luck_of(7, 3), 12345, 2, 1, 5, int(Purpose.WORK), 0, AXES[axis], MOST[axis])
    n = z.size
    flat = z.ravel()
    assert abs(flat.mean()) < 4.5 / np.sqrt(n)
    assert abs(flat.var() - 1.0) < 4.5 * np.sqrt(2.0 / n)
    assert abs((flat**3).mean()) < 4.5 * np.sqrt(15.0 / n)
    assert abs((flat**4).mean() - 3.0) < 4.5 * np.sqrt(96.0 / n)
    assert stats.kstest(flat, "norm").pvalue > 1e-4
    lanes = np.corrcoef(z.T) - np.eye(4)
    assert np.abs(lanes).max() < 4.5 / np.sqrt(len(z))
    neighbours = [np.corrcoef(z[:-1, a], z[1:, b])[0, 1] for a in range(4) for b in range(4)]
    assert np.abs(neighbours).max() < 4.5 / np.sqrt(len(z))


def test_seeds_replicates_and_halves_of_a_long_seed_are_streams_of_their_own() -> None:
    streams = [luck_of(0, 0), luck_of(1, 0), luck_of(0, 1), luck_of(2**32, 0), luck_of(1, 1)]
    z = np.array([_normals(luck, 99, 0, 0, 1, int(Purpose.TRAITS), 0, 1, 20_000).ravel() for luck in streams])
    assert np.abs(np.corrcoef(z) - np.eye(len(streams))).max() < 4.5 / np.sqrt(z.shape[1])


def test_addresses_are_never_shared() -> None:
    """Every corner of every field, months and purposes above all: different addresses, different words."""
    rng = np.random.default_rng(0)
    corners = {
        0: (0, 1, ONES), 1: (0, 1, MAX_POSITION), 2: (0, 1, MAX_OTHER), 3: (0, 1, 2, 255, 256, MAX_MONTH),
        4: tuple(int(purpose) for purpose in Purpose), 5: (0, 1, 255),
    }  # fmt: skip
    grid = np.stack(np.meshgrid(*corners.values(), indexing="ij"), axis=-1).reshape(-1, 6)
    months = np.array([(5, 3, 0, month, int(Purpose.WORK), 0) for month in range(MAX_MONTH + 1)])
    limits = [2**32, MAX_POSITION + 1, MAX_OTHER + 1, MAX_MONTH + 1, 256, 256]
    scattered = np.column_stack([rng.integers(limit, size=100_000) for limit in limits])
    addresses = np.unique(np.vstack((grid, months, scattered)), axis=0)
    assert len(np.unique(_words(luck_of(1, 0), addresses), axis=0)) == len(addresses)


def test_purposes_have_numbers_of_their_own() -> None:
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose)
    assert max(Purpose) < 256


@pytest.mark.parametrize("name", ["county_bureau", "municipal_bureau", "district_party_department", "workshop_bureau"])
def test_units_have_keys_of_their_own(name: str) -> None:
    world = founded("base", name)
    keys = np.concatenate([world.departments["key"], world.branches["key"], world.bureaus["key"]])
    assert len(np.unique(keys)) == len(keys)
    assert unit_key("a", "b") != unit_key("a/b", "") != unit_key("b", "a")


# --- who else there is -----------------------------------------------------------------------------------------------------

TRAITS = (
    "key", "position", "potential", "ability", "psm", "loss_aversion", "risk_aversion", "honesty", "fairness_sensitivity",
    "resilience", "crowding", "age", "tenure", "months_in_post",
)  # fmt: skip
LUCK_ALONE = Behaviour(duty=0.8, ability_sd=0.1, luck_persistence=0.5, exit_rate=0.02, applicants=3, selection_validity=0.5)


def addressed(table: np.ndarray) -> dict[tuple[int, ...], np.ndarray]:
    """The rows of a table by their permanent address."""
    names = [name for name in ("key", "position") if name in table.dtype.names]
    return {tuple(int(row[name]) for name in names): row for row in table}


def with_one_more_cadre(department: int) -> Organisation:
    toy = load_organisation("toy_bureau")
    document = toy.model_dump(mode="json")
    units = document["offices"] + document["branches"][0]["departments"]
    units[department]["cadres"] += 1
    return Organisation.model_validate(document)


def with_one_more_department(place: int) -> Organisation:
    document = load_organisation("toy_bureau").model_dump(mode="json")
    sections = document["branches"][0]["departments"]
    sections.insert(place, sections[0] | {"name": "newcomers"})
    return Organisation.model_validate(document)


LARGER = {f"one more cadre in department {d}": with_one_more_cadre(d) for d in range(3)} | {
    f"one more department in place {place}": with_one_more_department(place) for place in (0, 2)
}


@pytest.mark.parametrize("how", LARGER)
def test_the_luck_of_others_does_not_change(how: str) -> None:
    """Founding traits, monthly luck, exits and those who come in after them; effort is the same, so output shows it all."""
    idle = load_scheme("base", changes={"application.applied": 0.0})
    before, _ = walked(founded(idle, "toy_bureau", LUCK_ALONE), 30)
    after, _ = walked(founded(idle, LARGER[how], LUCK_ALONE), 30)
    mine, theirs = addressed(before.cadres), addressed(after.cadres)
    assert len(theirs) > len(mine)
    assert sum(row["persons"] for row in mine.values()) > 0, "somebody should have left"
    traits = [name for name in TRAITS if name != "months_in_post"]  # posts are the bureau's: who gets one depends on all
    for place, row in mine.items():
        for name in (*traits, "persons", "output", "period_output"):
            assert same(row[name], theirs[place][name]), f"{name} of {place}"
    for table in ("departments", "branches"):
        theirs = addressed(getattr(after, table))
        for place, row in addressed(getattr(before, table)).items():
            assert same(row["luck"], theirs[place]["luck"])


@pytest.mark.parametrize("how", LARGER)
def test_founding_traits_of_others_do_not_change_under_the_default_behaviour(how: str) -> None:
    mine, theirs = (addressed(founded("base", bureau).cadres) for bureau in ("toy_bureau", LARGER[how]))
    for place, row in mine.items():
        assert all(same(row[name], theirs[place][name]) for name in TRAITS)


# --- schemes ---------------------------------------------------------------------------------------------------------------

NAMES = ("forced_ranking", "municipal_closed_loop", "base", "bright_line")


def setting(seed: int = 1, organisation: str = "workshop_bureau") -> Setting:
    return Setting(load_organisation(organisation), load_behaviour(), load_scheme("deduction_heavy"), 24, 12, seed)


def records(names: Sequence[str], seed: int = 1, replicate: int = 0) -> dict[str, Record]:
    return {r.scheme: r for r in simulate_schemes(setting(seed), [load_scheme(name) for name in names], replicate)}


def assert_identical(a: Record, b: Record) -> None:
    for name in ("outcomes", "monthly", "groups"):
        assert same(getattr(a, name), getattr(b, name)), name
    assert (a.scheme, a.replicate, a.seed, a.group_labels) == (b.scheme, b.replicate, b.seed, b.group_labels)


def test_order_and_company_of_schemes_do_not_matter() -> None:
    forwards, backwards = records(NAMES), records(NAMES[::-1])
    for name in NAMES:
        assert_identical(forwards[name], backwards[name])
        assert_identical(forwards[name], records([name])[name])


@pytest.mark.parametrize("name", [*NAMES, "deduction_heavy"])
def test_two_schemes_that_differ_in_nothing_differ_by_exactly_nothing(name: str) -> None:
    scheme = load_scheme(name)
    twin = scheme.model_copy(update={"name": "twin", "title": "Another name", "summary": "for the same."})
    a, b = simulate_schemes(setting(), [scheme, twin], 3)
    for column, x, y in zip(OUTCOME_NAMES, a.outcomes, b.outcomes, strict=True):
        assert x == y or (np.isnan(x) and np.isnan(y)), column
    assert_identical(a, replace(b, scheme=a.scheme))


def test_a_scheme_that_is_its_own_baseline_goes_on_as_if_nothing_had_happened() -> None:
    scheme = load_scheme("deduction_heavy")
    run = simulate(scheme, "toy_bureau", baseline=scheme, months=12, warmup_months=24)
    straight, history = walked(founded(scheme, "toy_bureau"), 36)
    straight.organisation["window_start"] = 24
    assert columns_that_differ(run.world, straight) == []
    assert same(run.history, history[24:])


def test_seed_nought_is_a_seed() -> None:
    nought, one, again = records(NAMES[:1], 0), records(NAMES[:1], 1), records(NAMES[:1], 0)
    assert_identical(nought[NAMES[0]], again[NAMES[0]])
    assert not same(nought[NAMES[0]].outcomes, one[NAMES[0]].outcomes)
    assert not same(
        founded("base", "toy_bureau", seed=0).cadres["ability"], founded("base", "toy_bureau", seed=1).cadres["ability"]
    )
    assert not same(records(NAMES[:1], 0, 1)[NAMES[0]].outcomes, nought[NAMES[0]].outcomes)


# --- chunks and workers ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def service() -> Organisation:
    """About 70,000 cadres in some 5,000 departments on four levels."""
    levels = [
        {"name": "central", "units_per_superior": 1, "offices": 20, "branches": 0},
        {"name": "province", "units_per_superior": 8, "offices": 10, "branches": 0},
        {"name": "municipality", "units_per_superior": 5, "offices": 8, "branches": 2},
        {"name": "county", "units_per_superior": 8, "offices": 7, "branches": 7},
    ]
    return load_organisation("national_service", changes={"service.levels": levels, "service.cadres": 70_000})


def stepped(organisation: Organisation, workers: int) -> tuple[World, np.ndarray]:
    """A service of several months with appraisals, exits, promotions and dismissals in between."""
    changes = {"appraisal.interval": 2, "application.sanctions.dismissal_share": 0.02, "superior.rank_demanded": 2}
    scheme = load_scheme("municipal_closed_loop", changes=changes)
    return walked(founded(scheme, organisation), 5, workers)


@pytest.mark.slow
def test_workers_and_chunks_change_nothing(service: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, series = stepped(service, 1)
    assert len(alone.cadres) == 70_000
    assert len(alone.departments) >= 2 * sim.run.CHUNK, "otherwise the workers have nothing to share"
    assert alone.cadres["persons"].sum() > 0
    for chunk, workers in ((512, 2), (37, 2), (1000, 3)):
        monkeypatch.setattr(sim.run, "CHUNK", chunk)
        shared, history = stepped(service, workers)
        assert columns_that_differ(alone, shared, TABLES) == [], f"chunk {chunk}, {workers} workers"
        assert same(series, history)

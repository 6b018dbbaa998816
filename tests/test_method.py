"""Warm-up, replicates and horizon: the rules on series whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.report.method import method_page
from experiments.statistics.method import (
    drift,
    half_width_share,
    replicates_by_half_width,
    replicates_by_variation,
    settled_from,
    variation,
)
from experiments.verbs.method import method, settled_words


def test_a_transient_is_cut_off_and_noise_is_not() -> None:
    luck = np.random.default_rng(1)
    noise = 0.05 * luck.standard_normal(400)
    approach = 1.0 - np.exp(-np.arange(400) / 15.0)
    assert 30 <= settled_from(approach + noise) <= 100
    assert settled_from(noise) <= 100
    assert settled_from(np.arange(400.0)) == 200  # a trend never settles


def test_half_a_run_means_not_settled() -> None:
    assert settled_words(115) == "115" and settled_words(120) == "\u2265 120"
    assert settled_words(settled_from(np.arange(240.0)), 240) == "\u2265 120", "a trend"


def test_drift_is_the_slope_a_year() -> None:
    assert drift(0.5 + 0.01 * np.arange(60)) == pytest.approx(0.12)
    assert drift(np.ones(60)) == pytest.approx(0.0, abs=1e-12)


def test_half_width_rule_needs_about_what_theory_says() -> None:
    luck = np.random.default_rng(2)
    values = 1.0 + 0.2 * luck.standard_normal(1000)
    n = replicates_by_half_width(values)
    assert n is not None and 40 <= n <= 110  # (1.96 * .2/.05)^2 = 61
    assert half_width_share(values[:n]) <= 0.05
    assert replicates_by_half_width(1.0 + 5.0 * luck.standard_normal(100)) is None
    assert replicates_by_half_width(np.ones(20)) == 3


def test_variation_rule() -> None:
    luck = np.random.default_rng(3)
    values = 1.0 + 0.1 * luck.standard_normal(1000)
    assert variation(values) == pytest.approx(0.1, rel=0.1)
    calm, wild = replicates_by_variation(values), replicates_by_variation(1.0 + 0.8 * luck.standard_normal(1000))
    assert calm is not None and (wild is None or calm <= wild)


def test_the_page_is_written_from_a_run() -> None:
    found = method(("base",), "toy_bureau", replicates=6, long_replicates=2, months=60, workers=1)
    assert found.needed and found.settling
    page = method_page(found, "cadresim method", ["esteem"], ["honesty"], ["self_leniency"])
    assert "burnout_share" in page and "`esteem`" in page

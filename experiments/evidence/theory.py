"""Closed forms of economic theory that the model must reach when everything else is switched off.

One function a form, named as its file in `configs/evidence/limits`; arguments are the parameters of the file, the result holds
the expected value of every measure by name. Nothing here knows the model, and nothing of the model knows this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

Expected = dict[str, float]
FOREVER = 1000.0  # horizons from here on are infinite


def linear_pay(c: float, r: float, variance: float) -> Expected:
    """Effort beta/c; with value 1 a unit the surplus e - c e^2/2 - r/2 beta^2 sigma^2 is largest at 1/(1 + r c sigma^2).

    Source: Holmstrom & Milgrom (1987).
    """
    slope = 1.0 / (1.0 + r * c * variance)
    return {"slope": slope, "effort": slope / c}


def two_tasks_measured(
    c: float, k: float, r: float, variance_1: float, variance_2: float, value_1: float, value_2: float
) -> Expected:
    """beta* = (I + r C Sigma)^-1 B and e = C^-1 beta*, C = [[c, k], [k, c]]; holds while both efforts stay positive.

    `lead` is the surplus B' C^-1 beta*/2 less that of paying one task only, v^2/(2 c (1 + r c sigma^2)): where it is negative,
    efforts that cannot fall below 0 make a corner the better plan and the formula is not the answer.

    Source: Holmstrom & Milgrom (1991).
    """
    cost, values, variances = np.array([[c, k], [k, c]]), np.array([value_1, value_2]), np.array([variance_1, variance_2])
    slopes = np.linalg.solve(np.eye(2) + r * cost @ np.diag(variances), values)
    efforts = np.linalg.solve(cost, slopes)
    corners = values**2 / (2.0 * c * (1.0 + r * c * variances))
    lead = 0.5 * values @ efforts - corners.max()
    return {"slope_1": slopes[0], "slope_2": slopes[1], "effort_1": efforts[0], "effort_2": efforts[1], "lead": lead}


def one_task_unmeasured(c: float, k: float, slope: float, drive_1: float, drive_2: float) -> Expected:
    """c e1 + k e2 = beta + m1 and k e1 + c e2 = m2 (both positive); paying the first crowds out the second by k/(c^2 - k^2).

    `crowded_out` is the second effort less what it is without pay; `below_kink` the same where pay has a kink out of reach.

    Source: Holmstrom & Milgrom (1991).
    """
    cost = np.array([[c, k], [k, c]])
    paid = np.linalg.solve(cost, [slope + drive_1, drive_2])
    unpaid = np.linalg.solve(cost, [drive_1, drive_2])
    if unpaid[0] < 0.0:  # not worth any effort without pay
        unpaid = np.array([0.0, drive_2 / c])
    below_kink = {"below_kink_1": paid[0], "below_kink_2": paid[1]}
    return {"effort_1": paid[0], "effort_2": paid[1], "crowded_out": paid[1] - unpaid[1], **below_kink}


def tournament_of_two(prize: float, c: float, sigma: float) -> Expected:
    """e = dW/(2 c sigma sqrt(pi)): the difference of two noises has density 1/(2 sigma sqrt(pi)) at 0.

    Source: Lazear & Rosen (1981).
    """
    return {"effort": prize / (2.0 * c * sigma * math.sqrt(math.pi))}


def tournament_of_many(n: int, prize: float, c: float, sigma: float) -> Expected:
    """e = dW zeta_n/(n sigma c), zeta_n = int x n phi(x) Phi(x)^(n-1) dx, the mean of the largest of n standard normals.

    For normal noise the marginal chance int (n-1) phi^2 Phi^(n-2) is zeta_n/n by parts. Source: Lazear & Rosen (1981).
    """
    largest, _ = quad(lambda x: x * n * norm.pdf(x) * norm.cdf(x) ** (n - 1), -12.0, 12.0, epsabs=1e-12, limit=200)
    return {"effort": prize * largest / (n * sigma * c)}


def rater_noise(prize: float, c: float, sigma: float, sigma_rater: float) -> Expected:
    """Tournament of two with noise sqrt(sigma_e^2 + sigma_r^2), and the share of effort that rater noise leaves.

    Source: Lazear & Rosen (1981).
    """
    together = math.hypot(sigma, sigma_rater)
    return {"effort": prize / (2.0 * c * together * math.sqrt(math.pi)), "share_left": sigma / together}


def sabotage(prize: float, c: float, kappa: float, sigma: float) -> Expected:
    """c e = kappa s = dW g(0); what the prize adds to output is e - s, negative where sabotage is the cheaper of the two.

    Source: Lazear (1989).
    """
    worth = prize / (2.0 * sigma * math.sqrt(math.pi))
    return {"effort": worth / c, "sabotage": worth / kappa, "net_output": worth / c - worth / kappa}


def team(n: int, bonus: float, c: float) -> Expected:
    """e = B/(n c): everybody gets an n-th of what he adds. Source: Holmstrom (1982)."""
    return {"effort": bonus / (n * c)}


def ratchet(slope: float, c: float, ratchet: float, rho: float, horizon: float) -> Expected:
    """Share of the slope left: rho/(rho + lambda) for ever, 1 - lambda sum_{s=1..H} (1 - lambda)^(s-1)/(1 + rho)^s for H periods.

    One unit of output raises the target s periods ahead by lambda (1 - lambda)^(s-1); `next_target` is T + lambda (y - T), T = 1.
    For a horizon that is no whole number the geometric sum is continued. Source: Weitzman (1980).
    """
    if horizon >= FOREVER:
        left = rho / (rho + ratchet)
    else:
        kept = (1.0 - ratchet) / (1.0 + rho)
        left = 1.0 - ratchet / (1.0 + rho) * (1.0 - kept**horizon) / (1.0 - kept)
    effort = slope * left / c
    return {"effort": effort, "slope_left": left, "next_target": max(0.1, 1.0 + ratchet * (effort - 1.0))}


def reference_point(b: float, c: float, loss_aversion: float, reference: float) -> Expected:
    """Slope lambda_L b below R and b above: R for R in [b/c, lambda_L b/c], the nearer end otherwise.

    Source: Kahneman & Tversky (1979).
    """
    return {"effort": min(max(reference, b / c), loss_aversion * b / c)}


def threshold(bonus: float, c: float, sigma: float, standard: float, loss_aversion: float) -> Expected:
    """The global maximum of L B Phi((e - T)/sigma) - c e^2/2 over e >= 0, with L = 1 (bonus) and L = lambda_L (deduction).

    First-order condition c e = L B phi((T - e)/sigma)/sigma, unique for c > .242 L B/sigma^2. Source: Lazear & Oyer (2013).
    """
    return {
        "effort_bonus": _effort_at_threshold(bonus, c, sigma, standard),
        "effort_deduction": _effort_at_threshold(loss_aversion * bonus, c, sigma, standard),
    }


def _effort_at_threshold(worth: float, c: float, sigma: float, standard: float) -> float:
    efforts = np.linspace(0.0, standard + 6.0 * sigma, 4001)
    slope = worth * norm.pdf((standard - efforts) / sigma) / sigma - c * efforts
    peaks = np.flatnonzero((slope[:-1] > 0.0) & (slope[1:] <= 0.0))
    roots = [
        brentq(lambda e: worth * norm.pdf((standard - e) / sigma) / sigma - c * e, efforts[i], efforts[i + 1], xtol=1e-13)
        for i in peaks
    ]
    return max([0.0, *roots], key=lambda e: worth * norm.cdf((e - standard) / sigma) - 0.5 * c * e * e)


def costly_falsification(c: float, r: float, variance: float, k: float) -> Expected:
    """g = beta/k_g whatever the effort; its cost beta^2/(2 k_g) lowers the best slope to 1/(1 + r c sigma^2 + c/k_g).

    Source: Lacker & Weinberg (1989); Baker (1992).
    """
    slope = 1.0 / (1.0 + r * c * variance + c / k)
    return {"slope": slope, "falsified": slope / k, "effort": slope / c}


def audit(slope: float, k: float, p: float, penalty: float) -> Expected:
    """g = max(0, (beta (1 - p) - p F)/k); nothing is falsified from p = beta/(beta + F) on. Source: Allingham & Sandmo (1972)."""
    return {"falsified": max(0.0, (slope * (1.0 - p) - p * penalty) / k), "falsified_at_the_limit": 0.0}


def bright_line(bonus: float, k: float, standard: float) -> Expected:
    """Reporting T from a gap d costs k d^2/2 and brings B: everyone within sqrt(2B/k) bunches, nobody else.

    Source: Kleven & Waseem (2013).
    """
    return {"width": math.sqrt(2.0 * bonus / k), "share_inside": 1.0, "share_outside": 0.0}


def hierarchy(alpha: float, gloss: float) -> Expected:
    """Level l receives (1 + g)^(l - 1) of what is true and alpha^(l - 1) of its variance, whatever the units.

    Source: Williamson (1967).
    """
    among_sections = {f"fidelity_{level}": alpha ** (level - 1) for level in (2, 3)}
    among_bureaus = {f"bureaus_{level}": alpha ** (level - 1) for level in (2, 3, 4)}
    return among_sections | among_bureaus | {f"amplification_{level}": (1.0 + gloss) ** (level - 1) for level in (2, 3, 4, 6)}


def several_raters(raters: int, reliability_of_one: float) -> Expected:
    """Reliability of the mean of k raters: k R/(1 + (k - 1) R). Source: Spearman (1910), Brown (1910)."""
    return {"reliability": raters * reliability_of_one / (1.0 + (raters - 1) * reliability_of_one)}


def career_concern(c: float, delta: float, h_1: float, h_e: float) -> Expected:
    """g'(a) = delta h_e/(h_1 + h_e): next period's wage is the belief, which moves by h_e/(h_1 + h_e) a unit.

    Source: Holmstrom (1999).
    """
    worth = delta * h_e / (h_1 + h_e)
    return {"effort": worth / c, "marginal_cost": worth}


FORMS: dict[str, Callable[..., Expected]] = {
    form.__name__: form
    for form in (
        linear_pay, two_tasks_measured, one_task_unmeasured, tournament_of_two, tournament_of_many, rater_noise, sabotage, team,
        ratchet, reference_point, threshold, costly_falsification, audit, bright_line, hierarchy, several_raters, career_concern,
    )
}  # fmt: skip

"""Help and sabotage among peers (mechanism 11)."""

from __future__ import annotations

from sim.jit import rule


@rule
def rivals_share(members, colleagues, salience):
    """Weight of harming one colleague on one's own place: 1/(peers - 1), or as if the colleagues at hand were all.

    Two players: 1 (Lazear 1989). `salience` 0 = exact, 1 = only those one sees count.
    """
    if members < 2 or colleagues < 1:
        return 0.0
    exact = 1.0 / (members - 1)
    seen = 1.0 / min(colleagues, members - 1)
    return exact + salience * (max(seen, exact) - exact)


@rule
def help_chosen(cohesion, motivation, justice, projects, shared_worth, contest_worth, help_tax, cost):
    """Help given: max(0, cohesion * motivation * (.5 + justice)(1 + projects) + shared - tax * contest)/k_h.

    shared_worth, contest_worth: wages per unit of output that is shared, or won against peers. cost 0 = nobody helps.
    Source: Drago & Garvey (1998); citizenship behaviour and justice (Colquitt et al. 2001); linear form assumed.
    """
    if cost <= 0.0:
        return 0.0
    will = cohesion * motivation * (0.5 + justice) * (1.0 + projects)
    return max(0.0, will + shared_worth - help_tax * contest_worth) / cost


@rule
def felt_aversion(aversion, honesty, usual_honesty, harm_and_honesty):
    """Moral cost of harm for one who minds making things up so much: aversion (1 + r (honesty/usual - 1)), never below 0.

    Whoever harms the organisation's records harms colleagues, too: r .62 between the two kinds of deviance (Berry, Ones &
    Sackett 2007); the best linear guess of one from the other where both are spread alike (assumed). r 0 = all mind harm alike.
    """
    if usual_honesty <= 0.0:
        return aversion
    return max(0.0, aversion * (1.0 + harm_and_honesty * (honesty / usual_honesty - 1.0)))


@rule
def sabotage_chosen(contest_worth, rivals, aversion, motivation, cost):
    """Sabotage done: max(0, contest worth * rivals - aversion * motivation)/k_s. cost 0 = nobody sabotages.

    Two players: k_s s = dW g(0) (Lazear 1989).
    """
    if cost <= 0.0:
        return 0.0
    return max(0.0, contest_worth * rivals - aversion * motivation) / cost


@rule
def received(total, own, members):
    """What one receives of what all others do: an equal part of it."""
    return (total - own) / (members - 1) if members > 1 else 0.0

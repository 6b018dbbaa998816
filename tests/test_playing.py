"""Seats that people play: nobody plays = the ordinary run, a game is its moves, and what is decided happens."""

import json
import time

import numpy as np
import pytest

from experiments import Game, Move, Setup
from experiments.api.playing import AS_MODEL, EFFORTS
from sim.agents.played import REPORTS
from sim.errors import UserError
from sim.lang import words
from sim.run import simulate
from sim.schemes.load import load_scheme

BUREAU = "workshop_bureau"


def new_game(scheme="forced_ranking", seats=(3, 17), **more):
    return Game(Setup(scheme, BUREAU, seats=tuple(seats), **more))


def played(moves, months=12, **more):
    """A game in which the same moves are made every month."""
    game = new_game(**more)
    for _ in range(months):
        game.play(moves)
    return game


def assert_same(a, b, names=None):
    """Two worlds are the same to the bit, column by column (bytes between columns mean nothing)."""
    for table, x, y in zip(a._fields, a, b, strict=True):
        for name in x.dtype.names or (None,):
            one, two = (x[name], y[name]) if name else (x, y)
            assert one.tobytes() == two.tobytes(), (table, name)


@pytest.mark.parametrize("scheme", [
    "forced_ranking", "municipal_closed_loop", "superior_ranking", "bright_line", "forced_ranking_dismissal", "base",
    "full_carrier",
])  # fmt: skip
@pytest.mark.parametrize("year", [1, 2])
def test_without_decisions_it_is_the_ordinary_run(scheme, year):
    game = played({}, scheme=scheme, year=year)
    run = simulate(scheme, BUREAU, months=12 * year)
    assert_same(game.world, run.world)
    np.testing.assert_array_equal(game.history, run.history[-12:])
    assert game.outcomes == pytest.approx(run.outcomes, nan_ok=True, abs=0)


def test_a_seat_left_to_the_model_is_no_decision():
    idle = played({3: Move(), 17: {"effort": AS_MODEL, "report": AS_MODEL, "predict": "top"}})
    assert_same(idle.world, played({}).world)


def test_to_decide_what_the_model_would_decide_changes_nothing_but_rounding():
    ordinary = played({}, scheme="municipal_closed_loop")
    game = new_game(scheme="municipal_closed_loop")
    for month in range(12):
        game.play({seat: Move(effort=ordinary.diary[seat][month]["effort"]) for seat in (3, 17)})
    for name in ("score", "exhaustion", "output", "period_reported", "pay", "contribution", "load", "cost", "window_surplus"):
        np.testing.assert_allclose(game.world.cadres[name], ordinary.world.cadres[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_game_is_its_setup_and_its_moves():
    game = new_game()
    rng = np.random.default_rng(1)
    for _ in range(12):
        on_revenue = {"revenue": float(rng.uniform(0, 1))} if "revenue" in game.tasks(17) else "push"
        game.play({
            3: Move(str(rng.choice(EFFORTS)), str(rng.choice(REPORTS)), str(rng.choice(["top", "bottom"]))),
            17: Move(on_revenue, float(rng.uniform(0, 0.3))),
        })  # fmt: skip
    again = Game.from_dict(json.loads(json.dumps(game.to_dict())))
    assert_same(game.world, again.world)
    assert again.result(3) == game.result(3)
    assert json.loads(json.dumps(game.result(17), allow_nan=False))
    half = Game.replay(game.setup, game.to_dict()["moves"][:6])
    assert half.month == 7 and not half.is_over
    assert half.diary[3] == game.diary[3][:6]


def test_what_is_decided_happens():
    game = played({3: Move("push", "honest"), 17: Move("ease", "hide")}, scheme="scoring_reform")
    free = played({}, scheme="scoring_reform")
    for seat, factor in ((3, 1.3), (17, 0.7)):
        for month in game.diary[seat]:
            assert month["effort"] == pytest.approx({name: factor * share for name, share in month["normal"].items()})
    for month in game.diary[3]:
        assert month["reported"] == pytest.approx(month["made"])
    targets = {task["name"]: task for task in new_game(scheme="scoring_reform").view(17)["tasks"]}
    for month in game.diary[17]:
        for name, task in targets.items():
            if task["is_counted"]:
                assert month["reported"][name] >= min(month["made"][name], task["share"] * task["target"]) - 1e-9
            else:
                assert month["reported"][name] == pytest.approx(month["made"][name])
    assert game.world.cadres["exhaustion"][2] > free.world.cadres["exhaustion"][2]
    assert game.world.cadres["exhaustion"][16] < free.world.cadres["exhaustion"][16]


def test_what_the_system_measures_itself_cannot_be_hidden():
    document = load_scheme("forced_ranking").model_dump()
    document["process"]["captured"] = 1.0
    game = played({17: Move("ease", 0.5)}, scheme=type(load_scheme("base")).model_validate(document))
    for month in game.diary[17]:
        assert month["reported"] == pytest.approx(month["made"])


def test_audits_find_what_is_made_up():
    document = load_scheme("forced_ranking").model_dump()
    document["appraisal"]["audit_rate"] = 1.0
    game = played({17: Move("ease", "hide")}, scheme=type(load_scheme("base")).model_validate(document))
    found = [month for month in game.diary[17] if month["found_out"]]
    missed = [month for month in game.diary[17] if not month["found_out"]]
    assert len(found) >= 3 and len(missed) >= 3  # an audit sees through every second one
    assert any(message["key"] == "audited" for message in game.messages(17))
    assert all(month["reported"] == pytest.approx(month["made"]) for month in found)
    assert all(sum(month["reported"].values()) > sum(month["made"].values()) for month in missed)


def test_who_reports_honestly_raises_nothing_at_the_years_end():
    game = played({seat: Move(report="honest") for seat in range(1, 41)}, scheme="bright_line", seats=range(1, 41))
    assert (game.appraisals[-1].cadres["falsified"] == 0.0).all()
    ordinary = played({}, scheme="bright_line")
    assert (ordinary.appraisals[-1].cadres["falsified"] > 0.0).any()
    np.testing.assert_array_equal(game.world.cadres["honesty"][:2], ordinary.world.cadres["honesty"][:2])


def test_colleagues_elsewhere_only_answer_through_the_bureau():
    busy, free = new_game(), new_game()
    busy.play({3: Move("push", "shade")})
    free.play({})
    other = busy.world.cadres["department"] != busy.world.cadres["department"][2]
    np.testing.assert_array_equal(busy.world.cadres["effort"][other], free.world.cadres["effort"][other])
    np.testing.assert_array_equal(busy.world.cadres["output"][other], free.world.cadres["output"][other])


def test_the_result_sets_the_year_beside_the_models_own():
    game = played({3: Move("push", "honest", "top"), 17: Move("ease", "hide")})
    result = game.result(3)
    alone = played({17: Move("ease", "hide")})
    assert result["model"] == alone.year_of(3)
    assert result["own"]["effort"] > result["model"]["effort"]
    assert result["predicted"] == ["top"] * 12 and result["prediction_met"] == (result["own"]["grade"] == "top")
    for name, effect in result["effect_on_bureau"].items():
        assert effect == pytest.approx(game.outcomes[name] - alone.outcomes[name])
    with pytest.raises(UserError, match="not over"):
        new_game().result(3)


def test_a_view_shows_ones_own_and_what_the_scheme_publishes():
    quiet = played({3: Move("push")}, scheme="implicit_incentives", months=5)
    view = quiet.view(3)
    assert view["month"] == 6 and len(view["tasks"]) == 4 and view["last_month"]["month"] == 5
    published = load_scheme("forced_ranking").communication.publish_ranks > 0
    open_game = played({}, scheme="forced_ranking", year=2, months=1)
    assert (open_game.view(3)["peers"] is not None) == published
    if load_scheme("implicit_incentives").communication.publish_ranks == 0:
        assert view["peers"] is None
    assert json.dumps(view, allow_nan=False)
    assert "score" not in json.dumps(open_game.view(3)["peers"])


def test_every_message_has_words():
    said = set()
    for scheme in ("municipal_closed_loop", "superior_ranking", "full_carrier", "forced_ranking_dismissal"):
        game = new_game(scheme=scheme, seats=range(1, 41))
        for _ in range(12):
            for seat in game.setup.seats:
                said |= {(message["key"], tuple(sorted(message))) for message in game.messages(seat)}
            game.play({seat: Move("ease", "hide") for seat in game.setup.seats})
    for language in ("en", "zh"):
        for key, parts in said:
            assert words(language)(f"play.message.{key}", **dict.fromkeys(parts, "x"))
        for name in EFFORTS:
            assert words(language)(f"play.effort.{name}.name")
        for name in (*REPORTS, AS_MODEL):
            assert words(language)(f"play.report.{name}.name")
    assert {"welcome", "quiet"} <= {key for key, _ in said} and len({key for key, _ in said}) >= 5


def test_a_month_takes_less_than_a_tenth_of_a_second():
    game = new_game(seats=range(1, 41))
    moves = {seat: Move("steady", "shade") for seat in range(1, 41)}
    game.play(moves)
    took = []
    for _ in range(8):
        start = time.perf_counter()
        game.play(moves)
        took.append(time.perf_counter() - start)
    assert sorted(took)[1] < 0.1, took


# --- bad input ----------------------------------------------------------------------------------------------------------

BAD_MOVES = [
    {3: {"effort": "work harder"}}, {3: {"effort": 1.0}}, {3: {"effort": None}}, {3: {"effort": {"no_such_task": 1.0}}},
    {3: {"effort": {"paperwork": -0.1}}}, {3: {"effort": {"paperwork": 99}}}, {3: {"effort": {"paperwork": float("nan")}}},
    {3: {"effort": {"paperwork": float("inf")}}}, {3: {"effort": {"paperwork": "1"}}}, {3: {"effort": {"paperwork": True}}},
    {3: {"effort": {"paperwork": 2.0, "revenue": 2.0}}}, {3: {"effort": ["paperwork"]}}, {3: {"report": "lie"}},
    {3: {"report": -1}},
    {3: {"report": 2.0}}, {3: {"report": float("nan")}}, {3: {"report": None}}, {3: {"report": True}}, {3: {"predict": "A+"}},
    {3: {"predict": 3}}, {3: {"bribe": 1}}, {3: 5}, {3: "push"}, {3: None}, {4: {}}, {0: {}}, {"x": {}}, {"": {}}, {None: {}},
    {True: {}}, {"9" * 40: {}}, {3.5: {}}, {3: {}, 99: {}}, {3: {3: 1}},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD_MOVES, ids=str)
def test_a_move_that_cannot_be_changes_nothing(bad):
    game, clean = new_game(), new_game()
    with pytest.raises(UserError) as told:
        game.play(bad)
    assert str(told.value)
    assert game.month == 1
    for one in (game, clean):
        one.play({3: Move("push")})
    assert_same(game.world, clean.world)


@pytest.mark.parametrize("bad", [
    {"seats": (0,)}, {"seats": (41,)}, {"seats": ("3",)}, {"seats": (True,)}, {"scheme": "no_such"}, {"organisation": "nowhere"},
    {"year": 0}, {"year": 1.5}, {"year": True}, {"year": 10**6}, {"seed": -1}, {"seed": "1"}, {"replicate": -1},
    {"replicate": 2**40},
    {"warmup_months": -1}, {"organisation": "national_service"}, {"behaviour": "nobodys"}, {"baseline": "no_such"},
    {"organisation": "municipal_bureau", "seats": (10**6,)}, {"seats": (1.0,)},
], ids=str)  # fmt: skip
def test_a_setup_that_cannot_be_is_told_plainly(bad):
    given = {"scheme": "forced_ranking", "organisation": BUREAU, "seats": (3,)} | bad
    with pytest.raises(UserError) as told:
        Game(Setup(**given))
    assert str(told.value)


def test_nobody_plays_beyond_the_year():
    game = played({})
    with pytest.raises(UserError, match="over"):
        game.play({})
    assert game.is_over and game.view(3)["is_over"]

"""Mesa's own tools on the model, and models of one's own: subclasses with one method overridden."""

from __future__ import annotations

import gc

import mesa
import numpy as np
import pytest
from agreeing import a_world, differences, first_disagreement

from sim.agents import AppraisalModel, Branch, Bureau, Cadre, Department, Entity, PeerGroup, walk_agents
from sim.agents.working import Offer
from sim.history import HISTORY
from sim.population.columns import TABLES
from sim.population.world import copy_of
from sim.rules.effort import OFFER
from sim.schemes.load import load_behaviour, load_organisation, load_scheme


@pytest.fixture
def model() -> AppraisalModel:
    return AppraisalModel(a_world("combined_incentives"))


# --- agents are views on the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("agent", [Cadre, Department, Branch, Bureau, PeerGroup])
def test_every_declared_column_is_an_attribute(agent: type[Entity], model: AppraisalModel) -> None:
    someone = next(iter(model.agents_by_type[agent]))
    for column in TABLES[agent.table]:
        value = getattr(someone, column.name)
        assert np.shape(value) == column.shape
        assert column.meaning in getattr(agent, column.name).__doc__


def test_what_is_written_on_one_side_shows_on_the_other(model: AppraisalModel) -> None:
    cadre, table = model.cadres[4], model.world.cadres
    cadre.exhaustion = 5.5
    cadre.effort[1] = 0.7
    cadre.target = np.arange(8.0)
    table["cynicism"][4] = 1.25
    assert (table["exhaustion"][4], table["effort"][4, 1], table["target"][4, 3]) == (5.5, 0.7, 3.0)
    assert cadre.cynicism == 1.25
    assert type(cadre.level) is int and type(cadre.exhaustion) is float


def test_a_method_must_not_hide_a_column() -> None:
    with pytest.raises(TypeError, match=r"exhaustion would hide the column"):

        class Wrong(Entity, table="cadres"):
            def exhaustion(self) -> float:
                return 0.0


def test_everybody_knows_his_unit_and_his_people(model: AppraisalModel) -> None:
    for cadre in model.cadres:
        assert cadre in cadre.own_department.cadres
        assert cadre in cadre.own_group.members
        assert cadre in cadre.own_department.own_bureau.cadres
        assert len(cadre.colleagues) == cadre.own_department.size - 1
    assert sum(len(group.members) for group in model.groups) == len(model.cadres)


def test_an_offer_has_the_fields_of_the_rules() -> None:
    assert Offer._fields == OFFER.names


# --- Mesa's tools ----------------------------------------------------------------------------------------------------


def test_agent_sets(model: AppraisalModel) -> None:
    gc.collect()
    assert len(model.agents_by_type[Cadre]) == len(model.world.cadres)
    assert {type(agent) for agent in model.agents} == {Cadre, Department, Branch, Bureau, PeerGroup}
    for _ in range(3):
        model.step()
    cadres = model.agents_by_type[Cadre]
    assert model.steps == model.now == 3
    assert cadres.get("exhaustion") == model.world.cadres["exhaustion"].tolist()
    assert cadres.agg("load", np.mean) == pytest.approx(model.world.cadres["load"].mean())
    tired = cadres.select(lambda cadre: cadre.exhaustion > 3.0)
    assert len(tired) == (model.world.cadres["exhaustion"] > 3.0).sum()
    people = cadres.groupby("department").count()
    assert list(people.values()) == model.world.departments["size"].tolist()
    cadres.set("motivation", 0.5)
    assert (model.world.cadres["motivation"] == 0.5).all()
    cadres.shuffle_do("listen")


def test_shuffling_agent_sets_changes_nothing(model: AppraisalModel) -> None:
    other = AppraisalModel(copy_of(model.world))
    for _ in range(3):
        other.agents_by_type[Cadre].shuffle(inplace=True)
        model.step(), other.step()
    assert differences(model.world, other.world) == []


def test_data_collector(model: AppraisalModel) -> None:
    collector = mesa.DataCollector(
        model_reporters={"exhaustion": lambda m: m.record()["exhaustion_mean"], "month": "now"},
        agent_reporters={"exhaustion": "exhaustion", "burnout": lambda agent: getattr(agent, "burnout", float)()},
        agenttype_reporters={Cadre: {"load": "load"}, Department: {"norm": "norm"}},
    )
    for _ in range(4):
        model.step()
        collector.collect(model)
    whole = collector.get_model_vars_dataframe()
    assert whole["month"].tolist() == [1, 2, 3, 4]
    loads = collector.get_agenttype_vars_dataframe(Cadre)["load"]
    assert len(loads) == 4 * len(model.cadres)
    np.testing.assert_array_equal(loads.xs(4, level="Step").to_numpy(), model.world.cadres["load"])
    last = collector.get_agent_vars_dataframe().xs(4, level="Step")["exhaustion"].dropna()
    assert last.mean() == pytest.approx(whole["exhaustion"].iloc[-1])


def test_mesas_random_numbers_are_seeded_by_the_run_and_never_used(model: AppraisalModel) -> None:
    again = AppraisalModel(copy_of(model.world))
    assert model.random.random() == again.random.random() and model.rng.random() == again.rng.random()
    other = AppraisalModel(a_world("combined_incentives", seed=2))
    assert model.random.random() != other.random.random()
    before = model.random.getstate(), model.rng.bit_generator.state
    for _ in range(13):
        model.step()
    assert (model.random.getstate(), model.rng.bit_generator.state) == before


def test_founded_from_documents() -> None:
    documents = load_organisation("toy_bureau"), load_scheme("forced_ranking"), load_behaviour()
    model = AppraisalModel.founded(*documents, seed=1)
    expected = a_world("forced_ranking", window_start=0)
    assert differences(expected, model.world) == []
    assert model.names is not None and model.names.departments[0] == "toy_bureau/office"
    assert AppraisalModel.founded(*documents, seed=1, cadre_class=Candid).cadres[0].falsify(0, 9.0) == 0.0


def test_walking_fills_the_history() -> None:
    history = np.zeros(5, HISTORY)
    model = walk_agents(a_world("base"), None, 0, history)
    assert model.now == 5
    assert (history["exhaustion_mean"] > 0).all() and not any(np.isnan(history[name]).any() for name in HISTORY.names)
    assert history[4] == model.record()


# --- a researcher's own agents ---------------------------------------------------------------------------------------


class Candid(Cadre):
    """Reports what is."""

    def falsify(self, j: int, slope: float) -> float:
        return 0.0


class Helpful(Cadre):
    """Helps a tenth of his month, whatever it pays."""

    def chosen_help(self) -> float:
        return 0.1


class Steady(Cadre):
    """Works a normal month on every task; remembers for how long."""

    months = 0

    def choose_effort(self, besides: float) -> np.ndarray:
        self.months += 1
        return self.own_department.share[: self.own_department.n_tasks]

    def take_up(self) -> None:
        super().take_up()
        self.months = 0


class Mild(Department):
    """A head who never bargains."""

    def gloss_now(self, bureau: Bureau) -> float:
        return 0.0


def walked(steps: int, **classes: type) -> AppraisalModel:
    model = AppraisalModel(a_world("bright_line", seed=4, honesty=0.0, exit_rate=0.1), **classes)
    for _ in range(steps):
        model.step()
    return model


def test_a_subclass_with_one_method_overridden() -> None:
    plain, candid = walked(12), walked(12, cadre_class=Candid)
    assert list(candid.agents_by_type) == [Bureau, Branch, Department, PeerGroup, Candid]
    assert (plain.world.cadres["window_falsified"] > 0).any()
    before = candid.world.cadres["window_falsified"].copy()
    assert before.sum() < plain.world.cadres["window_falsified"].sum()
    assert candid.record()["inflation"] != plain.record()["inflation"]


def test_every_kind_of_agent_can_be_replaced() -> None:
    helpful = walked(3, cadre_class=Helpful)
    assert (helpful.world.cadres["help_given"] == 0.1).all()
    mild, plain = walked(3, department_class=Mild), walked(3)
    assert mild.world.branches["sum_department"].sum() != plain.world.branches["sum_department"].sum()

    class OwnBranch(Branch): ...

    class OwnBureau(Bureau): ...

    class OwnGroup(PeerGroup): ...

    own = walked(3, branch_class=OwnBranch, bureau_class=OwnBureau, group_class=OwnGroup)
    assert {OwnBranch, OwnBureau, OwnGroup} <= set(own.agents_by_type)
    assert differences(plain.world, own.world) == []


def test_own_efforts_and_own_memory() -> None:
    model = walked(12, cadre_class=Steady)
    assert isinstance(model.cadres[0], Steady)
    for cadre in model.cadres:
        n = cadre.own_department.n_tasks
        np.testing.assert_allclose(cadre.effort[:n], cadre.own_department.share[:n])
    assert (model.world.cadres["persons"] > 0).any()
    assert {cadre.months for cadre in model.cadres if cadre.persons == 0} == {12}
    assert all(cadre.months < 12 for cadre in model.cadres if cadre.persons > 0)


def test_a_subclass_differs_from_the_compiled_walk_by_what_it_overrides() -> None:
    class Same(Cadre): ...

    world = a_world("bright_line", honesty=0.0)
    assert first_disagreement(world, 4, cadre_class=Same) == ""
    assert "falsified" in first_disagreement(world, 4, cadre_class=Candid)

import pickle
from dataclasses import replace
from itertools import islice

import pytest

from experiments import design
from experiments.design import Block, ModelDiffers, blocks, joined, points
from sim import Handling


def test_order_is_replication_major(make_tiny):
    order = [(point.replication, point.name) for point in points(make_tiny())]
    assert order == [(r, name) for r in (1, 2, 3) for name in ("always-right", "balanced")]


def test_a_block_is_one_warm_up_with_its_branches(make_tiny):
    made = list(blocks(points(make_tiny())))
    assert [len(block.points) for block in made] == [2, 2, 2]
    assert all(len({point.situation for point in block.points}) == 1 for block in made)
    assert made[0].simulated_days == 20 + (1 + 2) * 21, "the warm-up, the neutral run, the branches"


def test_blocks_of_what_is_missing_keep_the_order(make_tiny):
    left = [point for point in points(make_tiny()) if point.key[0] == "balanced"][1:]
    assert [block.points[0].replication for block in blocks(left)] == [2, 3]


def test_joined_blocks_are_the_sum_of_their_parts(make_tiny):
    made = list(blocks(points(make_tiny()), "mesa"))
    whole = joined(made)
    assert whole.points == tuple(points(make_tiny()))
    assert whole.engine == "mesa"
    assert whole.simulated_days == sum(block.simulated_days for block in made)
    assert list(whole.split()) == made
    assert whole.replications == tuple(block.points for block in made)


def test_a_range_of_replications(make_tiny):
    experiment = make_tiny()
    assert [point.replication for point in points(experiment, 2)] == [2, 2, 3, 3]
    assert [point.replication for point in points(experiment, 4, 5)] == [4, 4, 5, 5]
    assert list(points(experiment, 1, 3)) == list(points(experiment))
    assert list(points(experiment, 4)) == []


def test_points_are_made_as_they_are_asked_for(make_tiny):
    endless = points(make_tiny(), 1, 2**31)
    assert [point.replication for point in islice(endless, 3)] == [1, 1, 2]


def test_run_ids_tell_every_run_apart(make_tiny):
    ids = [point.run_id for point in points(make_tiny())]
    assert len(set(ids)) == 6
    assert ids == [point.run_id for point in points(make_tiny())]


@pytest.mark.parametrize(
    "change",
    [
        "seed=7",
        "days=22",
        "warmup_days=21",
        "centre.seats=3",
        "centre.enquiries_per_year=3.7",
        "neutral=avoidant",
    ],
)
def test_run_id_follows_what_determines_a_run(make_tiny, change):
    before, after = (next(points(experiment)) for experiment in (make_tiny(), make_tiny(change)))
    assert before.run_id != after.run_id


def test_run_id_follows_policy_switches_and_model(make_tiny, monkeypatch):
    point = next(points(make_tiny()))
    other = point.policy.model_copy(update={"handling": Handling(generosity=0.41)})
    assert replace(point, policy=other).run_id != point.run_id
    assert replace(point, switches=((5, other),)).run_id != point.run_id
    assert (
        replace(point, switches=((5, other),)).run_id
        != replace(point, switches=((6, other),)).run_id
    )
    monkeypatch.setattr(design, "model_version", lambda: "another")
    again = replace(point, situation=replace(point.situation))
    assert again.run_id != point.run_id


def test_run_id_ignores_names_and_more_replications(make_tiny):
    point = next(points(make_tiny()))
    assert replace(point, name="other", experiment="other").run_id == point.run_id
    assert next(points(make_tiny("replications=9"))).run_id == point.run_id


def test_equal_policies_of_two_names_are_two_keys(make_tiny):
    point = next(points(make_tiny()))
    assert replace(point, name="twin").key != point.key


def test_switches_reach_the_points_they_are_for(tiny_file):
    from experiments.config import load_experiment

    text = (
        tiny_file.read_text() + '[[timeline]]\nday = 5\npolicy = "balanced"\nof = "always-right"\n'
    )
    tiny_file.write_text(text)
    first, second = list(points(load_experiment(tiny_file)))[:2]
    assert [day for day, _ in first.switches] == [5]
    assert first.switches[0][1] == second.policy
    assert second.switches == ()


def test_points_survive_the_way_to_another_process(make_tiny):
    point = next(points(make_tiny("centre.anger_of_moves.argue=0.3")))
    there = pickle.loads(pickle.dumps(point))
    assert there == point
    assert there.run_id == point.run_id


def test_logging_contacts_reaches_the_points_and_changes_no_id(make_tiny):
    plain, logged = next(points(make_tiny())), next(points(make_tiny("log_contacts=true")))
    assert not plain.log_contacts and logged.log_contacts
    assert plain.run_id == logged.run_id


def test_a_block_survives_the_way_to_another_process(make_tiny):
    block = joined(list(blocks(points(make_tiny()))))
    there = pickle.loads(pickle.dumps(block))
    assert there == block
    assert isinstance(there, Block)
    assert [len(group) for group in there.replications] == [2, 2, 2]


def test_a_block_for_another_model_is_refused(make_tiny, monkeypatch):
    (block, *_) = blocks(points(make_tiny()))
    sent = pickle.dumps(block)
    monkeypatch.setattr(design, "model_version", lambda: "0123456789abcdef")
    with pytest.raises(ModelDiffers, match=r"0123456789abcdef.*asked for is version") as caught:
        pickle.loads(sent)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value), "it has to travel back"

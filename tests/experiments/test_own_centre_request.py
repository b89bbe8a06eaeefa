"""The file of a user's own centre: what is wrong is told at the door, all of it at once."""

import json

import pytest

from experiments.design import fingerprint
from experiments.errors import RequestError
from experiments.own_centre.assembling import assemble, middle
from experiments.own_centre.request import OwnCentre, load_own_centre
from sim.parameters import Centre

GOOD = """
kind = "own-centre"
name = "mine"
handled_by = "as-mine"

[policy.as-mine]
base = "balanced"
boundary = 0.4

[centre]
seats = 10
open_minutes = 600

[money]
currency = "EUR"
price = 50

[kpi.aht]
value = 480
unit = "s"
sample = 400
sd = 300

[kpi.cost_per_contact]
value = 5
unit = "EUR"
interval = [4.5, 5.5]
"""


def written(tmp_path, text):
    path = tmp_path / "my-centre.toml"
    path.write_text(text, encoding="utf-8")
    return path


def messages(tmp_path, text):
    with pytest.raises(RequestError) as refused:
        load_own_centre(written(tmp_path, text))
    return refused.value.messages


def test_a_good_file_is_a_calibration(tmp_path):
    request = load_own_centre(written(tmp_path, GOOD))
    found = assemble(request)
    assert list(found.measured) == ["aht", "cost_per_contact"]
    assert found.measured["cost_per_contact"].value == pytest.approx(0.1)
    calibration = found.calibration
    assert set(calibration.free) == {
        "enquiry_minutes",
        "after_call_minutes",
        "wage",
        "superior_wage",
    }
    assert calibration.facts == ("kpi.aht", "kpi.cost_per_contact")
    # What the shipped calibration draws is drawn along, but for what is known or free.
    assert "loss_aversion" in calibration.carried
    assert not {"seats", "open_minutes", *calibration.free} & set(calibration.carried)
    assert [each.name for each in found.targets()] == list(calibration.facts)
    assert set(middle(calibration)) == set(calibration.ranges)


def test_what_a_simulation_is_told_can_be_a_job(tmp_path):
    plan = assemble(load_own_centre(written(tmp_path, GOOD))).plan
    assert fingerprint(plan) == fingerprint(json.loads(json.dumps(plan)))
    usual = Centre()
    assert plan["known"] == {
        "seats": 10,
        "open_minutes": 600.0,
        "customers": round(usual.customers / usual.seats * 10),
    }


def test_customers_in_a_range_are_not_guessed(tmp_path):
    text = (
        GOOD
        + "\n[free]\ncustomers = { low = 1000, high = 90000 }"
        + "\nwage = { low = 0.002, high = 0.01 }\n"
    )
    found = assemble(load_own_centre(written(tmp_path, text)))
    assert "customers" not in found.plan["known"]
    assert list(found.calibration.free) == ["customers", "wage"]


def test_every_mistake_is_told_at_once(tmp_path):
    text = """
name = "mine"
handled_by = "balnced"
sigma = 2.0
[centre]
seat = 10
[kpi.ahtt]
value = 8
standard_error = 0.1
[kpi.aht]
value = 8
unit = "hours"
standard_error = 0.1
[kpi.csat]
value = 75
standard_error = 2
[kpi.abandonment]
value = 0.05
[kpi.cost_per_contact]
value = 5
unit = "EUR"
standard_error = 0.5
[contacts]
file = "contacts.csv"
columns = { arival = "Start" }
[varied]
seats = { low = 1, high = 2 }
los = { low = 0.2, high = 1.0 }
"""
    told = "\n".join(messages(tmp_path, text))
    for expected in (
        'sigma: no such key; the nearest is "sigmas"',
        'the nearest is "balanced"',
        'centre.seat: no such key; the nearest is "seats"',
        'kpi.ahtt: given "ahtt"; allowed: aht,',
        'kpi.aht.unit: given "hours"; allowed: min, s',
        'kpi.csat.value: given 75; allowed: from 0 to 1 (share); is its unit "%"?',
        "kpi.abandonment: given none of them; allowed: exactly one of standard_error, interval",
        'kpi.cost_per_contact.unit: given "EUR"; allowed: price, or a currency once [money]',
        'the nearest is "arrival"',
        'varied["los"]: given "los"',
        'the nearest is "loss"',
    ):
        assert expected in told, told
    assert "Traceback" not in told


def test_what_is_known_is_not_drawn(tmp_path):
    told = messages(tmp_path, GOOD + "\n[varied]\nseats = { low = 5, high = 20 }\n")
    assert len(told) == 1
    assert told[0].endswith('varied["seats"]: is under [centre] already; allowed: once')


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("value = 8\nstandard_error = 0.1\ninterval = [7, 9]", "exactly one of"),
        ("value = 8\ninterval = [8.5, 9]", "must lie in its interval"),
        ("value = 8\nsample = 100", "aht is a mean: with sample allowed: its sd, too"),
        ("value = 8\nstandard_error = 0.1\nsd = 3", "sd goes with sample only"),
        ("value = -8\nstandard_error = 0.1", "kpi.aht.value: given -8"),
        ('value = "8 min"\nstandard_error = 0.1', "write the number alone"),
        ("value = nan\nstandard_error = 0.1", "kpi.aht.value: given nan"),
    ],
)
def test_a_kpi_is_known_in_one_way(tmp_path, table, expected):
    assert expected in "\n".join(messages(tmp_path, f'name = "mine"\n[kpi.aht]\n{table}\n'))


def test_without_kpis_and_contacts_there_is_nothing_to_do(tmp_path):
    (told,) = messages(tmp_path, 'name = "mine"\n')
    assert "at least one of them" in told


def test_too_little_that_is_free_is_refused(tmp_path):
    text = GOOD + "\n[free]\nwage = { low = 0.002, high = 0.01 }\n"
    with pytest.raises(RequestError, match="allowed: at least two"):
        assemble(load_own_centre(written(tmp_path, text)))


def test_contacts_lie_beside_the_file(tmp_path):
    text = 'name = "mine"\n[contacts]\nfile = "log.csv"\n'
    request = load_own_centre(written(tmp_path, text))
    assert request.contacts.file == str(tmp_path / "log.csv")
    assert isinstance(request, OwnCentre)
    with pytest.raises(RequestError, match=r"log.csv: no such file"):
        assemble(request)

"""KPIs of a log of contacts: the values, their standard errors, and what is refused."""

import csv

import numpy as np
import pytest
from scipy import stats

from experiments.errors import RequestError
from experiments.observing import no_return
from experiments.own_centre.contacts import compute
from experiments.own_centre.example import CONTACTS, PRICE, REQUEST, Made, make_example
from experiments.own_centre.given import Log, Money
from experiments.own_centre.kpis import KPIS
from experiments.own_centre.request import load_own_centre

EUROS = Money(currency="EUR", price=PRICE)
EXACT = (
    "aht",
    "abandonment",
    "service_level",
    "escalation_rate",
    "escalations_per_contact",
    "complaint_share",
    "contacts_per_day",
    "contacts_per_rep_day",
)
"""KPIs that the log gives without any sampling."""


def computed(path, money=EUROS, window=7.0, **log):
    return compute(
        Log(file=str(path), **log), answer_within=20.0, repeat_window=window, money=money
    )


def refused(path, **log):
    with pytest.raises(RequestError) as wrong:
        computed(path, **log)
    return "\n".join(wrong.value.messages)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    return folder, make_example(folder, Made(days=60))


@pytest.fixture(scope="module")
def found(made):
    return computed(made[0] / CONTACTS)


def table(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file)
        write.writerow(header)
        write.writerows(rows)
    return path


def log_of(tmp_path, days=20, each=10, **columns):
    """Write some contacts a day; a column is a function of the contact's number and the day."""
    rows = []
    for at in range(days * each):
        day = at // each
        moment = f"2025-01-{day + 1:02d} {8 + at % each:02d}:00"
        rows.append([f"{moment}:00", *(make(at, day) for make in columns.values())])
    return table(tmp_path / "log.csv", ["arrival", *columns], rows)


def test_a_log_gives_what_the_model_measured(made, found):
    measures = made[1]
    for name in EXACT:
        assert found.kpis[name].value == pytest.approx(KPIS[name].of(measures), rel=2e-5), name
    # What is paid when a customer leaves stands in no contact.
    for name in ("compensation_per_conflict", "compensation_per_contact"):
        assert found.kpis[name].value == pytest.approx(KPIS[name].of(measures), rel=0.03), name
    # Other days count, and the survey is drawn anew: apart by at most four of both standard errors
    # (false alarm about 1 in 15,000 each; the seeds are fixed).
    for name in ("fcr_no_repeat", "fcr_survey"):
        apart = abs(found.kpis[name].value - measures[name])
        assert apart < 4 * 2**0.5 * found.kpis[name].above, name


def test_what_could_not_be_computed_is_told_with_the_reason(found):
    assert set(found.missing) == {"csat", "attrition", "cost_per_contact"}
    assert 'answers in [contacts] is "some"' in found.missing["csat"]
    assert "who quits" in found.missing["attrition"]
    assert set(found.kpis) | set(found.missing) == set(KPIS)


def test_the_file_of_the_example_is_understood(made):
    request = load_own_centre(made[0] / REQUEST)
    assert request.centre.seats == 4
    assert request.contacts.file == str(made[0] / CONTACTS)


def test_an_example_is_never_written_over(made):
    with pytest.raises(RequestError, match="is there already"):
        make_example(made[0])


def test_the_same_file_gives_the_same_numbers(made, found):
    assert computed(made[0] / CONTACTS) == found


def test_a_customer_who_comes_back_is_found_alike_in_the_log_and_in_the_model(made, found):
    with (made[0] / CONTACTS).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["abandoned"] == "no"]
    names = {name: number for number, name in enumerate(sorted({row["customer"] for row in rows}))}
    customers = np.array([names[row["customer"]] for row in rows])
    begun = np.array([row["answered"] for row in rows], "datetime64[ms]").astype(float) / 60_000.0
    first = np.datetime64("2025-01-06", "ms").astype(float) / 60_000.0
    value = no_return(customers, begun - first, 7 * 1440.0, 60 * 1440.0)
    assert found.kpis["fcr_no_return"].value == pytest.approx(value, rel=1e-5)


def test_no_return_by_hand():
    # Customer 1 on days 8 and 10, and anew on day 20; customer 2 on day 9; 3 too late to tell.
    customers = np.array([1, 1, 1, 2, 3])
    begun = np.array([8.0, 10.0, 20.0, 9.0, 28.0])
    assert no_return(customers, begun, 7.0, 30.0) == pytest.approx(2 / 3)
    assert np.isnan(no_return(customers[:0], begun[:0], 7.0, 30.0))


@pytest.mark.parametrize("cluster", ["day", "week", "customer"])
def test_the_standard_error_is_that_of_the_delta_method(tmp_path, cluster):
    rng = np.random.default_rng(5)
    complaint = rng.random(200) < 0.4 + 0.3 * np.sin(np.arange(200) // 10)
    customer = rng.integers(0, 60, 200)
    paid = np.round(rng.exponential(10.0, 200), 2)
    path = log_of(
        tmp_path,
        complaint=lambda at, day: "yes" if complaint[at] else "",
        customer=lambda at, day: f"c{customer[at]}",
        compensation=lambda at, day: paid[at],
    )
    if cluster == "week":  # twenty days are three weeks: too few
        assert "too few" in computed(path, cluster=cluster).missing["complaint_share"]
        return
    found = computed(path, cluster=cluster).kpis["compensation_per_conflict"]
    key = np.arange(200) // 10 if cluster == "day" else customer
    top = np.bincount(key, np.where(complaint, paid, 0.0)) / PRICE
    bottom = np.bincount(key, complaint)
    there = bottom > 0
    top, bottom = top[there], bottom[there]
    ratio = top.sum() / bottom.sum()
    groups = len(top)
    variance = groups / (groups - 1) * np.sum((top - ratio * bottom) ** 2) / bottom.sum() ** 2
    wider = stats.t.ppf(0.975, groups - 1) / stats.norm.ppf(0.975)
    assert found.value == pytest.approx(ratio, rel=1e-5)
    assert found.above == pytest.approx(wider * np.sqrt(variance), rel=1e-5)
    assert f"by {groups} {cluster}s" in found.origin


def test_what_is_never_seen_is_not_known_for_sure(tmp_path):
    path = log_of(tmp_path, escalated=lambda at, day: "no")
    found = computed(path).kpis["escalations_per_contact"]
    assert found.value == 0.0
    # None of 200: the exact interval reaches to where that has a chance of 2.5 %.
    assert found.above * stats.norm.ppf(0.975) == pytest.approx(1 - 0.025 ** (1 / 200), rel=1e-5)
    assert found.below == 0.0


def test_other_names_words_and_ways_to_write_are_understood(tmp_path):
    rows = [
        [f"{1 + at // 10:02d}.02.2025 09:{at % 10:02d}", ("lost", "up", "done")[at % 3], at]
        for at in range(200)
    ]
    path = table(tmp_path / "log.csv", ["Start", "Result", "Caller ID"], rows)
    found = computed(
        path,
        columns={"arrival": "Start", "outcome": "Result", "customer": "Caller ID"},
        outcomes={"lost": "abandoned", "up": "escalated", "done": "other"},
        time_format="%d.%m.%Y %H:%M",
    )
    assert found.kpis["abandonment"].value == pytest.approx(67 / 200)
    assert found.kpis["escalations_per_contact"].value == pytest.approx(67 / 133, rel=1e-5)
    assert (found.first.isoformat(), found.last.isoformat()) == ("2025-02-01", "2025-02-20")
    assert found.missing["aht"] == "needs the column answered and ended"


def test_everybodys_answers_are_csat(tmp_path):
    path = log_of(tmp_path, satisfaction=lambda at, day: 1 + at % 5)
    found = computed(path, answers="everybody")
    assert found.kpis["csat"].value == pytest.approx(0.4)
    assert "csat_survey" in found.missing


def test_money_without_what_a_price_is_is_not_computed(tmp_path):
    path = log_of(tmp_path, compensation=lambda at, day: 10)
    found = computed(path, money=None)
    assert "needs [money]" in found.missing["compensation_per_contact"]


def test_few_wrong_rows_are_left_out_and_counted(tmp_path):
    path = log_of(tmp_path, satisfaction=lambda at, day: 9 if at == 7 else 5)
    found = computed(path)
    assert (found.rows, found.left_out) == (199, 1)
    assert "1 of 200 rows are left out" in found.notes[0]


def test_many_wrong_rows_are_refused_column_by_column(tmp_path):
    path = log_of(
        tmp_path,
        escalated=lambda at, day: "perhaps",
        satisfaction=lambda at, day: 9,
        answered=lambda at, day: "2024-01-01 00:00",
    )
    told = refused(path)
    assert 'escalated: 200 of 200 rows cannot be read, for example "perhaps"; allowed: true' in told
    assert "a number from 1 to 5" in told
    later = log_of(tmp_path, answered=lambda at, day: "2024-01-01 00:00")
    assert "are answered before they arrive" in refused(later)


def test_what_is_no_log_is_refused(tmp_path):
    assert "no such file" in refused(tmp_path / "none.csv")
    path = table(tmp_path / "log.csv", ["arival", "x"], [["2025-01-01", 1]])
    assert "no column arrival" in refused(path)
    assert 'the nearest is "arival"' in refused(path)
    told = refused(path, columns={"arrival": "arrivel", "rep": "y"})
    assert 'arrival is called "arrivel"' in told
    assert 'rep is called "y"' in told
    empty = table(tmp_path / "empty.csv", ["arrival"], [])
    assert "holds no contacts" in refused(empty)
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xfe\x00\x01" * 50)
    assert "broken.csv" in refused(broken)

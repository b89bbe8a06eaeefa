"""A link brings a view back, and what is wrong in one is refused at the door."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.demo.contact import KINDS, Contact, read_contact
from experiments.demo.links import VIEWS, address, read
from experiments.errors import RequestError
from tests.experiments.demo.rooms import SWITCHING, room

KEYS = [knob.key for knob in room().knobs]


@st.composite
def states(draw):
    """Draw what a view may have to say of itself."""
    names = st.sampled_from(list(room().all_titles))
    numbers = (st.integers(1, 6), st.integers(0, 34), st.integers(0, 2**32 - 1), st.integers(0, 63))
    contacts = st.builds(Contact, names, *numbers).map(str)
    state = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "policy": names,
                "other": names,
                "fourth": st.just("") | names,
                "kind": st.sampled_from(KINDS),
                "contact": contacts,
                "turn": st.integers(1, 64).map(str),
                "guess": st.sampled_from(("rank", "curve")),
                "only": st.lists(st.sampled_from(KEYS), unique=True).map(",".join),
                "name": st.sampled_from(("angry-customer", "sweet-spot")),
                "step": st.integers(1, 30).map(str),
            },
        )
    )
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=4)):
        knob = room().knob(key)
        state[key] = str(draw(st.floats(knob.low, knob.high)))
    return state


@given(view=st.sampled_from(VIEWS), state=states())
def test_a_link_brings_the_state_back(view, state):
    link = urlsplit(address(room(), view, state))
    assert link.path == f"/{view}" and not link.netloc
    query = dict(parse_qsl(link.query, keep_blank_values=True))
    assert read(room(), view, query) == state
    assert {"config", "seed", "room"} <= set(query)


def test_a_link_says_nothing_of_where_the_file_lies():
    assert "/tmp" not in address(room(), "compare", {}) and "%2F" not in address(
        room(), "compare", {}
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"handling.generosity": "2"}, "0 to 1"),
        ({"handling.generosity": "nan"}, "0 to 1"),
        ({"handling.generosity": ""}, "no number"),
        ({"handling.generosty": "0.5"}, 'nearest is "handling.generosity"'),
        ({"policy": "balancd"}, 'nearest is "balanced"'),
        ({"turn": "0"}, "1 to 64"),
        ({"turn": "٣"}, "1 to 64"),
        ({"turn": "9" * 150}, "1 to 64"),
        ({"kind": "<script>"}, "escalation"),
        ({"name": "../../etc/passwd"}, "letters, digits"),
        ({"only": "handling.apology,support.luck"}, "no slider"),
        ({"contact": "balanced.1.2"}, "POLICY.REPLICATION"),
        ({"contact": "balanced.7.2.3.0"}, "1 to 6"),
        ({"contact": "balanced.1.35.3.0"}, "0 to 34"),
        ({"contact": "x" * 999}, "at most 200"),
        ({"seed": "8"}, "this room has"),
        ({"config": "/etc/passwd"}, 'this room has "busy"'),
        ({"room": "0123456789abcdef"}, "this room has"),
        ({"__class__": "1"}, "no key"),
    ],
)
def test_a_wrong_link_is_refused(query, said):
    with pytest.raises(RequestError, match=said):
        read(room(), "sliders", query)


def test_every_mistake_is_told_at_once():
    query = {"policy": "nobody", "turn": "x", "seed": "1", "contact": "nobody.0.99.1.0"}
    with pytest.raises(RequestError) as refused:
        read(room(), "storry", query)
    assert len(refused.value.messages) == 7
    assert 'nearest is "story"' in refused.value.messages[0]


def test_a_link_from_a_room_with_other_numbers_is_refused():
    there = urlsplit(address(room(SWITCHING), "compare", {})).query
    with pytest.raises(RequestError, match="room"):
        read(room(), "compare", dict(parse_qsl(there)))


def test_a_contact_is_read_as_it_is_written():
    contact = Contact("strict-boundaries", 2, 14, 4_194_399, 1)
    assert str(contact) == "strict-boundaries.2.14.4194399.1"
    assert read_contact(room(), str(contact)) == contact

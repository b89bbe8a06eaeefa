"""The command that opens the room: where it serves, who can see it, and what it refuses."""

import importlib.util
import socket

import pytest

from experiments.demo import command
from experiments.errors import RequestError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_what_no_network_reaches_is_said_to_be_seen_here_alone(host):
    assert command.only_here(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "no-such-host.invalid"])
def test_what_a_network_may_reach_is_never_said_to_be_seen_here_alone(host):
    assert not command.only_here(host)


@pytest.mark.parametrize(("host", "told"), [("::1", "[::1]"), ("localhost", "localhost")])
def test_the_address_can_be_copied_into_a_browser(host, told):
    assert command.address_of(host, 8080) == f"http://{told}:8080"


def test_a_port_that_is_taken_is_told():
    with socket.socket() as taken:
        taken.bind((command.HOME, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RequestError, match=f"port {port}: cannot be opened"):
            command.free_port(command.HOME, port)


def test_where_no_port_is_asked_for_a_taken_one_is_passed_over(monkeypatch):
    with socket.socket() as taken:
        taken.bind((command.HOME, 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(command, "PORT", port)
        assert port < command.free_port(command.HOME, None) < port + command.TRIED


def test_a_host_that_is_none_of_this_computers_is_told():
    with pytest.raises(RequestError, match=r"--host 192\.0\.2\.1"):
        command.free_port("192.0.2.1", 8080)


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match=r"frontline\[demo\]"):
        command.demo()

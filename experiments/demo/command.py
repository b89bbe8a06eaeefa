"""The command ``frontline demo``: reads the request, opens the room."""

import importlib.util
import os
import socket
import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from experiments.errors import RequestError

HOME = "127.0.0.1"
PORT = 8080
TRIED = 20
"""Ports that are tried in turn where none was asked for."""


def demo(
    config: Annotated[
        str, typer.Argument(help="A TOML file, or the name of a shipped experiment.")
    ] = "classroom",
    host: Annotated[str, typer.Option(help="Who may see it: 127.0.0.1 is this computer.")] = HOME,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Default: 8080 on.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    lesson: Annotated[
        str | None, typer.Option(help="Begin with this lesson: a shipped one, or a TOML file.")
    ] = None,
) -> None:
    """Open the class room: a page on this computer where everyone sees it happen."""
    if importlib.util.find_spec("nicegui") is None:
        raise RequestError(['the class room needs an extra: pip install "frontline[demo]"'])
    # NiceGUI would make a folder where it is started; the room keeps nothing.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(Path(tempfile.gettempdir()) / "frontline"))
    from experiments.demo.lessons import load_lesson
    from experiments.demo.words import words

    scripts = [] if lesson is None else [load_lesson(lesson)]
    first = f"/lesson?name={quote(scripts[0].name)}&step=1" if scripts else "/predict"
    place = free_port(host, port)
    typer.echo(f"{address_of(host, place)}{first}", err=True)
    typer.echo(words("serve.here" if only_here(host) else "serve.others"), err=True)

    # The engine is loaded on other threads, which begin before the page's own library is read.
    from experiments.demo.page.adapter import RoomSource
    from experiments.demo.setting import Setting

    source = RoomSource(Setting(config))

    from experiments.demo.page.app import Room, serve

    serve(Room(source, scripts), host=host, port=place, show=not no_browser, first=first)


def address_of(host: str, port: int) -> str:
    """Return the address as a browser takes it: an IPv6 one in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def only_here(host: str) -> bool:
    """Return whether what is served there can be seen from this computer alone."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        return False
    # An address may end in the name of a network card: fe80::1%eth0.
    return all(ip_address(str(each[4][0]).partition("%")[0]).is_loopback for each in found)


def free_port(host: str, port: int | None) -> int:
    """Return the port asked for, or else the first free one.

    Raises
    ------
    RequestError
        Where it is taken, or the host is none of this computer's.
    """
    tried = [port] if port is not None else list(range(PORT, PORT + TRIED))
    reason = ""
    for each in tried:
        try:
            kind, _, _, _, address = socket.getaddrinfo(
                host, each, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(kind, socket.SOCK_STREAM) as found:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                found.bind(address)
            return each
        except OSError as error:
            reason = error.strerror or str(error)
    asked = f"port {port}" if port is not None else f"ports {PORT} to {PORT + TRIED - 1}"
    raise RequestError([f"--host {host}, {asked}: cannot be opened: {reason}"])

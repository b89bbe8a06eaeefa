"""``frontline``, and a line about what it has under way whenever it gets SIGUSR1."""

import asyncio
import json
import signal
import sys
import threading


def tell(*_: object) -> None:
    """Say how many threads, tasks and open pages there are."""
    from nicegui import Client, core

    tasks = len(asyncio.all_tasks(core.loop)) if core.loop else 0
    counts = {"threads": threading.active_count(), "tasks": tasks, "pages": len(Client.instances)}
    print(json.dumps(counts), file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, tell)
    from experiments.cli import main

    main()

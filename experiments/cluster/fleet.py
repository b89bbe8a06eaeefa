"""What is started for a cluster, looked after and ended: processes or jobs of a queue."""

import logging
import shutil
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, NamedTuple

from experiments.errors import RequestError

CLOSE_SECONDS = 10.0
"""How long to wait for a cluster to close."""

LOOK_AFTER_SECONDS = 30.0
"""Between two looks at whether jobs have ended, and whether any are in the queue: the
machine that keeps a queue does not like to be asked often."""

JOB_DEFAULTS = {"cores": 1, "memory": "2 GiB", "processes": 1}
"""What a job asks for where the user's own dask configuration does not say."""

NO_DASHBOARD = "127.0.0.1:0"
"""Where Dask is to show itself: it insists on a port, so any that is free, for nobody else."""

INSTALL = "a cluster needs Dask, which is not installed: pip install 'frontline[cluster]'"

_IGNORE_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"

# What kills its worker is run again once, then alone by the crew, then given up.
_FEW_TRIES = {"distributed.scheduler.allowed-failures": 1}


class Queue(NamedTuple):
    """A queueing system: dask-jobqueue's class, and the commands to submit and to look."""

    cluster: str
    submit: str
    show: tuple[str, ...]


QUEUES = {
    "slurm": Queue("SLURMCluster", "sbatch", ("squeue", "--noheader", "--jobs")),
    "pbs": Queue("PBSCluster", "qsub", ("qstat",)),
}


class Fleet:
    """What was started for a cluster: nothing, where it was there already."""

    awaited = "one to join"

    def look_after(self, now: float) -> None:
        """Replace what has ended."""

    def coming(self, now: float) -> bool:
        """Return whether workers can be expected that are not there yet."""
        return False

    def close(self) -> None:
        """End what was started."""


class LocalFleet(Fleet):
    """Worker processes of this machine; Dask starts those anew that have died."""

    awaited = "the processes to start"

    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster

    def close(self) -> None:
        """End the processes."""
        self.cluster.close(timeout=CLOSE_SECONDS)


class QueuedFleet(LocalFleet):
    """Jobs of a queueing system; those that have ended are submitted anew."""

    awaited = "the first job to start"

    def __init__(self, cluster: Any, kind: str, jobs: int) -> None:
        super().__init__(cluster)
        self.kind, self.jobs = kind, jobs
        self.looked_after = time.monotonic()
        self.looked = -LOOK_AFTER_SECONDS
        self.queued = True
        self._submit(jobs)

    def _submit(self, new: int) -> None:
        for _ in range(new):
            self.cluster.worker_spec.update(self.cluster.new_worker_spec())
        # What cluster.scale() does, but waiting for it: so a refused job is heard of.
        self.cluster.sync(self.cluster._correct_state)

    def look_after(self, now: float) -> None:
        """Submit new jobs in the places of those that have ended."""
        if now - self.looked_after > LOOK_AFTER_SECONDS:
            self.looked_after = now
            with suppress(Exception):  # refused just now: in half a minute again
                self._submit(0)

    def coming(self, now: float) -> bool:
        """Return whether any job is in the queue, or running."""
        if now - self.looked > LOOK_AFTER_SECONDS:
            self.looked = now
            self.queued = self._in_the_queue()
        return self.queued

    def close(self) -> None:
        """Take the jobs back."""
        _close_jobs(self.cluster)

    def _in_the_queue(self) -> bool:
        numbers = [str(job.job_id) for job in self.cluster.workers.values() if job.job_id]
        listed = [",".join(numbers)] if self.kind == "slurm" else numbers
        try:
            found = subprocess.run(
                [*QUEUES[self.kind].show, *listed], capture_output=True, text=True, check=False
            )
        except OSError:
            return True  # it cannot be known: wait
        return bool(numbers and found.stdout.strip())


def start_processes(number: int) -> LocalFleet:
    """Start worker processes of one thread on this machine."""
    import dask
    from distributed import LocalCluster

    with dask.config.set(_FEW_TRIES):
        return LocalFleet(
            LocalCluster(
                n_workers=number,
                threads_per_worker=1,
                processes=True,
                dashboard_address=NO_DASHBOARD,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
                preload=[_IGNORE_INTERRUPTS],
            )
        )


def submit_jobs(kind: str, number: int) -> QueuedFleet:
    """Submit jobs to a queueing system, as the user's own dask configuration describes them.

    Raises
    ------
    RequestError
        Where there is no such system here.
    """
    if find_spec("dask_jobqueue") is None:
        raise RequestError([INSTALL])
    import dask
    import dask_jobqueue

    queue = QUEUES[kind]
    if shutil.which(queue.submit) is None:
        raise RequestError(
            [
                f"--cluster {kind}:{number}: there is no command {queue.submit} here: is this the "
                "machine from which jobs are submitted?"
            ]
        )
    settings = dask.config.get(f"jobqueue.{kind}", {})
    # All three are passed on: dask-jobqueue does not look for them everywhere it needs them.
    options = {name: settings.get(name) or value for name, value in JOB_DEFAULTS.items()}
    scheduler = {"dashboard_address": NO_DASHBOARD} | (settings.get("scheduler-options") or {})
    with dask.config.set(_FEW_TRIES):
        cluster = getattr(dask_jobqueue, queue.cluster)(
            scheduler_options=scheduler, silence_logs="critical", **options
        )
    try:
        return QueuedFleet(cluster, kind, number)
    except BaseException as error:
        _close_jobs(cluster)
        if isinstance(error, RuntimeError):  # dask-jobqueue's word for a command that failed
            raise RequestError([f"--cluster {kind}:{number}: {_refusal(error)}"]) from None
        raise


def _close_jobs(cluster: Any) -> None:
    # Jobs that were refused cannot be closed, and Dask would stop half way because of them.
    for job in [job for job in cluster._created if not job.job_id]:
        cluster._created.discard(job)
    with suppress(Exception):  # the experiment has ended: nothing depends on it any more
        cluster.close(timeout=CLOSE_SECONDS)


def _refusal(error: RuntimeError) -> str:
    """Return what a command wrote before it failed, in a line."""
    return " ".join(str(error).rpartition("stderr:")[2].split())

"""Dask workers as an executor: a cluster started here, or one that runs already, on one machine or many."""

from __future__ import annotations

import logging
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from experiments.runs.runner import check_workers
from sim.errors import UserError

LOCAL = "local"
PROTOCOLS = ("tcp", "tls")

#: Workers that may die under a block before it is given up. One bad machine kills many blocks, so it is not low.
ALLOWED_FAILURES = 10

#: Seconds to wait for a scheduler, and for the first worker.
PATIENCE = 10

#: Seconds without any worker after which a study gives up (its finished runs are kept).
LONGEST_ABSENCE = 60


class DaskExecutor(Executor):
    """The workers of a Dask cluster as an executor of `concurrent.futures`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._seen = time.monotonic()  # when there was a worker last

    @property
    def _max_workers(self) -> int:
        """Threads of all workers that are there now: workers may come and go."""
        workers = self._client.scheduler_info(n_workers=-1).get("workers", {})
        return sum(worker["nthreads"] for worker in workers.values())

    def check(self) -> None:
        """Whether anybody is left to do the work; asked while nothing comes.

        Raises:
            ConnectionError: the scheduler is gone, or no worker has been there for a while.
        """
        if self._client.status != "running":
            raise ConnectionError("the Dask scheduler is gone")
        if self._max_workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > LONGEST_ABSENCE:
            raise ConnectionError(f"the Dask scheduler has had no worker for {LONGEST_ABSENCE} s")

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call over. It travels as bytes, so that Dask does not search documents for tasks of its own.

        Raises:
            ConnectionError: the scheduler is gone.
        """
        self.check()
        future: Future[Any] = self._executor.submit(call, pickle.dumps((function, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of what was handed over; the cluster itself goes on."""
        self._executor.shutdown(wait=wait and not cancel_futures)


def call(content: bytes) -> Any:
    """On a worker: do what was handed over."""
    function, args, kwargs = pickle.loads(content)
    return function(*args, **kwargs)


@contextmanager
def cluster_executor(address: str, workers: int | None = None) -> Iterator[Executor]:
    """An executor on Dask workers.

    Args:
        address: ``local`` starts ``workers`` processes here and ends them with the block; ``tcp://HOST:PORT`` (or ``tls://``)
            is a scheduler that runs already.
        workers: processes of a local cluster, by default one for every processor; elsewhere the cluster has its own.

    Raises:
        UserError: a bad address, Dask is not installed, or nobody answers there.
    """
    check_address(address)
    try:
        import dask
        import distributed
    except ImportError as error:
        raise UserError.of(
            "--cluster needs Dask, which is not installed", found=str(error), hint="python -m pip install 'cadresim[cluster]'"
        ) from error
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with dask.config.set({"distributed.scheduler.allowed-failures": ALLOWED_FAILURES}):
        if address == LOCAL:
            with (
                distributed.LocalCluster(
                    n_workers=check_workers(workers), threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
                ) as cluster,
                distributed.Client(cluster) as client,
            ):
                yield DaskExecutor(client)
            return
        with _reached(distributed, address) as client:
            yield DaskExecutor(client)


def check_address(address: str) -> None:
    """Refuse what is no address of a cluster.

    Raises:
        UserError: naming what was found and what was expected.
    """
    if address == LOCAL:
        return
    try:
        parts = urlsplit(address)
        good = parts.scheme in PROTOCOLS and bool(parts.hostname) and parts.port is not None and not parts.path.strip("/")
    except ValueError:  # a port that is no number or out of bounds
        good = False
    if not good:
        raise UserError.of(
            "this is no address of a cluster",
            found=repr(address),
            expected="local, or tcp://HOST:PORT such as tcp://127.0.0.1:8786",
        )


def _reached(distributed: Any, address: str) -> Any:
    """A client of the scheduler at an address, with at least one worker."""
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError.of(
            "no Dask scheduler answers",
            found=f"{address}: {error}"[:300],
            hint="start one with `dask scheduler` and workers with `dask worker HOST:8786`, then name its address",
        ) from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        client.close()
        raise UserError.of(
            "the Dask scheduler has no worker", found=address, hint=f"start one: `dask worker {address.split('//')[-1]}`"
        ) from error
    return client

"""The kinds of experiments beside "compare": what ``kind = ...`` of a file stands for.

Which there are is in :mod:`experiments.registry`, which loads a kind when it is asked for. Each is
a package below this one, of small files: ``request`` (the file, validated), what is simulated,
``findings`` (from tables of values to the methods' results; no screen, no file), ``writing``
(tables, figures and page into ``results/NAME/``) and ``session`` with

    load_request(path, overrides) -> the request; RequestError with every mistake at once
    run(request, *, root, workers, cluster, display, say, replace, dry_run=False, as_json=False,
        quiet=False, go_on="frontline run") -> exit status

All of them simulate by one job, kept and resumable (:mod:`experiments.kinds.work`):

    branches(centre, policies: {key: dict}, neutral, warmup_days, days, seed, replication)
        -> {key: array (periods, measures)}

one replication of one centre, warmed up once under the neutral policy and branched into many
policies. :mod:`experiments.kinds.table` asks for them and hands tables back:

    asked = Asked(centres={"a": Centre()}, policies={"x": Policy()}, neutral=Policy(),
                  warmup_days=730, days=365, seed=2026, replications=range(1, 31))
    tables = simulated(asked, folder / "jobs", crew, tally, follow)     # {"a": Table}
    tables["a"].of("loyalty")             # (replications, points), paired by common chance
    tables["a"].of("loyalty", "year_1")   # measured over the first year only
    tables["a"].of("gain_rep")            # a party's gain over the neutral run, in its SDs

Columns are ``work.NAMES``: every measure of the model, then the three parties' gains.

Rows of NaN are jobs that failed; ``Interrupted`` is raised where the crew was stopped.

:mod:`experiments.kinds.folder` (``Place``: whose folder it is, what is refused, provenance) and
:mod:`experiments.kinds.running` (``run_steps``: dry run, lock, ``--replace``, interruption, the
record of a session) go round it. :mod:`experiments.given` reads a file with its overrides and
looks policies' names up.
"""

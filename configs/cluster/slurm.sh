#!/bin/bash
# One job that holds everything: a scheduler, a worker on each task, and the command itself.
#   sbatch configs/cluster/slurm.sh configs/three-policies.toml
#SBATCH --job-name=frontline
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
set -euo pipefail

PYTHON=${PYTHON:-.venv/bin/python}
FILE=$PWD/scheduler-$SLURM_JOB_ID.json # on a disk that all nodes see
trap 'kill $(jobs -p) 2>/dev/null || true; rm -f "$FILE"' EXIT

"$PYTHON" -m distributed.cli.dask_scheduler --scheduler-file "$FILE" --port 0 --no-dashboard &
while [ ! -s "$FILE" ]; do sleep 1; done

srun "$PYTHON" -m distributed.cli.dask_worker --scheduler-file "$FILE" \
    --nthreads "$SLURM_CPUS_PER_TASK" --memory-limit 0 --no-dashboard \
    --local-directory "${TMPDIR:-/tmp}" &

ADDRESS=$("$PYTHON" -c "import json, sys; print(json.load(open(sys.argv[1]))['address'])" "$FILE")
"$PYTHON" -m experiments.cli run "$1" --cluster "$ADDRESS" "${@:2}"

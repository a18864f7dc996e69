#!/bin/sh
# Start one of several workers: `python -m training train`, told by TF_CONFIG who the others are.
#
# Slurm says that beneath srun, Kubeflow Trainer in a pod of runtime.yaml. All work in FOLDER, which
# all see. A run that is there already is gone on with: who starts all of them again resumes it.
#
#   worker.sh --data /storage/faces
set -eu

if [ -n "${SLURM_JOB_ID:-}" ]; then
    hosts=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
    index=$SLURM_NODEID
else
    hosts=$(seq -f "$JOB_NAME-%g.$JOBSET_NAME" 0 $((JAX_NUM_PROCESSES - 1)))
    index=$JOB_COMPLETION_INDEX
fi
workers=$(printf "\"%s:$PORT\", " $hosts)
export TF_CONFIG="{\"cluster\": {\"worker\": [${workers%, }]},
 \"task\": {\"type\": \"worker\", \"index\": $index}}"

mkdir -p "$FOLDER"
cd "$FOLDER"
for config in runs/*/config.json; do
    if [ -e "$config" ]; then
        set -- "$@" --resume "${config%/config.json}"
    fi
done
exec "${PYTHON:-python}" -m training train "$@"

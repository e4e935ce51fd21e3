#!/bin/sh
# Trains each method on real rows with three seeds and prints its held-out losses and their mean: what docs/status.md reports.
#   bench/e2e.sh PEFT SHARED WORK [METHOD...]
# PEFT is bin/peft; SHARED/models/stories260K the base, SHARED/data/e2e the rows; WORK takes configurations and adapters.
# 400 steps of 16 rows, AdamW without weight decay at a constant rate, gradients clipped to norm 1.
set -eu
peft=$1
shared=$2
work=$3
shift 3
mkdir -p "$work"

recipe() {
  case $1 in
    lora-qv) echo '{name: lora, rank: 8, alpha: 16, target-modules: [q_proj, v_proj]}' 5e-3 ;;
    lora) echo '{name: lora, rank: 8, alpha: 16, target-modules: all-linear}' 5e-3 ;;
    qlora) echo '{name: qlora, lora: {rank: 8, alpha: 16, target-modules: all-linear}}' 5e-3 ;;
    full) echo '{name: full}' 1e-3 ;;
    prompt) echo '{name: prompt, virtual-tokens: 10}' 1e-2 ;;
    prefix) echo '{name: prefix, virtual-tokens: 10}' 1e-2 ;;
    llama-adapter) echo '{name: llama-adapter, adapter-length: 10, adapter-layers: 2}' 1e-2 ;;
    *) echo "error: no recipe for $1" >&2 && return 2 ;;
  esac
}

for method in ${*:-lora-qv lora qlora full prefix prompt llama-adapter}; do
  chosen=$(recipe "$method")
  rate=${chosen##* }
  losses=
  for seed in 0 1 2; do
    cat > "$work/$method-$seed.yaml" <<Y
base: $shared/models/stories260K
method: ${chosen% *}
data: {train: $shared/data/e2e/train.jsonl}
optimizer: {name: adamw, learning-rate: $rate, weight-decay: 0.0}
training: {steps: 400, batch-size: 16, clip: 1.0, seed: $seed}
output: $work/$method-$seed
overwrite: true
Y
    "$peft" train "$work/$method-$seed.yaml" --quiet > /dev/null
    # Full fine-tuning leaves a checkpoint, all others an adapter.
    case $method in
      full) model="--base $work/$method-$seed/model" ;;
      *) model="--base $shared/models/stories260K --adapter $work/$method-$seed" ;;
    esac
    # shellcheck disable=SC2086 # the options are words
    loss=$("$peft" eval $model --data "$shared/data/e2e/valid.jsonl" --json | sed 's/.*"loss":\([0-9.]*\).*/\1/')
    losses="$losses $loss"
  done
  echo "$method$losses" | awk '{ printf "%-14s %.4f %.4f %.4f  mean %.4f\n", $1, $2, $3, $4, ($2 + $3 + $4) / 3 }'
done

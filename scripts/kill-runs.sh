#!/usr/bin/env bash
# Kills training runs at random moments (SIGKILL), goes on with them, and compares the results with that of a run that was left alone:
#   scripts/kill-runs.sh [RUNS] [SEED]
# Each run is killed once or twice; one kill in ten comes at any moment since the program's start, the others while it trains, writing a
# checkpoint after each step. Ends with 0 if every run ended in the same bits. PEFT names another program than this checkout's.
set -euo pipefail

runs=${1:-100}
RANDOM=${2:-1}
root=$(cd "$(dirname "$0")/.." && pwd -P)
peft=${PEFT:-$root/peft}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"

tokenizer=$root/peft-embedded/src/main/resources/org/peft4j/embedded/model
cat >config.json <<'JSON'
{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
 "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 4096, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
 "rope_theta": 10000.0, "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}
JSON
for i in $(seq 40); do
  echo "{\"prompt\": \"number $i =>\", \"completion\": \" the cat sat on mat $((i * 7 % 40))\"}"
done >rows.jsonl
cat >run.yaml <<'YAML'
base: model
method: {name: lora, rank: 16, target-modules: all-linear, dropout: 0.1}
data: {train: rows.jsonl, eval: rows.jsonl}
optimizer: {name: adamw, learning-rate: 1e-2}
schedule: {name: cosine}
training: {steps: 80, batch-size: 6, seed: 3, eval-every: 10, patience: 100}
checkpoints: {every: 1, keep: 2}
output: whole
YAML
"$peft" new-model --config config.json --tokenizer "$tokenizer" --out model --std 0.1 >/dev/null

now() { date +%s%N; }
lines() { if [ -f "$1/metrics.jsonl" ]; then wc -l <"$1/metrics.jsonl"; else echo 0; fi; }
# Times differ from run to run; all else in the log has to be the same.
log() { sed -E 's/,"(tokens_per_second|eval_seconds)":[^,}]*//' "$1/metrics.jsonl"; }
# Waits for the first line of a run's log; false if the run ended before.
trains() {
  until [ "$(lines "$1")" -gt "$3" ]; do
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.02
  done
}
rest() { sleep "$(awk -v n="$1" -v r="$RANDOM" 'BEGIN { printf "%.3f", n * r / 32768 / 1e9 }')"; }

begun=$(now)
"$peft" train run.yaml --quiet >/dev/null &
pid=$!
trains whole $pid 0
first=$(now)
wait $pid
whole=$(($(now) - begun))
training=$(($(now) - first))
echo "left alone: $((whole / 1000000)) ms, $((training / 1000000)) ms of them from the first line of its log; $(lines whole) lines"

same=0 kills=0 writing=0 late=0
for run in $(seq "$runs"); do
  out=run-$run
  for kill in $(seq $((1 + RANDOM % 2))); do
    had=$(lines "$out")
    "$peft" train run.yaml --out "$out" --resume --quiet >/dev/null 2>"$out.err" &
    pid=$!
    if [ $((RANDOM % 10)) -eq 0 ]; then
      rest "$whole"
    else
      trains "$out" $pid $((had > 3 ? had - 3 : 0)) && rest "$training"
    fi
    if kill -9 $pid 2>/dev/null; then kills=$((kills + 1)); fi
    wait $pid 2>/dev/null || true
    if [ -f "$out/provenance.json" ] && ! ls "$out"/checkpoints/step-* >/dev/null 2>&1; then late=$((late + 1)) && break; fi
    if ls -A "$out/checkpoints" 2>/dev/null | grep -q '\.tmp$'; then writing=$((writing + 1)); fi
  done
  if [ ! -f "$out/provenance.json" ] || ls "$out"/checkpoints/step-* >/dev/null 2>&1; then
    "$peft" train run.yaml --out "$out" --resume --quiet >/dev/null 2>"$out.err" || cat "$out.err"
  fi
  if cmp -s "$out/adapter_model.safetensors" whole/adapter_model.safetensors \
    && cmp -s "$out/checkpoints/best/adapter_model.safetensors" whole/checkpoints/best/adapter_model.safetensors \
    && cmp -s <(log "$out") <(log whole); then
    same=$((same + 1))
    rm -rf "$out" "$out.err"
  else
    echo "run $run differs: $place/$out"
    trap - EXIT
  fi
  if [ $((run % 10)) -eq 0 ]; then
    echo "$run runs, $kills kills, $writing of them while a checkpoint was written, $late runs that were done first: $same the same bits"
  fi
done
echo "$same of $runs runs ended in the bits and the log of the one left alone"
[ "$same" -eq "$runs" ]

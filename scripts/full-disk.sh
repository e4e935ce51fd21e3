#!/usr/bin/env bash
# Trains into a file system that becomes full, shows what the program says and what is left, makes room and goes on:
#   mkdir small && sudo mount -t tmpfs -o size=3m tmpfs small && scripts/full-disk.sh small
# Ends with 0 if the result is that of a run that had room. PEFT names another program than this checkout's.
set -euo pipefail

small=$(cd "$1" && pwd -P)
root=$(cd "$(dirname "$0")/.." && pwd -P)
peft=${PEFT:-$root/peft}
place=$(mktemp -d)
trap 'rm -rf "$place" "$small"/run "$small"/filler' EXIT
cd "$place"

cat >config.json <<'JSON'
{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
 "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 4096, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
 "rope_theta": 10000.0, "tie_word_embeddings": true, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2}
JSON
for i in $(seq 40); do echo "{\"prompt\": \"number $i =>\", \"completion\": \" the cat sat\"}"; done >rows.jsonl
cat >run.yaml <<'YAML'
base: model
method: {name: lora, rank: 32, target-modules: all-linear}
data: {train: rows.jsonl}
training: {steps: 60, batch-size: 6, seed: 3}
checkpoints: {every: 10, keep: 50}
output: whole
YAML
"$peft" new-model --config config.json --tokenizer "$root/peft-embedded/src/main/resources/org/peft4j/embedded/model" \
  --out model --std 0.1 >/dev/null
"$peft" train run.yaml --quiet >/dev/null

echo "== training into $(df -h --output=size "$small" | tail -n 1 | tr -d ' ')"
code=0
"$peft" train run.yaml --out "$small/run" --quiet || code=$?
echo "exit code $code"
df -h "$small"
ls -lA "$small/run" "$small/run/checkpoints"
echo "== again without room: the last whole checkpoint stays"
code=0
"$peft" train run.yaml --out "$small/run" --resume --quiet || code=$?
echo "exit code $code"
ls -A "$small/run/checkpoints"
echo "== with room (older checkpoints removed by hand)"
newest=$(ls "$small/run/checkpoints" | tail -n 1)
find "$small/run/checkpoints" -name 'step-*' ! -name "$newest" -delete
"$peft" train run.yaml --out "$small/run" --resume --quiet -s checkpoints.keep=1
cmp "$small/run/adapter_model.safetensors" whole/adapter_model.safetensors && echo "the same bits as with room from the start"

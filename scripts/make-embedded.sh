#!/bin/sh
# Makes the embedded default again, from nothing: corpus and tokenizer, random weights, pretraining, task rows, sums.
#   scripts/make-embedded.sh [WORK-DIRECTORY]      about 15 minutes on 2 cores, 100 MB of disk
# Corpus, tokenizer, task rows and random weights are the same byte for byte each time. The trained weights are the same
# on the same processor with the same number of threads; elsewhere sums are added in another order, so that model.safetensors
# and its sum in files.sha256 differ, though the model is as good. The log of the run that made the shipped weights is
# peft-embedded/recipe/pretrain-log.jsonl (every 10th step).
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
work=${1:-$root/peft-embedded/target/embedded}
resources=$root/peft-embedded/src/main/resources/org/peft4j/embedded
recipe=$root/peft-embedded/recipe
peft=$root/peft

"$peft" --version # builds what is not built
modules=$root/peft-dist/target/peft4j/lib
mkdir -p "$work"
java -p "$modules" -m org.peft4j.embedded/org.peft4j.embedded.MakeEmbedded "$work"

# Full fine-tuning of random weights; the recipe's paths are relative to where it is run.
cd "$work"
"$peft" new-model --config model --tokenizer model --std 0.05 --seed 1 --out start --overwrite
"$peft" train "$recipe/pretrain.yaml"

mkdir -p "$resources/model"
for file in config.json generation_config.json special_tokens_map.json tokenizer.json tokenizer_config.json; do
  cp "model/$file" "$resources/model/$file"
done
cp pretrained/model/model.safetensors "$resources/model/model.safetensors"
cp task-train.jsonl task-heldout.jsonl "$resources/"
awk 'NR == 1 || !/"step":/ || /"step":[0-9]*0[,}]/' pretrained/metrics.jsonl >"$recipe/pretrain-log.jsonl"
java -p "$modules" -m org.peft4j.embedded/org.peft4j.embedded.MakeEmbedded manifest "$resources"
ls -l "$resources" "$resources/model"

#!/bin/sh
# Makes the embedded default again, from nothing: corpus and tokenizer, pretraining, task rows, sums.
#   scripts/make-embedded.sh [WORK-DIRECTORY]      about 25 minutes on 2 cores, 200 MB of disk
# Everything but the weights is the same byte for byte each time; the log of the run that made the shipped weights is
# peft-embedded/recipe/pretrain.log.
set -eu
cd "$(dirname "$0")/.."
work=${1:-peft-embedded/target/embedded}
resources=peft-embedded/src/main/resources/org/peft4j/embedded
recipe=peft-embedded/recipe
classes=peft-embedded/target/classes:peft-api/target/classes

mvn -q -B -pl peft-embedded -am -DskipTests compile
mkdir -p "$work"
java -p "$classes" -m org.peft4j.embedded/org.peft4j.embedded.MakeEmbedded "$work"
cp "$recipe/pretrain.yaml" "$recipe/lora.yaml" "$work/"

# Full fine-tuning of all weights from random ones; the recipe's paths are relative to the directory.
(cd "$work" && "$OLDPWD/bin/peft" train pretrain.yaml) 2>&1 | tee "$work/pretrain.log"
cp "$work/pretrain.log" "$recipe/pretrain.log"

mkdir -p "$resources/model"
for file in config.json generation_config.json special_tokens_map.json tokenizer.json tokenizer_config.json; do
  cp "$work/model/$file" "$resources/model/$file"
done
cp "$work/base/model.safetensors" "$resources/model/model.safetensors"
cp "$work/task-train.jsonl" "$work/task-heldout.jsonl" "$resources/"
java -p "$classes" -m org.peft4j.embedded/org.peft4j.embedded.MakeEmbedded manifest "$resources"
ls -l "$resources" "$resources/model"

#!/bin/sh
# Fuzzes every parser for longer than the build does: scripts/fuzz.sh SECONDS [TARGET...], after mvn test-compile.
# What is new in a target's coverage stays in peft-fuzz/target/fuzz/TARGET, so that runs build on one another; a find is a
# crash-... file there: mend the parser, then move the file to peft-fuzz/src/test/corpus/TARGET.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
seconds=$1
shift
cd "$root/peft-fuzz"
mkdir -p target/fuzz
[ -f target/fuzz/classpath ] || mvn -q -B -o -f "$root/pom.xml" dependency:build-classpath -pl peft-fuzz -am \
  -Dmdep.outputFile="$root/peft-fuzz/target/fuzz/classpath" -Dmdep.includeScope=test >/dev/null
[ $# -gt 0 ] || set -- $(cd src/test/corpus && ls)
for target in "$@"; do
  name=$(echo "$target" | tr 'a-z-' 'A-Z_')
  mkdir -p "target/fuzz/$target"
  java -Xmx512m -Dpeft.target="$name" -cp "target/test-classes:$(cat target/fuzz/classpath)" com.code_intelligence.jazzer.Jazzer \
    --target_class='org.peft4j.fuzz.Target$Entry' --instrumentation_includes='org.peft4j.**' \
    --disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=0 -max_len=4096 -artifact_prefix="target/fuzz/$target." \
    "target/fuzz/$target" "src/test/corpus/$target" >"target/fuzz/$target.log" 2>&1 || echo "$target: a find"
  echo "$target: $(grep -ao 'Done [0-9]* runs.*' "target/fuzz/$target.log" || true)"
done

#!/bin/sh
# Trains for 2,000 steps, then loads and drops 50 adapters, and prints the resident memory on the way (Linux). Fails where it grows.
# The heap is there from the start, so that what grows is a leak.
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp verify -pl peft-e2e -am -Dpeft.soak=true -Dtest=SoakTests -Dsurefire.failIfNoSpecifiedTests=false \
  -Dpeft.test.flags="-Xms256m -Xmx256m -XX:+AlwaysPreTouch -XX:+UseSerialGC" -Dspotless.check.skip=true -Dcheckstyle.skip=true "$@"

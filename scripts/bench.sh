#!/usr/bin/env bash
# Installs what is missing, builds, and runs the benchmarks: npm run bench -- --help. With --realtime as the first
# argument, runs the real-time benchmarks of the instrument: npm run bench:realtime -- --help.
# Supports Debian 12 on x86-64 with Node >= 20.
set -euo pipefail
cd "$(dirname "$0")/.."

runner=bench/run.js peers=yes
if [[ ${1:-} == --realtime ]]; then
  runner=bench/realtime/run.js peers=no
  shift
fi
for argument in "$@"; do
  case $argument in
    --help) exec node "$runner" --help ;;
    --quick | --no-peers) peers=no ;;
  esac
done

if [[ $peers == yes ]]; then
  source scripts/bootstrap.sh bench
else
  source scripts/bootstrap.sh test
fi

mkdir -p build
for preset in native wasm; do
  echo "Building: $preset" >&2
  cmake --preset "$preset" >"build/configure-$preset.log"
  cmake --build --preset "$preset" >"build/build-$preset.log" || { tail -n 40 "build/build-$preset.log" >&2; exit 1; }
done

npm run --silent build:js

exec node "$runner" "$@"

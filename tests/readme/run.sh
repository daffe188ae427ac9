#!/usr/bin/env bash
# Runs the README's JavaScript quick start (shortened) and its command lines, each as it stands there. Its C++ is run by
# tests/consumer.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/build/readme
rm -rf "$work"
mkdir -p "$work"
trap 'rm -f dream.wav dream.png piano.safetensors' EXIT

# Inside the repository, where Node resolves the package's own name.
node tests/readme/extract.js js | sed 's/epochs: 200/epochs: 2/' >"$work/quickstart.mjs"
node "$work/quickstart.mjs"

node tests/readme/extract.js console | sed -n 's/^\$ //p' | sed 's/--epochs 200/--epochs 2/' >"$work/quickstart.sh"
PATH=$PWD/build/native:$PATH bash -euxo pipefail "$work/quickstart.sh"

#!/usr/bin/env bash
# Demo: installs what is missing, builds, learns the bundled piano, generates new sound natively and with the
# WebAssembly that a browser runs, writes everything to out/, then serves the pages. Needs no input.
# Supports Debian 12 on x86-64 with Node >= 20.   scripts/demo.sh [--no-serve]
set -euo pipefail
cd "$(dirname "$0")/.."

serve=yes
case "${1:-}" in
  '') ;;
  --no-serve) serve=no ;;
  *) echo "usage: scripts/demo.sh [--no-serve]" >&2; exit 2 ;;
esac

say() { printf '\n== %s\n' "$1"; }

say 'Installing what is missing'
source scripts/bootstrap.sh build

say 'Building natively and as WebAssembly'
mkdir -p build out
cmake --preset native >build/configure-native.log
cmake --build --preset native --target lodestone_program
cmake --preset wasm >build/configure-wasm.log
cmake --build --preset wasm
npm run --silent build:js

lodestone=build/native/lodestone

say 'Learning examples/sounds/piano.wav: 300 epochs'
"$lodestone" train examples/sounds/piano.wav -o out/piano.safetensors --epochs 300

say 'Dreaming 5 s natively'
"$lodestone" generate out/piano.safetensors -o out/dream-native.wav --seconds 5 --seed 7

say 'Dreaming the same 5 s in WebAssembly, in Node'
node js/cli/main.js generate out/piano.safetensors -o out/dream-wasm.wav --seconds 5 --seed 7

say 'Drawing'
"$lodestone" plot examples/sounds/piano.wav -o out/piano.png --frequency log
"$lodestone" plot out/dream-native.wav -o out/dream-native.png --frequency log
"$lodestone" plot out/dream-wasm.wav -o out/dream-wasm.png --frequency log
"$lodestone" plot out/piano.safetensors -o out/loss.png

say 'In out/'
ls -l out

if [[ $serve == yes ]]; then
  say 'Serving the pages'
  exec node scripts/serve.js
fi

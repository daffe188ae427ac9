#!/usr/bin/env bash
# Writes docs/api from the JSDoc; with --check compares what it would write with what is there.
set -euo pipefail
cd "$(dirname "$0")"
[[ -d node_modules/typedoc ]] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
made=../../build/api
rm -rf "$made"
node_modules/.bin/typedoc --out "$made"
rm "$made/README.md"  # a list of the two pages
if [[ ${1:-} == --check ]]; then
  diff -r ../../docs/api "$made" || { echo "docs/api is of before: npm run reference"; exit 1; }
else
  rm -rf ../../docs/api
  cp -r "$made" ../../docs/api
fi

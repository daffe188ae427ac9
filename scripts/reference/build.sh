#!/usr/bin/env bash
# Generates the API reference from the JSDoc in build/api. Fails on warnings, such as broken links.
set -euo pipefail
cd "$(dirname "$0")"
[[ -d node_modules/typedoc ]] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
out=../../build/api
rm -rf "$out"
node_modules/.bin/typedoc --out "$out" --treatWarningsAsErrors
rm "$out/README.md"  # a list of the two pages

#!/bin/sh
# run.sh PROGRAM SEEDS FOUND: fuzzes for LODESTONE_FUZZ_SECONDS (10), keeps new inputs and crashes under FOUND.
# A file of at most 64 KiB must not make a reader allocate a block above LODESTONE_FUZZ_BLOCK (4) MiB.
set -eu
mkdir -p "$3/corpus"
exec "$1" -max_total_time="${LODESTONE_FUZZ_SECONDS:-10}" -max_len=65536 -timeout=5 -rss_limit_mb=2048 -malloc_limit_mb="${LODESTONE_FUZZ_BLOCK:-4}" \
  -print_final_stats=1 -verbosity=0 -artifact_prefix="$3/" "$3/corpus" "$2"

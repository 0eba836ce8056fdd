#!/bin/sh
# Feeds the readers of bytes from outside with what libFuzzer makes up, under AddressSanitizer: no input may end a process.
#
#   sh Tests/fuzz.sh [SECONDS] [READER…]     each reader for so long, 15 by default; readers are the folders of Tests/Fuzz/corpus
#
# Hours find more: sh Tests/fuzz.sh 7200 png. What was found before is in the corpus, so it is tried first. What is new stays in
# .build/fuzz/found/READER for the next run. An input that ends the process is written there, too, and its path is printed.

set -eu
cd "$(dirname "$0")/.."
seconds=15
case ${1:-} in '' | *[!0-9]*) ;; *) seconds=$1; shift ;; esac
# shellcheck disable=SC2046 # a list
[ $# -gt 0 ] || set -- $(ls Tests/Fuzz/corpus)

export MASK_FUZZ_BUILD=1
swift build --scratch-path .build/fuzz --sanitize fuzzer --sanitize address --product Fuzz
program=$(swift build --scratch-path .build/fuzz --show-bin-path)/Fuzz
for reader in "$@"; do
  [ -d "Tests/Fuzz/corpus/$reader" ] || { echo "fuzz: there is no reader $reader" >&2; exit 1; }
  found=.build/fuzz/found/$reader
  mkdir -p "$found"
  # A picture of 512 pixels a side takes a few MiB; leaks are no matter here, as Swift's runtime keeps what it has read of types.
  if MASK_FUZZ=$reader ASAN_OPTIONS=detect_leaks=0 "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -artifact_prefix="$found/ends-" "$found" "Tests/Fuzz/corpus/$reader" >"$found.log" 2>&1; then
    echo "ok: $reader, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$found.log") inputs"
  else
    tail -n 40 "$found.log" >&2
    echo "fuzz: an input ends the reader $reader; see $found.log" >&2
    exit 1
  fi
done

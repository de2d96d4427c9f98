#!/usr/bin/env bash
# Every shipped strategy and example on the embedded exchange, with the runner that users get.
set -euo pipefail
cd "$(dirname "$0")/.."
runner=$PWD/.build/release/runner
MOONRUNNER_HOME=$(mktemp -d)
export MOONRUNNER_HOME
trap 'rm -rf "$MOONRUNNER_HOME"' EXIT
passed=0
for script in strategies/*.lua examples/*.lua; do
    "$runner" check "$script" >/dev/null
    "$runner" "$script" --seed 1 --duration 10m --speed 1000000 --json >/dev/null 2>&1 \
        || { echo "failed: $script" >&2; exit 1; }
    passed=$((passed + 1))
done
echo "commands: $passed scripts checked and run on the embedded exchange"

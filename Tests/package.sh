#!/usr/bin/env bash
# The tarball as somebody gets it: its checksum, its parts, and the README's first page in its folder, in an environment
# that has nothing of ours.
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$PWD/.build/dist
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$dist" && sha256sum --check --quiet ./*.sha256)
tar -xzf "$dist"/moonrunner-*.tar.gz -C "$folder"
cd "$folder"/moonrunner-*
run() { env -i PATH=/usr/bin:/bin HOME="$folder" MOONRUNNER_HOME="$folder/home" "$@"; }
# With a seed: in some five seconds nobody meets a quote.
run ./runner strategies/market_maker.lua --seed 1 --speed 20 --duration 100s --json >"$folder/run.json"
run ./runner new demo >/dev/null
run ./runner test demo_test.lua >/dev/null
run ./runner demo.lua --speed 300 --duration 20m --json >"$folder/demo.json"
python3 - "$folder" <<'END'
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
for name in ("run.json", "demo.json"):
    assert json.loads((folder / name).read_text())["fills"] > 0, f"{name}: it did not trade"
parts = json.loads(next(folder.glob("moonrunner-*/sbom.spdx.json")).read_text())
names = {part["name"] for part in parts["packages"]}
assert {"moonrunner", "swift-nio", "libssl-dev", "liblua5.4-dev", "swift-runtime"} <= names, names
root = next(folder.glob("moonrunner-*"))
licences = {file.name for file in (root / "licences").iterdir()}
for needed in ("swift-nio-LICENSE.txt", "libssl.txt", "liblua5.4.txt", "libsqlite3.txt", "libyaml.txt", "zlib1g.txt", "swift.txt"):
    assert needed in licences, f"the licence {needed} is missing"
for needed in ("LICENSE", "README.md", "examples/runner.yaml", "docs/live.md", "deploy/moonrunner@.service"):
    assert (root / needed).exists(), f"{needed} is missing"
END
echo "package: the tarball runs and trades in an empty environment"

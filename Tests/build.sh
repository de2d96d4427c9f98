#!/usr/bin/env bash
# scripts/build asks for a build whenever anything that the runner is made of has changed, and only then. In a
# folder of its own, with a toolchain and a build that only say that they were called.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{scripts,Sources/a,.build/{release,archives,checkouts/b},toolchain/{bin,lib/swift_static/linux}}
cp scripts/build "$folder/scripts/"
cd "$folder"
touch Package.{swift,resolved} Sources/a/{one,two}.swift .build/checkouts/b/b.swift .build/archives/libstdc++.a \
    scripts/start_order.txt toolchain/lib/swift_static/linux/libswiftCore.a toolchain/bin/swift-frontend
cat >toolchain/bin/swift <<'END'
#!/usr/bin/env bash
echo "$*" >>asked
[ ! -e broken ] || exit 1
[ ! -e slow ] || { rm slow && echo "// saved meanwhile" >>Sources/a/one.swift; }
[ -e .build/release/runner ] || echo runner >.build/release/runner
END
chmod +x toolchain/bin/swift
export PATH=$folder/toolchain/bin:$PATH

# asks yes|no WHAT: what was done since the last build, and whether it is built for that
asks() {
    rm -f asked
    scripts/build swift build --product runner || true
    local did=no
    [ ! -e asked ] || did=yes
    [ "$did" = "$1" ] || { echo "build: $2: built: $did, expected: $1" >&2; exit 1; }
    count=$((count + 1))
}
count=0
asks yes "the first time"
asks no "nothing new"
echo "// more" >>Sources/a/one.swift && asks yes "a changed source"
asks no "nothing new after a changed source"
touch -d 2001-01-01 Sources/a/one.swift && asks yes "an older file of the same size"
mv Sources/a/two.swift Sources/a/three.swift && asks yes "another name"
touch Sources/a/four.swift && asks yes "a new file"
rm Sources/a/four.swift && asks yes "a file that is gone"
cp -p Package.swift Package.new && mv Package.new Package.swift && asks yes "another file in the place of Package.swift"
echo "{}" >Package.resolved && asks yes "other packages"
echo >>.build/checkouts/b/b.swift && asks yes "a changed package"
echo >>scripts/start_order.txt && asks yes "another order"
echo >>toolchain/bin/swift-frontend && asks yes "another compiler"
echo >>toolchain/lib/swift_static/linux/libswiftCore.a && asks yes "another library"
ln -sf /nowhere .build/archives/libstdc++.a && asks yes "another C++ library"
echo >>.build/release/runner && asks yes "a runner that something else has linked"
rm .build/release/runner && asks yes "no runner"
touch broken Sources/a/five.swift && asks yes "a new file, which does not compile"
asks yes "a build that has failed"
rm broken && asks yes "what failed before"
asks no "nothing new after a failure"
touch slow && echo >>Sources/a/three.swift && asks yes "a change during the build"
asks yes "what was saved during the build"
asks no "nothing new after that"
MOONRUNNER_CHECK_EXCLUSIVITY=1 asks yes "another kind of build"
asks yes "the kind before"
rm toolchain/bin/swift-frontend && asks yes "a launcher in the place of a toolchain"
asks yes "a launcher, of which nothing is known"
echo "build: $count changes, each built when it must be and not else"

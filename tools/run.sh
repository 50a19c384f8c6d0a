#!/bin/bash
# Runs a TypeScript program of bench/, tests/ or tools/ on Node versions that cannot: compiles all that changed
# since the last time, then starts it.
#   tools/run.sh bench/latency.ts [ARG…]
set -euo pipefail
cd "$(dirname "$0")/.."
out=.cache/run
stamp=$out/compiled
program=$1
shift

# Folders tell of files that are gone.
is_current() {
  [ -e "$stamp" ] && [ -z "$(find src tests bench tools tsconfig.json package.json \
    \( -name '*.ts' -o -name '*.json' -o -type d \) -newer "$stamp" -print -quit)" ]
}

if ! is_current; then
  mkdir -p "$out"
  begun=$(mktemp "$out/begun.XXXXXX")
  npx --no-install tsc -p tsconfig.json --noEmit false --declaration false --sourceMap --outDir "$out" --rootDir . >/dev/null || {
    rm -f "$begun"
    echo "tools/run.sh: it does not compile; see npm run check" >&2
    exit 1
  }
  ln -sfn ../../package.json "$out/package.json"
  ln -sfn ../../packs "$out/packs"
  mv "$begun" "$stamp"
fi
exec node --enable-source-maps "$out/${program%.ts}.js" "$@"

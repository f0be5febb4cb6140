#!/usr/bin/env bash
# Fails when gen/ is not what the protos generate, or when the third-party protos are not what their packages ship.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/node_modules/.bin:$PATH"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

node scripts/third-party-protos.ts --check
buf generate --output "$fresh"
if ! diff -r gen "$fresh/gen"; then
  echo "gen/ is stale: npm run generate" >&2
  exit 1
fi

#!/usr/bin/env bash
# Fails when proto/ breaks clients of main's protos. Another base: scripts/check-breaking.sh <commit>.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/node_modules/.bin:$PATH"

base=${1:-}
# A detached clone has no main of its own, and a shallow one may have nothing but HEAD.
for ref in main origin/main HEAD; do
  if [ -z "$base" ] && git rev-parse --verify --quiet "$ref^{commit}" >/dev/null; then base=$ref; fi
done
if [ -z "$base" ]; then
  echo "No commit yet: nothing to break."
  exit 0
fi
commit=$(git rev-parse --short --verify "$base^{commit}")
protos=$(git ls-tree -r --name-only "$commit" -- proto)
if [ -z "$protos" ]; then
  echo "No protos at $base ($commit) yet: nothing to break."
  exit 0
fi

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT

# Both sides are modules of the same shape, beside the same third-party protos.
node scripts/third-party-protos.ts
git archive "$commit" proto | tar -x -C "$before"
cp -R buf.yaml third_party "$before"
buf breaking --against "$before"
echo "No breaking change since $base ($commit)."

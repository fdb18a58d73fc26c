#!/bin/sh
# Makes ready what Vaadin's build needs for the scripts of the pages:
#   prepare.sh TARGET
# puts Node.js and npm, of the versions in tools/package-lock.json, into TARGET/node (once, from the npm registry); takes the scripts
# of the last build out of TARGET/classes, since what is no longer made would stay there and ship; and drops the bundle that Vaadin
# keeps of the last scripts, if they were made of other components or packages, or in another way: Vaadin itself looks only whether
# something is missing.
set -eu

module=$(cd "$(dirname "$0")/../../.." && pwd)
tools=$module/src/main/npm/tools
kept=$module/src/main/bundles
node=$1/node

rm -rf "$1/classes/META-INF/VAADIN"

made_of=$(
  cd "$module"
  { cat pom.xml package.json package-lock.json vite.config.ts src/main/npm/tools/package-lock.json && grep '<version\.vaadin' ../pom.xml; } | sha256sum
)
if [ "$(cat "$kept/made-of" 2>/dev/null)" != "$made_of" ]; then
  rm -f "$kept/prod.bundle"
  mkdir -p "$kept"
  echo "$made_of" >"$kept/made-of"
fi

cmp -s "$tools/package-lock.json" "$node/package-lock.json" && exit 0
if ! command -v npm >/dev/null; then
  echo "error: npm is missing: it fetches what the scripts of the pages are built of. Install it (Debian: apt-get install npm)." >&2
  exit 1
fi
rm -rf "$node" "$node.part"
mkdir -p "$node.part"
cp "$tools/package.json" "$tools/package-lock.json" "$node.part/"
(
  cd "$node.part"
  npm ci --prefer-offline --ignore-scripts --no-audit --no-fund
  # Vaadin looks for the program here, and for npm below node_modules.
  ln -s node_modules/node-linux-*/bin/node node
)
mv "$node.part" "$node"

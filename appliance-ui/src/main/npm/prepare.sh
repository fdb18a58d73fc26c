#!/bin/sh
# Makes ready what Vaadin's build needs for the scripts of the pages:
#   prepare.sh TARGET HOME VERSION
# puts Node.js of this version, and npm, into HOME/.vaadin, where Vaadin looks for them (once, from the npm registry, as
# tools/package-lock.json says; Vaadin would fetch them from elsewhere); takes the scripts of the last build out of TARGET/classes,
# since what is no longer made would stay there and ship; and drops the bundle that Vaadin keeps of the last scripts, if they were
# made of other components or packages, or in another way: Vaadin itself looks only whether something is missing.
set -eu

module=$(cd "$(dirname "$0")/../../.." && pwd)
tools=$module/src/main/npm/tools
kept=$module/src/main/bundles
node=$2/.vaadin/node-v$3

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

[ -x "$node/bin/node" ] && [ -f "$node/lib/node_modules/npm/bin/npm-cli.js" ] && exit 0
if ! command -v npm >/dev/null; then
  echo "error: npm is missing: it fetches what the scripts of the pages are built of. Install it (Debian: apt-get install npm)." >&2
  exit 1
fi
mkdir -p "$2/.vaadin"
part=$(mktemp -d "$2/.vaadin/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
cp "$tools/package.json" "$tools/package-lock.json" "$part/"
(cd "$part" && npm ci --prefer-offline --ignore-scripts --no-audit --no-fund)
mkdir -p "$part/node/bin" "$part/node/lib/node_modules"
mv "$part"/node_modules/node-linux-*/bin/node "$part/node/bin/"
mv "$part/node_modules/npm" "$part/node/lib/node_modules/"
if [ "$("$part/node/bin/node" --version)" != "v$3" ]; then
  echo "error: the root pom.xml names Node.js $3, and $tools another version." >&2
  exit 1
fi
rm -rf "$node"
mv "$part/node" "$node"

# A worker for tests: bash fake-worker.sh COMMAND TASK --events DIR. Its task file holds, in "do", what it does, in the words below.
# It numbers its events as the real one: from 1 without gaps over all attempts, a torn last line cut off before it writes.
folder=$(dirname "$2")
events=$4
cd "$folder" || exit 2
mkdir -p "$events"
echo attempt >> attempts
attempt=$(wc -l < attempts)
echo "$$" >> pids
perSegment=${SEGMENT:-50}
segment=$(ls "$events" | tail -1)
if [ -z "$segment" ]; then
  first=1
else
  first=$((10#${segment%.jsonl}))
  if [ -n "$(tail -c1 "$events/$segment")" ]; then
    keep=$(head -c -1 "$events/$segment" | sed '$d' | wc -c)
    truncate -s "$keep" "$events/$segment"
  fi
fi
open() { segment=$events/$(printf %020d "$first").jsonl; touch "$segment"; lines=$(wc -l < "$segment"); }
open
emit() {
  if [ "$lines" -ge "$perSegment" ]; then first=$((first + lines)); open; fi
  printf '%s\n' "$1" >> "$segment"
  lines=$((lines + 1))
}
number() { echo $((first + lines)); }
say() { local i; for ((i = 0; i < $1; i++)); do emit "{\"event\":\"step\",\"time\":1,\"step\":$((first + lines)),\"attempt\":$attempt}"; [ -z "$2" ] || sleep "$2"; done; }
torn() { printf '{"event":"step","ti' >> "$segment"; }
ready() { emit "{\"event\":\"ready\",\"time\":1,\"url\":\"http://127.0.0.1:$1\",\"models\":[]}"; }
finish() { emit '{"event":"done","time":1,"output":"out","sha256":"x","metrics":{}}'; exit 0; }
fail() { emit "{\"event\":\"failed\",\"time\":1,\"reason\":\"$2\"}"; exit "$1"; }
crash() { kill -9 $$; }
gentle() { trap 'emit "{\"event\":\"stopped\",\"time\":1,\"step\":1}"; exit 75' TERM; }
stubborn() { trap '' TERM; }
hold() { while true; do sleep 0.05; done; }
until_file() { while [ ! -e "$1" ]; do sleep 0.05; done; }
eval "$(sed -n 's/.*"do":"\([^"]*\)".*/\1/p' "$2")"

#!/usr/bin/env bash
# Checks and measures Hearth on this machine's Ascend card, and packs what came of it into one archive. `./hearth ascend-check` calls it.
#
#   ascend-check.sh [--device ascend:0] [--output FOLDER] [--shape qwen2.5-0.5b]
#
# Needs CANN with its kernels package, driver and firmware; docs/ascend.md says which. Every step is tried, whatever came of the one
# before. Exit status: 0 no step failed, 1 one did, 2 a wrong option, 3 there is no card that can be used.
set -uo pipefail
export LC_ALL=C

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../../../../.." && pwd)
device=ascend:0 output=ascend-check shape=qwen2.5-0.5b
while (($# > 0)); do
  case $1 in
    --device | --output | --shape)
      [[ -n ${2:-} ]] || { echo "$1 needs a value." >&2 && exit 2; }
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    *) echo "There is no option \"$1\" here. They are: ascend-check [--device ascend:0] [--output FOLDER] [--shape qwen2.5-0.5b]" >&2 && exit 2 ;;
  esac
done
[[ $device =~ ^ascend:[0-9]{1,3}$ ]] || { echo "\"$device\" is no Ascend card; it looks like ascend:0." >&2 && exit 2; }

doctor=$("$root/hearth" doctor 2>&1)
if ! grep -q "^$device " <<<"$doctor"; then
  printf '%s\n' "$doctor" >&2
  echo "There is no card $device that Hearth can use, so nothing else was run." >&2
  exit 3
fi
mkdir -p "$output" && output=$(cd -- "$output" && pwd) || exit 2
printf '%s\n' "$doctor" >"$output/doctor.txt"

failed=0
# step NAME SECONDS COMMAND...
step() {
  local name=$1 limit=$2 code started=$SECONDS
  shift 2
  echo "$name (at most $limit s) ..."
  timeout -k 10 "$limit" "$@" >"$output/$name.log" 2>&1 </dev/null
  code=$?
  if ((code == 0)); then
    echo "  passed after $((SECONDS - started)) s"
  else
    echo "  failed with $code: $(tail -n 1 "$output/$name.log" | cut -c 1-200)"
    failed=1
  fi
  printf '%s\t%s\t%s\n' "$name" $code $((SECONDS - started)) >>"$output/steps.tsv"
}

rm -f "$output/steps.tsv"
{ npu-smi info && npu-smi info -l; } >"$output/npu-smi.txt" 2>&1
step conformance 900 "$root/hearth" conformance "$device" --rounds 3 --lines "$output/conformance.tsv"
step goldens 1200 "$root/hearth" test -pl runtime/engine -am "-Dhearth.test.device=$device" \
  -Dtest='GoldenModelTest,GoldenAdapterTest,GoldenServingTest' -Dsurefire.failIfNoSpecifiedTests=false
step quickstart 1800 "$root/hearth" quickstart --exit
step bench 900 "$root/hearth" bench --device "$device" --shape "$shape" --json "$output/bench.json"
tar -C "$(dirname -- "$output")" -czf "$output.tar.gz" "$(basename -- "$output")" && echo "Send back: $output.tar.gz"
exit $failed

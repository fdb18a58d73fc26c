#!/usr/bin/env bash
# Checks Hearth on this machine's NVIDIA card, measures it, and writes one JSON file. Part of the pack that `./hearth gpu-pack`
# makes; needs nothing but bash, coreutils, NVIDIA's driver and the CUDA 13 libraries. See hardware.md beside this script.
#
#   gpu-check.sh [--quick] [--only STEP,...] [--shapes SHAPE,...] [--minutes N] [--device cuda:0] [--output FOLDER]
#
#   --quick     fewer shapes and figures: done in under 3 minutes instead of 8
#   --only      only these steps; those of earlier runs in the same folder stay in the report
#   --shapes    models to measure: qwen2.5-0.5b, llama-3-8b, tiny
#   --minutes   what is not begun by then is skipped
#   --output    folder for report and logs; hearth-gpu-check where none is given
#
# Steps: doctor, conformance, goldens, resume, job, bench-SHAPE, peer-SHAPE.
#
# HEARTH_CUDA_LIBRARIES   folders with NVIDIA's libraries that come before all others, divided by colons
# HEARTH_PYTHON           the Python whose PyTorch is measured, too; python3 where it is not set
# TMPDIR                  where 16 GB can be written: a checkpoint that is loaded then
#
# Exit status: 0 no step failed, 1 one did, 2 a wrong option, 3 no card that can be used; then nothing was written.
set -uo pipefail
export LC_ALL=C

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here
readonly no_card=3 skipped=77
readonly known_shapes='qwen2\.5-0\.5b|llama-3-8b|tiny'

main() {
  if [[ ${1:-} == --inside ]]; then
    "step_${2//-/_}" "${3:-}"
    exit
  fi
  read_options "$@"
  temporary=$(mktemp -d)
  trap 'rm -rf -- "$temporary"' EXIT
  export CHECK_TEMPORARY=$temporary HEARTH_HOME=$temporary/home
  find_libraries
  require_card
  begin_output
  trap 'stop' INT TERM
  while ((${#steps[@]} > 0)); do
    run "${steps[0]}"
    steps=("${steps[@]:1}")
  done
  report
}

say() {
  printf '%s\n' "$*" >&2
}

# ---- Options -------------------------------------------------------------------------------------------------------

read_options() {
  quick='' only='' shapes='' minutes='' output=hearth-gpu-check
  export CHECK_DEVICE=cuda:0
  while (($# > 0)); do
    case $1 in
      --quick) quick=--quick ;;
      --only | --shapes | --minutes | --device | --output)
        [[ -n ${2:-} ]] || wrong "$1 needs a value."
        case $1 in
          --only) only=$2 ;;
          --shapes) shapes=$2 ;;
          --minutes) minutes=$2 ;;
          --device) CHECK_DEVICE=$2 ;;
          --output) output=$2 ;;
        esac
        shift
        ;;
      -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
      *) wrong "There is no option \"$1\"." ;;
    esac
    shift
  done
  [[ -z $minutes || $minutes =~ ^[1-9][0-9]{0,3}$ ]] || wrong "--minutes needs a whole number from 1 to 9999."
  local word
  local -a words
  IFS=, read -r -a words <<<"$shapes"
  for word in "${words[@]}"; do
    [[ $word =~ ^($known_shapes)$ ]] || wrong "There is no shape \"$word\"."
  done
  IFS=, read -r -a words <<<"$only"
  for word in "${words[@]}"; do
    [[ $word =~ ^(doctor|conformance|goldens|resume|job|(bench|peer)-($known_shapes))$ ]] ||
      wrong "There is no step \"$word\"."
  done
  [[ $output$here != *[\"\\]* ]] || wrong "Folders with quotation marks or backslashes in their names cannot be used."
}

wrong() {
  say "$1 \"gpu-check.sh --help\" tells how it is used."
  exit 2
}

# What the card decides: on one that is emulated everything takes a thousand times as long.
choose_steps() {
  local shape
  if [[ -n ${CHECK_EMULATED:-} ]]; then
    shapes=${shapes:-tiny} minutes=${minutes:-120} limits=(1200 1200 1200 1200 1200 1200 1200)
  elif [[ -n $quick ]]; then
    shapes=${shapes:-qwen2.5-0.5b} minutes=${minutes:-3} limits=(20 60 45 45 45 60 60)
  else
    shapes=${shapes:-qwen2.5-0.5b,llama-3-8b} minutes=${minutes:-8} limits=(30 120 75 75 60 150 120)
  fi
  export CHECK_QUICK=$quick
  local -a all=(doctor conformance goldens resume job)
  [[ -z $quick ]] || all=(doctor conformance goldens resume)
  for shape in ${shapes//,/ }; do
    all+=("bench-$shape" "peer-$shape")
  done
  if [[ -z $only ]]; then
    steps=("${all[@]}")
    return
  fi
  IFS=, read -r -a steps <<<"$only"
}

limit_of() {
  case $1 in
    doctor) echo "${limits[0]}" ;;
    conformance) echo "${limits[1]}" ;;
    goldens) echo "${limits[2]}" ;;
    resume) echo "${limits[3]}" ;;
    job) echo "${limits[4]}" ;;
    bench-*) echo "${limits[5]}" ;;
    peer-*) echo "${limits[6]}" ;;
  esac
}

# ---- The machine ---------------------------------------------------------------------------------------------------

# NVIDIA's Python packages bring the libraries that PyTorch uses; they are put before the system's, but not before what was
# configured.
find_libraries() {
  export CHECK_PYTHON=${HEARTH_PYTHON:-$(command -v python3 || true)}
  local packages=''
  if [[ -n $CHECK_PYTHON ]]; then
    packages=$(timeout 30 "$CHECK_PYTHON" - 2>/dev/null <<'PYTHON'
import os
import nvidia
parts = ("cu13", "nccl", "cublas", "cuda_runtime", "cuda_nvrtc")
folders = [os.path.join(base, part, "lib") for base in nvidia.__path__ for part in parts]
print(":".join(folder for folder in folders if os.path.isdir(folder)))
PYTHON
    ) || packages=''
  fi
  local all=${HEARTH_CUDA_LIBRARIES:-}
  [[ -z $packages ]] || all=${all:+$all:}$packages
  export HEARTH_CUDA_LIBRARIES=$all
  # For libraries that these libraries ask for by name.
  export CHECK_LIBRARY_PATH=$all${LD_LIBRARY_PATH:+${all:+:}$LD_LIBRARY_PATH}
}

require_card() {
  local found
  found=$(timeout 60 bash "$here/gpu-check.sh" --inside doctor 2>&1)
  card=$(sed -n "s/^$CHECK_DEVICE  *//p" <<<"$found" | head -n 1)
  if [[ -z $card ]]; then
    printf '%s\n' "$found" >&2
    if [[ $found == *libcuda.so.1* ]]; then
      say "gpu-check: no NVIDIA driver was found on this machine, so nothing was run."
    else
      say "gpu-check: there is no card $CHECK_DEVICE here that Hearth can use, so nothing was run."
    fi
    exit $no_card
  fi
  card_detail=$(sed -n "/^$CHECK_DEVICE /{n;s/^  *//p;q}" <<<"$found")
  if [[ $card == *[Ee]mulated* ]]; then
    export CHECK_EMULATED=yes
    say "This card is emulated: the run tests the program and says nothing about hardware."
  fi
}

begin_output() {
  choose_steps
  mkdir -p "$output/logs" || exit 2
  output=$(cd -- "$output" && pwd)
  export CHECK_OUTPUT=$output
  # Counted from the beginning of this script, with time left for the report.
  deadline=$((60 * minutes - 20))
  describe_machine >"$output/run.tsv"
}

describe_machine() {
  fact date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  fact host "$(uname -n)"
  fact commit "$(<"$here/commit")"
  fact system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release 2>/dev/null), kernel $(uname -r)"
  fact processor "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) threads"
  fact device "$CHECK_DEVICE"
  fact card "$card"
  fact card.detail "$card_detail"
  fact options "${quick:-full}, ${shapes}"
  command -v nvidia-smi >/dev/null && fact nvidia-smi "$(timeout 20 nvidia-smi -i "${CHECK_DEVICE#cuda:}" \
    --query-gpu=name,driver_version,memory.total,power.limit,clocks.max.sm,clocks.max.mem,pcie.link.gen.max,pcie.link.width.max \
    --format=csv,noheader 2>&1 | head -n 1)"
  local library
  for library in libcuda.so.1 libcudart.so.13 libcublasLt.so.13 libcublas.so.13 libnccl.so.2 libnvrtc.so.13; do
    fact "library.$library" "$(library_file "$library")"
  done
  [[ -z $CHECK_PYTHON ]] || timeout 30 "$CHECK_PYTHON" - 2>/dev/null <<'PYTHON' || true
import importlib.metadata
import platform
print("python", platform.python_version(), sep="\t")
names = ("torch", "transformers", "peft", "accelerate", "flash_attn", "triton")
for one in importlib.metadata.distributions():
    name = one.metadata["Name"] or ""
    if name.startswith("nvidia-") or name.replace("-", "_") in names:
        print("package." + name, one.version, sep="\t")
PYTHON
}

fact() {
  printf '%s\t%s\n' "$1" "${2//[$'\t\n']/ }"
}

# The file behind a library's name, which tells its version: in the order in which the worker looks, newer versions of CUDA
# before older ones.
library_file() {
  local folder
  local -a folders system
  mapfile -t system < <(printf '%s\n' /usr/local/cuda* | sort -r)
  IFS=: read -r -a folders <<<"$CHECK_LIBRARY_PATH"
  for folder in "${system[@]}"; do
    folders+=("$folder/lib64" "$folder/targets/x86_64-linux/lib")
  done
  for folder in "${folders[@]}" /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/local/nvidia/lib64; do
    if [[ -n $folder && -f $folder/$1 ]]; then
      readlink -f -- "$folder/$1"
      return
    fi
  done
  { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | sed -n "s/^\t$1 .*=> //p" | head -n 1 | grep . || echo "not found"
}

# ---- Running steps -------------------------------------------------------------------------------------------------

run() {
  local step=$1 limit left begin code why=''
  local log=$output/logs/$step.log
  limit=$(limit_of "$step")
  left=$((deadline - SECONDS))
  if ((left < 10)); then
    note "$step" skipped 0 "$limit" -1 "No time was left (--minutes $minutes)."
    return
  fi
  ((limit <= left)) || limit=$left
  begin=$SECONDS
  say "$step (at most $limit s) ..."
  timeout -k 5 "$limit" bash "$here/gpu-check.sh" --inside "${step%%-*}" "${step#*-}" </dev/null >"$log" 2>&1 &
  child=$!
  wait "$child"
  code=$?
  child=''
  case $code in
    0) note "$step" passed $((SECONDS - begin)) "$limit" 0 '' ;;
    "$skipped") note "$step" skipped $((SECONDS - begin)) "$limit" $code "$(tail -n 1 "$log")" ;;
    124 | 137)
      why="It was stopped after $limit seconds."
      [[ $step != conformance ]] || why+=" The last result was: $(tail -n 1 "$output/conformance.tsv" 2>/dev/null | cut -f 1-3)"
      note "$step" failed $((SECONDS - begin)) "$limit" $code "$why"
      ;;
    *) note "$step" failed $((SECONDS - begin)) "$limit" $code "Exit status $code; its log ends: $(tail -n 1 "$log" | cut -c 1-300)" ;;
  esac
}

# A line of steps.tsv: name, outcome, seconds, limit, exit status, reason.
note() {
  say "  $2${6:+: $6}"
  local reason=${6//[$'\t\n']/ }
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "$reason" >>"$output/steps.tsv"
}

# Told to stop: the step ends, and what there is becomes a report.
stop() {
  trap '' INT TERM
  if [[ -n ${child:-} ]]; then
    kill -TERM "$child" 2>/dev/null && wait "$child" 2>/dev/null
  fi
  local step
  for step in "${steps[@]}"; do
    say "$step"
    note "$step" skipped 0 "$(limit_of "$step")" -1 "The check was stopped before this step had ended."
  done
  report
}

report() {
  local code
  run_java io.hearth.worker.hardware.HardwareReportMain "$output" "$output/hardware.json"
  code=$?
  tar -C "$output" -czf "$output/logs.tar.gz" logs 2>/dev/null && say "All logs are in $output/logs.tar.gz"
  exit $code
}

# ---- The steps, each in a process of its own -----------------------------------------------------------------------

run_java() {
  local path='' folder
  for folder in "$here"/classes/* "$here"/lib/tokenizers "$here"/lib/cuda; do
    path+=$folder:
  done
  LD_LIBRARY_PATH=$CHECK_LIBRARY_PATH "$here/runtime/bin/java" --enable-native-access=ALL-UNNAMED \
    --add-modules=jdk.incubator.vector --sun-misc-unsafe-memory-access=allow -Xlog:disable -Xlog:all=error:stderr \
    -XX:-UsePerfData -Xmx4g "-Djava.io.tmpdir=$CHECK_TEMPORARY" "-Dhearth.test.device=$CHECK_DEVICE" \
    -cp "$path$here/lib/*" "$@" 2> >(grep -v '^WARNING: Using incubator modules' >&2)
}

worker() {
  run_java io.hearth.worker.Worker "$@"
}

step_doctor() {
  worker doctor
}

step_conformance() {
  local rounds=5
  [[ -z $CHECK_QUICK ]] || rounds=2
  [[ -z ${CHECK_EMULATED:-} ]] || rounds=1
  run_java io.hearth.device.conformance.ConformanceCommand "$CHECK_DEVICE" --rounds $rounds \
    --lines "$CHECK_OUTPUT/conformance.tsv"
}

# JUnit's console in the folder in which the tests look for their numbers.
tests() {
  local step=$1
  shift
  rm -rf "${CHECK_OUTPUT:?}/$step"
  cd "$here/engine" || return
  run_java org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors --details=tree \
    --fail-if-no-tests --reports-dir="$CHECK_OUTPUT/$step" "$@"
}

step_goldens() {
  tests goldens --select-class=io.hearth.engine.model.GoldenModelTest --select-class=io.hearth.engine.model.GoldenAdapterTest \
    --select-class=io.hearth.engine.serve.GoldenServingTest
}

step_resume() {
  tests resume --select-method=io.hearth.engine.train.KillAndResumeTest#killedAFewTimesEndsWithTheSameAdapter
}

# The starter model is fine-tuned on its sample rows by the worker, as the appliance would; then what is served must be what
# was trained.
step_job() {
  local folder=$CHECK_OUTPUT/job
  rm -rf "$folder"
  mkdir -p "$folder"
  cat >"$folder/job.json" <<JSON
{"base": "$here/starter/model", "data": {"train": "$here/starter/sample/train.jsonl"}, "output": "out",
 "recipe": {"maxSteps": 60, "batchTokens": 768, "learningRate": 5e-3, "dtype": "f32"}, "device": "$CHECK_DEVICE"}
JSON
  cat >"$folder/evaluate.json" <<JSON
{"base": "$here/starter/model", "adapter": "out/adapter", "rows": "$here/starter/sample/heldout.jsonl", "maxRows": 12,
 "maxTokens": 12, "parityPrompts": 4, "dtype": "f32", "output": "evaluation", "device": "$CHECK_DEVICE"}
JSON
  worker train "$folder/job.json" || return
  worker evaluate "$folder/evaluate.json" | tee "$folder/events" || return
  grep '"parity-checked"' "$folder/events" | grep -q '"same":true' && return
  echo "What is served is not what was trained."
  return 1
}

step_bench() {
  # shellcheck disable=SC2086
  worker bench --device "$CHECK_DEVICE" --shape "$1" $CHECK_QUICK --folder "$CHECK_TEMPORARY" \
    --json "$CHECK_OUTPUT/bench-$1.json" ${CHECK_EMULATED:+--seconds 0.01}
}

step_peer() {
  if [[ -n ${CHECK_EMULATED:-} ]]; then
    echo "The card is emulated: there is nothing to compare with."
    return $skipped
  elif [[ -z $CHECK_PYTHON ]]; then
    echo "There is no python3 on this machine."
    return $skipped
  fi
  # shellcheck disable=SC2086
  CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES:-${CHECK_DEVICE#cuda:}} "$CHECK_PYTHON" "$here/gpu_peer.py" --shape "$1" $CHECK_QUICK \
    --json "$CHECK_OUTPUT/peer-$1.json"
}

main "$@"

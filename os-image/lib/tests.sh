# Tests of the image in virtual machines. Each starts from a fresh copy of what was built, and says what it has seen.

run_tests() {
  read_options
  require_programs
  [[ $# -gt 0 ]] || fail "Say which: smoke install update rollback powercut"
  local name
  for name in "$@"; do
    declare -F "test_$name" >/dev/null || fail "There is no test \"$name\"."
  done
  [[ -f $result/disk.img ]] || fail "Version $version is not built. Use: ./hearth image build"
  trap 'stop_all' EXIT
  for name in "$@"; do
    say "== $name"
    "test_$name"
    say "== $name passed"
  done
}

stop_all() {
  local folder
  for folder in "$out"/vm/*/; do
    kill_vm "$(basename -- "$folder")"
  done
}

fresh_vm() {
  rm -rf "${out:?}/vm/$1"
  mkdir -p "$out/vm/$1"
}

test_smoke() {
  local vm_port=18443
  fresh_vm smoke
  cp --sparse=always "$result/disk.img" "$out/vm/smoke/disk.img"
  start_vm smoke -drive "if=virtio,format=raw,file=$out/vm/smoke/disk.img"
  wait_for smoke 600 answers $vm_port
  say "the control plane is ready $(since_start smoke) s after power-on"
  [[ $(answers $vm_port /login) == *"<"* ]] || fail "the login page is not there"
  wait_for smoke 600 serial_says smoke 'hearth health: healthy'
  say "healthy $(since_start smoke) s after power-on"
  in_vm smoke 'systemctl --failed --no-legend; ss -tlnH; cat /var/lib/hearth-system/generations/log'
  kill_vm smoke
}

# Tests of the image in virtual machines. Each starts from a fresh copy of what was built, and says what it has seen.

run_tests() {
  read_options
  require_programs
  [[ $# -gt 0 ]] || fail "Say which: $(compgen -A function test_ | sed 's/^test_//' | xargs)"
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

# Started from the disk image; the ports that are open are looked for from outside while the main job is done.
test_smoke() {
  local vm_port scan
  start_installed smoke 18443 -netdev socket,id=line,listen=127.0.0.1:18498 -device virtio-net-pci,netdev=line,addr=0x10,romfile=
  # The first page takes the longest.
  wait_for smoke 300 answers "$vm_port" /login
  say "the login page is there $(since_start smoke) s after power-on"
  [[ -z $(in_vm smoke 'systemctl --failed --no-legend') ]] || fail "Units have failed: $(in_vm smoke 'systemctl --failed --no-legend')"
  scan_ports smoke 18498 >"$out/logs/ports.log" 2>&1 &
  scan=$!
  main_job smoke "$vm_port"
  say "first fine-tuned answer $(since_start smoke) s after power-on"
  wait $scan || fail "The ports could not be looked for: $(tail -n 3 "$out/logs/ports.log")"
  sed 's/^/  open from outside, /' "$out/logs/ports.log" >&2
  [[ $(sed 's/;.*//' "$out/logs/ports.log" | xargs) == 'tcp4: 443 udp4: none tcp6: 443 udp6: none' ]] || fail "Other ports are open than 443."
  kill_vm smoke
}

# scan_ports NAME LINE_PORT: over the machine's second card, at the other end of which we are.
scan_ports() {
  local address
  address=$(in_vm "$1" 'ip link set enp0s16 up && ip address add 10.7.0.1/24 dev enp0s16 && sleep 5 &&
    ip -6 -o address show dev enp0s16 scope link | sed "s|.* inet6 \([^/]*\)/.*|\1|"' | tail -n 1 | tr -d '[:space:]')
  /usr/bin/python3 "$here/test/port_scan.py" "$2" 10.7.0.1 "$address"
}

# main_job NAME PORT [OPTION...]: the main job by REST, as an application would do it, as far as the options say; what has been done
# is kept, so that the next call goes on.
main_job() {
  local name=$1 port=$2 state=$out/vm/$1/state.json
  local -a opening=()
  shift 2
  if [[ ! -f $state ]]; then
    opening=(--code "$(in_vm "$name" 'cat /var/lib/hearth/keys/first-run-code' | tr -d '[:space:]')"
      --fingerprint "$(in_vm "$name" "sed -n 's/.*\"fingerprint\" : \"\([^\"]*\)\".*/\1/p' /var/lib/hearth/control-plane.json" | tr -d '[:space:]')")
  fi
  /usr/bin/python3 "$here/test/main_job.py" "https://127.0.0.1:$port" "$root/runtime/starter/sample" --state "$state" "${opening[@]}" "$@"
}

# start_installed NAME PORT: from a fresh copy of the disk, until it is healthy.
start_installed() {
  vm_port=$2
  fresh_vm "$1"
  cp --sparse=always "$result/disk.img" "$out/vm/$1/disk.img"
  start_vm "$1" -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img" "${@:3}"
  wait_for "$1" 900 answers "$vm_port"
  say "the control plane is ready $(since_start "$1") s after power-on"
  wait_for "$1" 900 serial_says "$1" 'hearth health: healthy'
  say "healthy $(since_start "$1") s after power-on"
}

# A stick that says what the machine becomes.
make_provision_stick() {
  local stick=$1 file
  file=$(mktemp)
  cat >"$file"
  rm -f "$stick"
  truncate -s 16M "$stick"
  mkfs.vfat -n PROVISION "$stick" >/dev/null
  mcopy -i "$stick" "$file" ::provision.yaml
  rm -f "$file"
}

# start_installer NAME [QEMU ARGUMENT...]: from the ISO on a USB stick, with the PROVISION stick and the disk of the machine.
start_installer() {
  start_vm "$@" -drive "if=none,id=medium,format=raw,readonly=on,file=$result/hearth-$version.iso" -device qemu-xhci \
    -device usb-storage,drive=medium,bootindex=0 -drive "if=none,id=stick,format=raw,file=$out/vm/$1/provision.img" \
    -device usb-storage,drive=stick -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img"
}

await_installed() {
  wait_for "$1" 900 serial_says "$1" 'hearth install: done'
  say "installed $(since_start "$1") s after power-on"
  while vm_runs "$1" && (($(since_start "$1") < 1200)); do sleep 1; done
}

test_install() {
  local name=install vm_port=18445
  fresh_vm $name
  truncate -s 12G "$out/vm/$name/disk.img"
  # First a disk that holds something: refused, and unchanged.
  mke2fs -q -t ext4 "$out/vm/$name/disk.img"
  local before
  before=$(head -c 64M "$out/vm/$name/disk.img" | sha256sum)
  make_provision_stick "$out/vm/$name/provision.img" <<'YAML'
version: 1
role: first
hostname: box-1
disk: {transport: virtio, slot-size: 2GiB}
then: poweroff
YAML
  start_installer $name
  wait_for $name 900 serial_says $name 'hearth install: nothing was changed'
  # Java first says which of its compilers the test has turned off.
  say "  $(grep -aA 2 'nothing was changed' "$out/vm/$name/serial.log" | tr -d '\033\r')"
  kill_vm $name
  [[ $(head -c 64M "$out/vm/$name/disk.img" | sha256sum) == "$before" ]] || fail "The refused disk was changed."
  # Then the same disk, and the file allows it.
  make_provision_stick "$out/vm/$name/provision.img" <<'YAML'
version: 1
role: first
hostname: box-1
further-nodes: true
network: {interface: enp0s16, addresses: [10.7.0.1/24]}
disk: {transport: virtio, slot-size: 2GiB, wipe: true}
then: poweroff
YAML
  start_installer $name
  await_installed $name
  mtype -i "$out/vm/$name/provision.img" "::hearth-install-hearth.txt" >&2 || fail "There is no summary on the stick."
  start_vm $name -drive "if=virtio,format=raw,file=$out/vm/$name/disk.img"
  wait_for $name 900 serial_says $name 'hearth health: healthy'
  say "healthy $(since_start $name) s after power-on"
  [[ $(in_vm $name hostname) == box-1* ]] || fail "The machine has not the name of its file."
  kill_vm $name
}

# A second machine becomes a node by its stick alone, and serves a deployment. Between the two is a line of their own.
test_join() {
  local first=install second=join vm_port=18445 code
  [[ -f $out/vm/$first/disk.img ]] || test_install
  start_vm $first -drive "if=virtio,format=raw,file=$out/vm/$first/disk.img" \
    -netdev socket,id=line,listen=127.0.0.1:18499 -device virtio-net-pci,netdev=line,addr=0x10,romfile=,mac=52:54:00:07:00:01
  wait_for $first 900 serial_says $first 'hearth health: healthy'
  main_job $first "$vm_port" --until "done"
  code=$(main_job $first "$vm_port" --until join-code | tail -n 1)
  fresh_vm $second
  truncate -s 12G "$out/vm/$second/disk.img"
  make_provision_stick "$out/vm/$second/provision.img" <<YAML
version: 1
role: node
hostname: box-2
control-plane: https://10.7.0.1:8444
join-code: $code
network: {interface: enp0s16, addresses: [10.7.0.2/24]}
disk: {transport: virtio, slot-size: 2GiB}
then: poweroff
YAML
  vm_port=18451 start_installer $second
  await_installed $second
  vm_port=18451 start_vm $second -drive "if=virtio,format=raw,file=$out/vm/$second/disk.img" \
    -netdev socket,id=line,connect=127.0.0.1:18499 -device virtio-net-pci,netdev=line,addr=0x10,romfile=,mac=52:54:00:07:00:02
  wait_for $second 900 serial_says $second 'hearth health: healthy'
  main_job $first "$vm_port" --until answer --replicas 2 --nodes 2
  # What answers now is on the second machine.
  in_vm $first 'systemctl stop hearth-agent; pkill -KILL -u hearth-agent' || true
  main_job $first "$vm_port" --until answer --replicas 2 --nodes 1
  say "the second machine has joined by its stick, and serves"
  kill_vm $second
  kill_vm $first
}

# serial_key NAME KEY: without Enter.
serial_key() {
  printf '%s' "$2" | socat -t 2 - "UNIX-CONNECT:$out/vm/$1/serial" >/dev/null
}

# A factory reset at the serial line, as somebody orders it who stands in front of the machine, with a power cut while it erases.
test_reset() {
  local name=reset vm_port=18470 disk=$out/vm/reset/disk.img
  fresh_vm $name
  cp --sparse=always "$result/disk.img" "$disk"
  start_vm $name -drive "if=virtio,format=raw,file=$disk"
  wait_for $name 600 serial_says $name 'Hearth on hearth: press Enter'
  say "  the serial line has a screen $(since_start $name) s after power-on"
  in_vm $name 'for i in $(seq 2000); do echo CANARY-in-the-data; done >/var/lib/hearth-canary; sync'
  LC_ALL=C grep -azqF CANARY-in-the-data "$disk" || fail "The search does not find what is there."
  serial_types $name ''
  wait_for $name 60 serial_says $name 'f factory reset'
  serial_key $name f
  wait_for $name 60 serial_says $name 'Escape goes back: '
  sleep 3
  serial_types $name another
  wait_for $name 60 serial_says $name 'That is not the name of this machine. Nothing was erased.'
  in_vm $name 'test ! -e /efi/hearth-reset' || fail "A wrong name has ordered a reset."
  : >"$out/vm/$name/serial.log"
  serial_key $name f
  wait_for $name 60 serial_says $name 'Escape goes back: '
  sleep 3
  serial_types $name hearth
  wait_for $name 300 serial_says $name 'erasing the data of hearth, as was ordered'
  wait_for $name 60 serial_says $name 'overwritten once with zeros'
  sleep 5
  kill_vm $name
  say "  ordered by the name, not by another one; the power is cut while it erases"
  start_vm $name -drive "if=virtio,format=raw,file=$disk"
  wait_for $name 300 serial_says $name 'erasing the data of hearth, as was ordered'
  wait_for $name 300 serial_says $name 'This is a new machine'
  say "  erased by the next start, $(since_start $name) s after power-on"
  wait_for $name 300 serial_says $name 'Hearth on hearth: press Enter'
  in_vm $name 'test ! -e /efi/hearth-reset/order -a ! -e /var/lib/hearth-canary' || fail "The data or the order are still there."
  in_vm $name 'sync'
  ! LC_ALL=C grep -azqF CANARY-in-the-data "$disk" || fail "What was erased can be read from the disk."
  say "  a search through the whole disk does not find what was there"
  wait_for $name 600 in_vm $name 'test -s /var/lib/hearth/keys/first-run-code' 20
  say "  there is a new first-run code $(since_start $name) s after power-on"
  wait_for $name 900 serial_says $name 'hearth health: healthy'
  kill_vm $name
}

# A machine that nobody has set up: in the browser it becomes one, with a fixed address, a certificate of the house, and is powered off.
test_setup() {
  local name=setup vm_port code
  start_installed $name 18455
  code=$(in_vm $name 'cat /var/lib/hearth/keys/first-run-code' | tr -d '[:space:]')
  # QEMU's network gives this address by DHCP, too, and forwards to it alone.
  in_browser $name aMachineIsSetUpGetsACertificateAndIsPoweredOff "-Dhearth.machine.code=$code" -Dhearth.machine.address=10.0.2.15 \
    -Dhearth.machine.gateway=10.0.2.2
  wait_for_end $name 120
  say "  set up and powered off on the pages"
  start_vm $name -drive "if=virtio,format=raw,file=$out/vm/$name/disk.img"
  wait_for $name 900 serial_says $name 'hearth health: healthy'
  [[ $(in_vm $name hostname) == rack-7* ]] || fail "The machine has not the name of its set-up."
  in_vm $name 'networkctl --json=short status | grep -q "\"ConfigSource\":\"static\"" && ! networkctl --json=short status | grep -q "\"ConfigSource\":\"DHCPv4\""' >/dev/null ||
    fail "The address is not the fixed one: $(in_vm $name 'networkctl status --all --no-pager')"
  openssl s_client -connect "127.0.0.1:$vm_port" </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName | grep -q rack-7.house.example ||
    fail "The certificate of the house is not shown."
  say "  after a start: its name, its address, its certificate"
  kill_vm $name
}

wait_for_end() {
  local until=$((SECONDS + $2))
  while vm_runs "$1"; do
    ((SECONDS < until)) || fail "$1 did not power off."
    sleep 1
  done
}

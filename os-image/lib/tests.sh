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

test_smoke() {
  local vm_port
  start_installed smoke 18443
  [[ $(answers $vm_port /login) == *"<"* ]] || fail "the login page is not there"
  [[ -z $(in_vm smoke 'systemctl --failed --no-legend') ]] || fail "Units have failed: $(in_vm smoke 'systemctl --failed --no-legend')"
  main_job smoke $vm_port
  say "first fine-tuned answer $(since_start smoke) s after power-on"
  kill_vm smoke
}

# The main job by REST, as an application would do it.
main_job() {
  local name=$1 port=$2 code fingerprint
  shift 2
  code=$(in_vm "$name" 'cat /var/lib/hearth/keys/first-run-code' | tr -d '[:space:]')
  fingerprint=$(in_vm "$name" "sed -n 's/.*\"fingerprint\" : \"\\([^\"]*\\)\".*/\\1/p' /var/lib/hearth/control-plane.json" | tr -d '[:space:]')
  /usr/bin/python3 "$here/test/main_job.py" "https://127.0.0.1:$port" "$fingerprint" "$code" "$root/runtime/starter/sample" "$@"
}

healthy() {
  in_vm "$1" "grep -q '$2 healthy\$' /var/lib/hearth-system/generations/log && systemctl is-active --quiet boot-complete.target" 60
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

# The version after this one.
next_version() {
  printf '%s' "${version%.*}.$((${version##*.} + 1))"
}

build_version() {
  "$here/image.sh" build --version "$1" --keys "$keys" >/dev/null
}

# A disk with these files on it, to be plugged in as a stick.
make_stick() {
  local stick=$1 folder size
  shift
  folder=$(mktemp -d "$out/stick.XXXXXX")
  ln "$@" "$folder/" 2>/dev/null || cp "$@" "$folder/"
  size=$(du -sm "$folder" | cut -f 1)
  rm -f "$stick"
  mke2fs -q -t ext4 -L STICK -d "$folder" "$stick" "$((size + size / 8 + 32))M"
  rm -rf "$folder"
}

test_update() {
  local good tampered foreign older=0.0.9 name=update vm_port
  good=$(next_version)
  build_version "$good"
  build_version $older
  [[ -d $out/foreign-keys ]] || make_keys "$out/foreign-keys"
  tampered=$out/tampered.raucb foreign=$out/foreign.raucb
  cp "$out/$good/hearth-$good.raucb" "$tampered"
  # A byte in the middle of the system: the signature is over the tree of hashes, so it is found when it is read.
  printf 'x' | dd of="$tampered" bs=1 seek=$(($(stat -c %s "$tampered") / 2)) conv=notrunc status=none
  HEARTH_IMAGE_OUT=$out/foreign "$here/image.sh" build --version "$good" --keys "$out/foreign-keys" >/dev/null
  cp "$out/foreign/$good/hearth-$good.raucb" "$foreign"
  make_stick "$out/stick.img" "$out/$good/hearth-$good.raucb" "$out/$older/hearth-$older.raucb" "$tampered" "$foreign"
  start_installed $name 18444 -drive "if=virtio,format=raw,readonly=on,file=$out/stick.img"
  in_vm $name 'mkdir -p /run/stick && mount -o ro /dev/vdb /run/stick && sha256sum </dev/disk/by-partlabel/hearth-root-b >/run/before'
  refused $name foreign.raucb 'signature'
  refused $name "hearth-$older.raucb" 'older than'
  in_vm $name 'sha256sum </dev/disk/by-partlabel/hearth-root-b | cmp - /run/before' || fail "A refused bundle was written."
  refused $name tampered.raucb 'error\|fail'
  # A tampered bundle may have begun to be written: the slot is not bootable then, and A goes on.
  in_vm $name 'test "$(rauc status --output-format=shell | grep ^RAUC_SYSTEM_BOOTED_BOOTNAME)" = "RAUC_SYSTEM_BOOTED_BOOTNAME='"'A'"'"; ls /efi/loader/entries'
  say "foreign, older and tampered bundles are refused"
  in_vm $name "rauc install /run/stick/hearth-$good.raucb" 900
  in_vm $name 'systemctl reboot' 20 || true
  wait_for $name 900 healthy $name "$good"
  in_vm $name 'cat /run/hearth/slot; cat /usr/lib/hearth/version; ls /efi/loader/entries; cat /var/lib/hearth-system/generations/log'
  say "updated to $good, healthy in slot B"
  kill_vm $name
}

refused() {
  local output
  if output=$(in_vm "$1" "rauc install /run/stick/$2" 600); then
    fail "$2 was installed."
  fi
  grep -qi "$3" <<<"$output" || fail "$2 was refused, but not for what it is: $output"
  say "  $2: $(grep -i "$3" <<<"$output" | tail -n 1)"
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
  start_vm "$1" -drive "if=none,id=medium,format=raw,readonly=on,file=$result/hearth-$version.iso" -device qemu-xhci \
    -device usb-storage,drive=medium,bootindex=0 -drive "if=none,id=stick,format=raw,file=$out/vm/$1/provision.img" \
    -device usb-storage,drive=stick -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img" "${@:2}"
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
  say "  $(grep -a 'nothing was changed' "$out/vm/$name/serial.log" | tail -n 1 | tr -d '\033')"
  kill_vm $name
  [[ $(head -c 64M "$out/vm/$name/disk.img" | sha256sum) == "$before" ]] || fail "The refused disk was changed."
  # Then the same disk, and the file allows it.
  make_provision_stick "$out/vm/$name/provision.img" <<'YAML'
version: 1
role: first
hostname: box-1
further-nodes: true
disk: {transport: virtio, slot-size: 2GiB, wipe: true}
then: poweroff
YAML
  start_installer $name
  wait_for $name 900 serial_says $name 'hearth install: done'
  say "installed $(since_start $name) s after power-on"
  while vm_runs $name && (($(since_start $name) < 1200)); do sleep 1; done
  mtype -i "$out/vm/$name/provision.img" "::hearth-install-hearth.txt" >&2 || fail "There is no summary on the stick."
  start_vm $name -drive "if=virtio,format=raw,file=$out/vm/$name/disk.img"
  wait_for $name 900 serial_says $name 'hearth health: healthy'
  say "healthy $(since_start $name) s after power-on"
  [[ $(in_vm $name hostname) == box-1* ]] || fail "The machine has not the name of its file."
  kill_vm $name
}

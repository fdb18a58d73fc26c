# Tests of what the machine trusts: Secure Boot, the root's hashes, the TPM, and a start from the network.

# on_esp DISK: how mtools names the EFI partition of a disk's file.
on_esp() {
  printf '%s@@1M' "$1"
}

# secure_disk NAME: a fresh copy of the disk; the firmware keeps its keys.
secure_disk() {
  cp --sparse=always "$result/disk.img" "$out/vm/$1/disk.img"
}

# start_secure NAME [no]: "no" adds arguments to the signed ones.
start_secure() {
  vm_plain=${2:-yes} vm_secure=yes start_vm "$1" -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img"
}

test_secureboot() {
  secureboot_enrolls
  secureboot_refuses
  secureboot_finds_changes
}

# Firmware in setup mode takes the keys from the disk, and then starts what they have signed.
secureboot_enrolls() {
  local name=secureboot vm_port=18466
  [[ -f $keys/enroll/PK.auth ]] || fail "The keys in $keys are older than Secure Boot's lists. Make new ones: ./hearth image keys FOLDER"
  fresh_vm $name
  secure_disk $name
  # In a virtual machine the loader takes a set of the name "auto" by itself; a person chooses it in the menu.
  local esp
  esp=$(on_esp "$out/vm/$name/disk.img")
  mren -i "$esp" ::loader/keys/hearth ::loader/keys/auto
  sed 's/^secure-boot-enroll .*/secure-boot-enroll if-safe/' <(mtype -i "$esp" ::loader/loader.conf) >"$out/vm/$name/loader.conf"
  mcopy -o -i "$esp" "$out/vm/$name/loader.conf" ::loader/loader.conf
  start_secure $name no
  wait_for $name 180 serial_says $name 'successfully enrolled'
  say "  the firmware has taken the keys"
  wait_for $name 300 serial_says $name 'The firmware adds arguments to the signed ones'
  sleep 20
  ! serial_says $name 'system opened' || fail "A start with added arguments went on."
  say "  arguments from outside are refused"
  kill_vm $name
  start_secure $name
  wait_for $name 300 serial_says $name 'Secure Boot: on; lockdown of the kernel: integrity'
  say "  $(grep -a 'Secure Boot: on' "$out/vm/$name/serial.log" | tail -n 1 | tr -d '\033\r')"
  wait_for $name 900 answers $vm_port
  wait_for $name 120 answers $vm_port /login
  ! in_vm $name true 10 2>/dev/null || fail "There is a shell."
  say "  the login page answers $(since_start $name) s after power-on"
  kill_vm $name
}

# refused_by_firmware WHAT FILE TARGET: the file takes the target's place on the EFI partition; the machine must not start.
refused_by_firmware() {
  local name=secureboot
  secure_disk $name
  mcopy -o -i "$(on_esp "$out/vm/$name/disk.img")" "$2" "::$3"
  start_secure $name
  wait_for $name 120 serial_says $name '[Aa]ccess [Dd]enied|[Ss]ecurity [Vv]iolation'
  say "  $1: $(grep -aiE 'access denied|security violation' "$out/vm/$name/serial.log" | head -n 1 | tr -d '\033\r' | cut -c 1-160)"
  # It would be there by now.
  sleep 20
  ! serial_says $name 'hearth: ' || fail "$1 was started."
  kill_vm $name
}

# After secureboot_enrolls: with the firmware's keys of then.
secureboot_refuses() {
  local work=$out/secureboot
  rm -rf "$work"
  mkdir -p "$work"
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -sha256 -subj "/CN=Somebody else" -keyout "$work/other.key" -out "$work/other.pem" 2>/dev/null
  cp "$result/loader.efi" "$work/loader-unsigned.efi"
  cp "$result/disk.efi" "$work/disk-unsigned.efi"
  sbattach --remove "$work/loader-unsigned.efi" && sbattach --remove "$work/disk-unsigned.efi"
  sbsign --key "$work/other.key" --cert "$work/other.pem" --output "$work/loader-other.efi" "$work/loader-unsigned.efi" 2>/dev/null
  sbsign --key "$work/other.key" --cert "$work/other.pem" --output "$work/disk-other.efi" "$work/disk-unsigned.efi" 2>/dev/null
  refused_by_firmware "unsigned loader" "$work/loader-unsigned.efi" EFI/BOOT/BOOTX64.EFI
  refused_by_firmware "loader signed by somebody else" "$work/loader-other.efi" EFI/BOOT/BOOTX64.EFI
  refused_by_firmware "unsigned boot image" "$work/disk-unsigned.efi" EFI/hearth/a.efi
  refused_by_firmware "boot image signed by somebody else" "$work/disk-other.efi" EFI/hearth/a.efi
}

# change_byte DISK: one in the middle of the first slot's system.
change_byte() {
  local at byte
  at=$((($(sfdisk -d "$1" | sed -n 's/.*start= *\([0-9]*\),.*hearth-root-a.*/\1/p') * 512) + $(<"$result/hashoffset") / 2))
  byte=$(dd if="$1" bs=1 skip=$at count=1 status=none | od -An -tu1)
  # shellcheck disable=SC2059
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek=$at conv=notrunc status=none
}

# After secureboot_enrolls: nobody has to have changed a signed program; one bit of the system is enough.
secureboot_finds_changes() {
  local name=secureboot vm_port=18466 disk esp b
  disk=$out/vm/$name/disk.img
  esp=$(on_esp "$disk")
  secure_disk $name
  change_byte "$disk"
  start_secure $name
  wait_for $name 240 serial_says $name 'There is no other system to start'
  say "  $(grep -a 'not what its signature says' "$out/vm/$name/serial.log" | tail -n 1 | tr -d '\033\r')"
  ! serial_says $name 'system opened' || fail "A changed system was started."
  kill_vm $name
  # The same, and a second slot that is whole.
  secure_disk $name
  b=$(sfdisk -d "$disk" | sed -n 's/.*start= *\([0-9]*\),.*hearth-root-b.*/\1/p')
  dd if="$result/root.img" of="$disk" bs=1M seek=$((b / 2048)) conv=notrunc,sparse status=none
  mcopy -i "$esp" "$result/disk.efi" ::EFI/hearth/b.efi
  printf 'title Hearth %s\nsort-key 1\nversion %s\nefi /EFI/hearth/b.efi\n' "$version" "$version" >"$out/vm/$name/slot-b.conf"
  mcopy -i "$esp" "$out/vm/$name/slot-b.conf" ::loader/entries/slot-b.conf
  # Proven, so that no count of attempts leads away from it.
  mren -i "$esp" "::loader/entries/slot-a+3.conf" ::loader/entries/slot-a.conf
  change_byte "$disk"
  start_secure $name
  wait_for $name 240 serial_says $name 'The other slot is started'
  wait_for $name 240 serial_says $name 'mode disk, slot b'
  wait_for $name 300 serial_says $name 'slot A is not started again'
  say "  slot B was started by itself after $(since_start $name) s"
  sleep 5
  kill_vm $name
  mdir -b -i "$esp" ::loader/entries | grep -q 'slot-a+0' || fail "The changed slot is still one to start."
}

# start_tpm NAME FOLDER: a TPM 2.0 whose memory is the folder; sets "tpm" to what the machine needs to have it.
start_tpm() {
  # Another one each time: a TPM whose machine has ended takes its socket away a moment later.
  local socket=$out/vm/$1/tpm-$EPOCHREALTIME
  mkdir -p "$2"
  swtpm socket --tpm2 --tpmstate "dir=$2" --ctrl "type=unixio,path=$socket" --terminate --daemon
  tpm=(-chardev "socket,id=tpm,path=$socket" -tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0)
}

start_with_tpm() {
  start_tpm "$1" "$2"
  start_vm "$1" "${tpm[@]}" -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img"
}

test_tpm() {
  tpm_installs
  tpm_opens
  tpm_of_another_machine
}

tpm_installs() {
  local name=tpm vm_port=18467
  local -a tpm
  fresh_vm $name
  truncate -s 12G "$out/vm/$name/disk.img"
  make_provision_stick "$out/vm/$name/provision.img" <<'YAML'
version: 1
role: first
hostname: box-1
encryption: tpm
disk: {transport: virtio, slot-size: 2GiB}
then: poweroff
YAML
  start_tpm $name "$out/vm/$name/tpm-own"
  start_installer $name "${tpm[@]}"
  await_installed $name
  [[ -n $(recovery_key_of $name) ]] || fail "There is no recovery key on the stick."
  ! grep -aqF "$(recovery_key_of $name)" "$out/vm/$name/serial.log" || fail "The recovery key was shown."
  say "  the recovery key is on the stick, and was not shown"
}

recovery_key_of() {
  local file
  file=$(mdir -b -i "$out/vm/$1/provision.img" :: | grep -o 'hearth-recovery-key-.*\.txt' | head -n 1)
  mtype -i "$out/vm/$1/provision.img" "::$file" | grep -oE '[a-z]{8}(-[a-z]{8}){7}'
}

data_is_open() {
  in_vm "$1" 'mountpoint -q /var && test "$(findmnt -no SOURCE /var)" = /dev/mapper/hearth-data' 20
}

# The machine's own TPM opens the data, and what is written there cannot be read from the disk.
tpm_opens() {
  local name=tpm vm_port=18467 disk=$out/vm/tpm/disk.img
  local -a tpm
  start_with_tpm $name "$out/vm/$name/tpm-own"
  wait_for $name 600 serial_says $name 'system opened'
  sleep 20
  wait_for $name 600 data_is_open $name
  say "  opened by nobody but the TPM $(since_start $name) s after power-on"
  say "  $(in_vm $name 'systemd-cryptenroll /dev/disk/by-partlabel/hearth-data' | xargs)"
  in_vm $name 'systemctl start efi.mount; for i in $(seq 2000); do echo CANARY-in-the-data; done >/var/lib/hearth-canary; echo CANARY-in-plain-sight >/efi/canary; sync'
  kill_vm $name
  LC_ALL=C grep -azqF CANARY-in-plain-sight "$disk" || fail "The search does not find what is there for all to see."
  ! LC_ALL=C grep -azqF CANARY-in-the-data "$disk" || fail "What was written to the data can be read from the disk."
  say "  a search through the whole disk finds the text on the EFI partition, and not the one that was written to /var"
  vm_arguments='hearth.added=yes' start_with_tpm $name "$out/vm/$name/tpm-own"
  wait_for $name 600 serial_says $name "this machine's TPM does not open it"
  ! data_is_open $name || fail "The TPM opens the data to a start with other arguments."
  say "  with one more argument the TPM does not open them"
  kill_vm $name
}

asked_twice() {
  (($(grep -ao 'Recovery key of the data partition' "$out/vm/$1/serial.log" | wc -l) >= 2))
}

tpm_of_another_machine() {
  local name=tpm vm_port=18467 key
  local -a tpm
  key=$(recovery_key_of $name)
  start_with_tpm $name "$out/vm/$name/tpm-other"
  wait_for $name 600 serial_says $name "this machine's TPM does not open it"
  wait_for $name 120 serial_says $name 'Recovery key of the data partition'
  ! data_is_open $name || fail "Another TPM has opened the data."
  serial_types $name "${key//[a-m]/c}"
  wait_for $name 120 serial_says $name 'That is not the recovery key'
  wait_for $name 120 asked_twice $name
  # As a person may type it.
  serial_types $name "$(tr -d '-' <<<"${key^^}")"
  wait_for $name 120 serial_says $name 'type yes'
  serial_types $name yes
  wait_for $name 120 serial_says $name "is bound to this machine's TPM as it is now"
  wait_for $name 120 data_is_open $name
  [[ $(in_vm $name 'head -n 1 /var/lib/hearth-canary') == CANARY-in-the-data ]] || fail "The data are not what they were."
  ! grep -aqF "$key" "$out/vm/$name/serial.log" || fail "The recovery key was shown."
  say "  another TPM does not open it; the recovery key does, and binds it to that TPM"
  kill_vm $name
  start_with_tpm $name "$out/vm/$name/tpm-other"
  wait_for $name 600 serial_says $name 'system opened'
  sleep 20
  wait_for $name 600 data_is_open $name
  say "  from then on that TPM opens it by itself"
  kill_vm $name
}

# From the network alone: the boot image by TFTP, the system by HTTP; then the installation onto an empty disk.
test_pxe() {
  local name=pxe vm_port=18468 server
  fresh_vm $name
  truncate -s 12G "$out/vm/$name/disk.img"
  make_provision_stick "$out/vm/$name/provision.img" <<'YAML'
version: 1
role: first
hostname: box-1
disk: {transport: virtio, slot-size: 2GiB}
then: poweroff
YAML
  /usr/bin/python3 -m http.server 8099 --bind 127.0.0.1 --directory "$result/net" >"$out/vm/$name/http.log" 2>&1 &
  server=$!
  # shellcheck disable=SC2064
  trap "kill $server; stop_all" EXIT
  vm_arguments='hearth.url=http://10.0.2.2:8099' vm_forward="tftp=$result/net,bootfile=hearth.efi" start_vm $name -device qemu-xhci \
    -drive "if=none,id=stick,format=raw,file=$out/vm/$name/provision.img" -device usb-storage,drive=stick \
    -drive "if=virtio,format=raw,file=$out/vm/$name/disk.img"
  wait_for $name 300 serial_says $name 'mode net'
  say "  $(grep -a 'mode net' "$out/vm/$name/serial.log" | tail -n 1 | tr -d '\033\r')"
  await_installed $name
  kill_vm $name
  kill $server
  trap stop_all EXIT
}

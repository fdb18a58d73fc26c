# Tests of drivers in the image, with a small module of our own (os-image/test/module) in place of a vendor's, and QEMU's "edu" device
# in place of a card. Each boot goes only as far as it must; that the machine becomes healthy is seen where the drivers are broken.

test_drivers() {
  drivers_refused_by_the_build
  build_with_trial_driver
  drivers_without_card
  drivers_with_card
  drivers_broken
}

# What the build refuses before it unpacks or compiles anything.
drivers_refused_by_the_build() {
  local folder=$out/bad-drivers/trial
  write_trial_driver "$folder"
  rm "$folder/SHA256SUMS"
  build_refuses 'There is no SHA256SUMS'
  write_trial_driver "$folder"
  echo x >>"$folder/hearth-trial-1.tar"
  build_refuses 'is not what SHA256SUMS says'
  write_trial_driver "$folder"
  echo x >"$folder/further.run"
  build_refuses 'does not name further.run'
  write_trial_driver "$folder"
  rm "$folder/recipe"
  build_refuses 'There is no recipe'
  local line
  for line in 'colour blue' 'pci 10DE:*:0300' 'pci 10de:*:03*' 'unpack zip hearth-trial-1.tar trial' 'files trial/trial.txt /bin' \
    'files ../../etc/shadow /etc' 'load $(reboot)'; do
    write_trial_driver "$folder"
    echo "$line" >>"$folder/recipe"
    build_refuses 'recipe, line 12: '
  done
  rm -rf "$out/bad-drivers"
}

build_refuses() {
  local output
  if output=$(drivers=$out/bad-drivers result=$out/bad-drivers && make_drivers 2>&1); then
    fail "The build took it: $1"
  fi
  [[ $output == *"$1"* ]] || fail "The build refused it, but not for what it is ($1): $output"
  say "  ${output##*$'\n'}"
}

write_trial_driver() {
  rm -rf "$1"
  mkdir -p "$1"
  cp "$here/test/module/recipe" "$1/"
  tar -C "$here/test/module" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(moment)" -cf "$1/hearth-trial-1.tar" \
    Kbuild hearth_trial.c trial.txt trial.conf
  (cd "$1" && sha256sum hearth-trial-1.tar >SHA256SUMS)
}

# Sets "version" and "result" to an image with the trial driver.
build_with_trial_driver() {
  write_trial_driver "$out/trial-drivers/trial"
  use_version_with_trial_driver
  "$here/image.sh" build --version "$version" --keys "$keys" --drivers "$out/trial-drivers"
}

use_version_with_trial_driver() {
  version=$(next_version)
  result=$out/$version
}

# start_until_drivers_are_told NAME [QEMU ARGUMENT...]: from the disk of the machine, until the unit has said what it did.
start_until_drivers_are_told() {
  # Named as the first to start from: the card changes places on the bus, by which the firmware knows the disk.
  start_vm "$1" -drive "if=none,id=disk,format=raw,file=$out/vm/$1/disk.img" -device virtio-blk-pci,drive=disk,bootindex=0 "${@:2}"
  wait_for "$1" 400 serial_says "$1" 'hearth drivers: '
  say "  $(since_start "$1") s after power-on: $(grep -a 'hearth drivers: ' "$out/vm/$1/serial.log" | tail -n 1 | tr -d '\033\r')"
}

fresh_disk() {
  fresh_vm "$1"
  cp --sparse=always "$result/disk.img" "$out/vm/$1/disk.img"
}

drivers_without_card() {
  local name=drivers vm_port=18447
  fresh_disk $name
  start_until_drivers_are_told $name
  serial_says $name 'hearth drivers: this image holds trial, but none of their cards is in this machine' || fail "It was not told that no card is there."
  in_vm $name '[[ $(findmnt -no FSTYPE /usr) != overlay && ! -e /dev/mapper/hearth-drivers && ! -e /usr/share/hearth-trial ]]' ||
    fail "Drivers were merged though no card is there."
  in_vm $name 'systemctl is-active hearth-drivers.service' >/dev/null || fail "The unit has not ended well."
  say "  nothing is merged without a card"
  trust_boot_key $name
  kill_vm $name
}

# Puts the certificate of the boot key into the firmware's list (db), as whoever sets up Secure Boot does. There is no platform key, so
# Secure Boot itself stays off, and the test's shell works; the kernel takes its certificates from the list all the same.
trust_boot_key() {
  local work text
  work=$(mktemp -d)
  openssl x509 -in "$keys/boot.pem" -outform DER -out "$work/boot.der"
  sbsiglist --owner 8be4df61-93ca-11d2-aa0d-00e098032b8c --type x509 --output "$work/db.esl" "$work/boot.der"
  sbvarsign --key "$keys/boot.key" --cert "$keys/boot.pem" --include-attrs --output "$work/db.auth" db "$work/db.esl" >/dev/null 2>&1
  in_vm "$1" 'rm -f /run/db.text'
  while read -r text; do
    in_vm "$1" "echo $text >>/run/db.text"
  done < <(base64 -w 700 "$work/db.auth"; echo)
  in_vm "$1" 'base64 -d /run/db.text >/run/db.auth && dd if=/run/db.auth of=/sys/firmware/efi/efivars/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f bs=64k 2>/dev/null' ||
    fail "The firmware did not take the certificate."
  rm -rf "$work"
}

# With "lockdown=integrity", as under Secure Boot, the kernel loads no module that is not signed by somebody it trusts.
drivers_with_card() {
  local name=drivers vm_port=18447 output
  local vm_arguments="lockdown=integrity"
  start_until_drivers_are_told $name -device edu
  serial_says $name 'hearth drivers: trial: trial driver is loaded for 0000:' || fail "The trial driver is not loaded."
  output=$(in_vm $name 'cat /sys/kernel/security/lockdown; modinfo -F filename hearth_trial; modinfo -F signer hearth_trial; findmnt -no FSTYPE,OPTIONS /usr
    cat /usr/share/hearth-trial/1/trial.txt /etc/hearth-trial/trial.conf; ls -l /dev/hearth-trial0; cat /proc/sys/kernel/tainted')
  say "$output"
  [[ $output == *'[integrity]'*/updates/trial/hearth_trial.ko*"Hearth test boot signing"*overlay*ro,*'in /usr.'*'in /etc.'* ]] ||
    fail "The driver is not as it should be."
  [[ $output == *'crw-rw----'*'root hearth-agent'* ]] || fail "The device has other rights."
  # 8192: a module without a signature that the kernel trusts has been loaded.
  ((($(tail -n 1 <<<"$output") & 8192) == 0)) || fail "The kernel did not trust the signature."
  output=$(in_vm $name 'rmmod hearth_trial && (cat /usr/lib/modules/*/updates/trial/hearth_trial.ko; echo) >/run/unsigned.ko
    ! insmod /run/unsigned.ko && modprobe hearth_trial && udevadm settle') || fail "A module without signature was loaded: $output"
  say "  without its signature: $output"
  # As the agent's unit runs: its user, and the devices that it admits.
  output=$(in_vm $name 'mapfile -t allowed < <(systemctl cat hearth-agent.service | grep ^DeviceAllow=); printf "%s\n" "${allowed[@]}"
    systemd-run --quiet --pipe --wait -p User=hearth-agent -p DevicePolicy=closed "${allowed[@]/#/--property=}" cat /dev/hearth-trial0')
  say "  the agent's user: $output"
  [[ $output == *'DeviceAllow=char-hearth-trial rw'*'The card answers: version 1.0, alive.'* ]] || fail "The agent cannot use the card."
  in_vm $name '! systemd-run --quiet --pipe --wait -p User=hearth-agent -p DevicePolicy=closed cat /dev/hearth-trial0' >/dev/null ||
    fail "The card can be used by a unit that does not admit it."
  in_vm $name '! setpriv --reuid=hearth --clear-groups cat /dev/hearth-trial0 && ! setpriv --reuid=nobody --clear-groups cat /dev/hearth-trial0' >/dev/null ||
    fail "Others than the agent can use the card."
  in_vm $name '! touch /usr/lib/hearth/changed 2>/dev/null' || fail "The system can be written to."
  say "  others cannot, and /usr is still read-only"
  kill_vm $name
}

drivers_broken() {
  local name=drivers-broken vm_port=18448 start tree place byte
  fresh_disk $name
  IFS=, read -r _ start _ tree _ < <(tr ' ' '\n' <"$result/drivers" | sed -n 's/^hearth\.drivers=//p')
  place=$(sfdisk -d "$out/vm/$name/disk.img" | sed -n 's/.*start= *\([0-9]*\),.*hearth-root-a.*/\1/p')
  place=$((place * 512 + start + tree / 2))
  byte=$(od -An -tu1 -N1 -j $place "$out/vm/$name/disk.img")
  # shellcheck disable=SC2059
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$out/vm/$name/disk.img" bs=1 seek=$place conv=notrunc status=none
  start_until_drivers_are_told $name -device edu
  serial_says $name 'hearth drivers: refused, since they are not what' || fail "A changed byte in the drivers was not told."
  in_vm $name '[[ $(findmnt -no FSTYPE /usr) != overlay && ! -e /dev/mapper/hearth-drivers && ! -e /dev/hearth-trial0 ]]' ||
    fail "Something of the changed drivers was used."
  wait_for $name 700 serial_says $name 'hearth health: healthy'
  say "  healthy without them $(since_start $name) s after power-on"
  kill_vm $name
}

# Tests of updates: what is refused, what is installed, what falls back, and power cuts. All begin with one machine that was healthy
# and held data when it was frozen.

readonly stick_size=4G

# The version after this one.
next_version() {
  printf '%s' "${version%.*}.$((${version##*.} + 1))"
}

# build_version OUT VERSION [OPTION VALUE...]: another version of what is tested, unless it was built since.
build_version() {
  local folder=$1 next=$2
  shift 2
  [[ ! $folder/$next/hearth-$next.raucb -nt $result/disk.img ]] || return 0
  HEARTH_IMAGE_OUT=$folder HEARTH_IMAGE_CACHE=$cache "$here/image.sh" build --version "$next" "$@" >/dev/null
}

# make_stick FILE...: what is plugged into every machine of these tests. Frozen machines expect it to have always the same size.
make_stick() {
  local folder
  folder=$(mktemp -d "$out/stick.XXXXXX")
  (($# == 0)) || ln "$@" "$folder/"
  rm -f "$out/stick.img"
  mke2fs -q -t ext4 -L STICK -d "$folder" "$out/stick.img" $stick_size
  rm -rf "$folder"
}

# The disk and the stick of a machine, and where a USB stick is plugged in.
drives() {
  printf '%s\n' -device qemu-xhci,id=usb,addr=0x1d -drive "if=virtio,format=raw,file=$out/vm/$1/disk.img" -drive "if=virtio,format=raw,readonly=on,file=$out/stick.img"
}

# A machine that is healthy, with an administrator, rows, and a model; frozen.
frozen_machine() {
  local vm_port=18460 code
  [[ ! $out/vm/frozen/memory -nt $result/disk.img ]] || return 0
  make_stick
  start_installed frozen "$vm_port" -device qemu-xhci,id=usb,addr=0x1d -drive "if=virtio,format=raw,readonly=on,file=$out/stick.img"
  main_job frozen "$vm_port" --until data
  freeze frozen
  say "a healthy machine with data is frozen"
}

# healthy_machine NAME PORT: such a machine, thawed, the stick mounted.
healthy_machine() {
  local -a devices
  vm_port=$2
  mapfile -t devices < <(drives "$1")
  vm_identity=frozen thaw frozen "$1" "${devices[@]}"
  wait_for "$1" 120 in_vm "$1" 'mkdir -p /run/stick && mount -o ro /dev/vdb /run/stick' 10
}

# start_again NAME SECONDS COMMAND...: after a power cut, until the command succeeds.
start_again() {
  local -a devices
  mapfile -t devices < <(drives "$1")
  vm_identity=frozen start_vm "$1" "${devices[@]}"
  wait_for "$@"
}

# Rows and the model are there as they were, by REST, and the database says that it is whole.
data_is_whole() {
  main_job "$1" "$2" --until data
}

# What runs: "SLOT VERSION".
running() {
  in_vm "$1" 'echo "$(cat /run/hearth/slot) $(cat /usr/lib/hearth/version)"' | tail -n 1
}

expect_running() {
  local now
  now=$(running "$1")
  [[ $now == "$2" ]] || fail "$1 runs \"$now\", not \"$2\"."
}

test_update() {
  local good older=0.0.9 name=update vm_port
  good=$(next_version)
  frozen_machine
  build_version "$out" "$good" --keys "$keys"
  build_version "$out" $older --keys "$keys"
  [[ -d $out/foreign-keys ]] || make_keys "$out/foreign-keys"
  build_version "$out/foreign" "$good" --keys "$out/foreign-keys"
  ln -f "$out/foreign/$good/hearth-$good.raucb" "$out/foreign.raucb"
  # A byte in the middle of the system.
  cp "$out/$good/hearth-$good.raucb" "$out/tampered.raucb"
  printf 'x' | dd of="$out/tampered.raucb" bs=1 seek=$(($(stat -c %s "$out/tampered.raucb") / 2)) conv=notrunc status=none
  # A system that is larger than any slot.
  truncate -s $(((slot_size + 64) << 20)) "$out/big.img"
  (version=$good && bundle_of "$out/big.img" "$out/big.raucb")
  rm "$out/big.img"
  make_stick "$out/$good/hearth-$good.raucb" "$out/$older/hearth-$older.raucb" "$out/tampered.raucb" "$out/foreign.raucb" "$out/big.raucb"
  healthy_machine $name 18444
  in_vm $name 'sha256sum </dev/disk/by-partlabel/hearth-root-b >/run/before; ls /efi/loader/entries >/run/entries' 600
  refused $name foreign.raucb 'signature'
  refused $name "hearth-$older.raucb" 'older than'
  refused $name big.raucb 'slots of this machine'
  refused $name tampered.raucb 'damaged'
  in_vm $name 'sha256sum </dev/disk/by-partlabel/hearth-root-b | cmp - /run/before && ls /efi/loader/entries | cmp - /run/entries' 600 ||
    fail "A refused bundle was written."
  say "nothing was written"
  install_bundle $name "hearth-$good.raucb"
  restart_into $name 900
  expect_running $name "B $good"
  in_vm $name 'ls /efi/loader/entries; cat /var/lib/hearth-system/generations/log' >&2
  data_is_whole $name "$vm_port"
  say "updated to $good, healthy in slot B, the data as before"
  kill_vm $name
}

# An administrator plugs in a stick, installs what is on it, and restarts, all on the page "Updates".
test_page() {
  local name=page next vm_port
  next=$(next_version)
  frozen_machine
  build_version "$out" "$next" --keys "$keys"
  make_stick
  healthy_machine $name 18450
  rm -f "$out/usb.img"
  truncate -s 1G "$out/usb.img"
  mkfs.vfat -n UPDATES "$out/usb.img" >/dev/null
  mcopy -i "$out/usb.img" "$out/$next/hearth-$next.raucb" ::
  tell_monitor $name "drive_add 0 if=none,id=plug,format=raw,readonly=on,file=$out/usb.img"
  tell_monitor $name 'device_add usb-storage,bus=usb.0,drive=plug,removable=on'
  in_browser $name anUpdateIsInstalledFromAStickOnThePage
  expect_running $name "B $next"
  data_is_whole $name "$vm_port"
  say "updated to $next from a stick, on the page"
  kill_vm $name
}

# in_browser NAME TEST [OPTION...]: a test of VirtualMachinePages on the pages of this machine. Pictures lie in target/image/pictures.
in_browser() {
  local log=$out/logs/browser-$1.log
  "$root/hearth" test -pl appliance-ui -am -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false "-Dit.test=VirtualMachinePages#$2" \
    -Dfailsafe.failIfNoSpecifiedTests=false "-Dhearth.machine.url=https://127.0.0.1:$vm_port" \
    "-Dhearth.machine.state=$out/vm/$1/state.json" "-Dhearth.machine.next=$(next_version)" \
    "-Dhearth.machine.pictures=$out/pictures" "${@:3}" >"$log" 2>&1 || fail "The page: $(grep -m 3 -E '^\[ERROR\]|waited' "$log")"
  grep -q 'Tests run: 1, Failures: 0, Errors: 0, Skipped: 0' "$log" || fail "The test of the page did not run: $log"
}

refused() {
  local output
  if output=$(in_vm "$1" "rauc install /run/stick/$2" 600); then
    fail "$2 was installed."
  fi
  grep -qi "$3" <<<"$output" || fail "$2 was refused, but not for what it is: $output"
  say "  $2: $(grep -i "$3" <<<"$output" | tail -n 1)"
}

install_bundle() {
  local started=$SECONDS
  in_vm "$1" "rauc install /run/stick/$2" 900 >"$out/logs/rauc-$1.log" || fail "$2 was not installed: $(tail -n 3 "$out/logs/rauc-$1.log")"
  say "$2 is installed after $((SECONDS - started)) s"
}

# restart_into NAME SECONDS: restarts and waits until a start was healthy, whichever it was.
restart_into() {
  local started=$SECONDS
  : >"$out/vm/$1/serial.log"
  in_vm "$1" 'systemctl reboot' 20 >/dev/null 2>&1 || true
  wait_for "$1" "$2" serial_says "$1" 'hearth health: healthy'
  say "healthy again $((SECONDS - started)) s after the restart was asked for"
}

# Generations that are signed and whole, but do not do their work.
test_rollback() {
  local kind name=rollback next good=$version vm_port
  next=$(next_version)
  frozen_machine
  for kind in ${HEARTH_IMAGE_BROKEN:-falls migrates hangs}; do
    rm -rf "$out/broken"
    mkdir -p "$out/broken"
    "broken_$kind" "$out/broken"
    build_version "$out/broken-$kind" "$next" --keys "$keys" --overlay "$out/broken"
    make_stick "$out/broken-$kind/$next/hearth-$next.raucb"
    healthy_machine $name 18446
    install_bundle $name "hearth-$next.raucb"
    # One is tried as often as any update is; for the others, which take as long each time, one attempt must do.
    [[ $kind == falls ]] || in_vm $name 'mv /efi/loader/entries/slot-b+3.conf /efi/loader/entries/slot-b+1.conf'
    restart_into $name 3600
    expect_running $name "A $good"
    in_vm $name 'cat /var/lib/hearth-system/generations/log' >&2
    in_vm $name "grep -q ' B $next failed: ' /var/lib/hearth-system/generations/log" || fail "Why it fell back is not kept."
    data_is_whole $name "$vm_port"
    in_browser $name theCauseOfFallingBackIsShown "-Dhearth.machine.kind=$kind"
    say "a generation that $kind: the machine fell back by itself, the data as before"
    kill_vm $name
  done
}

# The control plane ends at once, each time it is started.
broken_falls() {
  mkdir -p "$1/usr/lib/systemd/system/hearth-control-plane.service.d"
  printf '[Service]\nExecStart=\nExecStart=/usr/lib/hearth/java/bin/java -cp /usr/lib/hearth/nothing io.hearth.Nothing\n' \
    >"$1/usr/lib/systemd/system/hearth-control-plane.service.d/broken.conf"
}

# The control plane never answers. It is given two minutes instead of ten, to save time.
broken_hangs() {
  mkdir -p "$1/usr/lib/systemd/system/hearth-control-plane.service.d"
  printf '[Service]\nExecStart=\nExecStart=/usr/bin/sleep infinity\nTimeoutStartSec=120\n' >"$1/usr/lib/systemd/system/hearth-control-plane.service.d/broken.conf"
}

# A migration changes what the older generation reads, and the one after it fails.
broken_migrates() {
  local jar work
  jar=$(echo "$root"/appliance-ui/target/quarkus-app/app/*.jar)
  work=$(mktemp -d)
  sed 's|"nodes/V120__card_incidents.sql")|"nodes/V120__card_incidents.sql", "settings/V998__renames.sql", "settings/V999__fails.sql")|' \
    "$root/appliance-ui/src/main/java/io/hearth/ui/core/Migrations.java" >"$work/Migrations.java"
  grep -q V999__fails "$work/Migrations.java" || fail "The list of migrations has another form than this test knows."
  javac -proc:none -nowarn -d "$work/classes" -cp "$jar:$root/appliance-ui/target/quarkus-app/lib/main/*" "$work/Migrations.java"
  mkdir -p "$work/classes/io/hearth/ui/settings" "$1/usr/lib/hearth/control-plane/app"
  echo 'ALTER TABLE dataset RENAME TO dataset_of_a_newer_time;' >"$work/classes/io/hearth/ui/settings/V998__renames.sql"
  echo 'INSERT INTO table_that_is_not_there VALUES (1);' >"$work/classes/io/hearth/ui/settings/V999__fails.sql"
  # Written anew: Quarkus' file has entries twice, which the tool does not change.
  unzip -q -o "$jar" -d "$work/app"
  cp -r "$work/classes/." "$work/app/"
  jar --create --no-manifest --file "$1/usr/lib/hearth/control-plane/app/$(basename "$jar")" -C "$work/app" .
  rm -rf "$work"
}

# The power goes at ten points of an update, spread over the time that one takes.
test_powercut() {
  local points=${HEARTH_IMAGE_CUTS:-10} name=powercut next whole point started now vm_port
  next=$(next_version)
  frozen_machine
  build_version "$out" "$next" --keys "$keys"
  make_stick "$out/$next/hearth-$next.raucb"
  healthy_machine $name 18447
  started=$(date +%s%N)
  install_bundle $name "hearth-$next.raucb"
  whole=$((($(date +%s%N) - started) / 1000000))
  kill_vm $name
  for ((point = 1; point <= points; point++)); do
    healthy_machine $name 18447
    in_vm $name "systemd-run --quiet rauc install /run/stick/hearth-$next.raucb" 20
    sleep "$(bc -l <<<"$whole * $point / $points / 1000")"
    kill_vm $name
    start_again $name 900 answers "$vm_port"
    now=$(running $name)
    [[ $now == "A $version" || $now == "B $next" ]] || fail "After the cut $point it runs \"$now\"."
    data_is_whole $name "$vm_port"
    say "cut $point of $points, after $((whole * point / points)) ms of $whole: starts, runs $now, the data as before"
    kill_vm $name
  done
}

# The power goes while a job runs: it goes on, and its adapter has the same bytes as without the cut.
test_resume() {
  local name=resume vm_port whole again
  frozen_machine
  make_stick
  healthy_machine $name 18448
  main_job $name "$vm_port" --until "done" --steps 6
  whole=$(main_job $name "$vm_port" --until adapter | tail -n 1)
  kill_vm $name
  healthy_machine $name 18448
  main_job $name "$vm_port" --until step --steps 6 --step 3
  kill_vm $name
  say "the power was cut in the middle of the job"
  start_again $name 900 serial_says $name 'hearth health: healthy'
  main_job $name "$vm_port" --until "done"
  again=$(main_job $name "$vm_port" --until adapter | tail -n 1)
  [[ -n $whole && $whole == "$again" ]] || fail "The adapter is $again after the cut, and $whole without one."
  say "the adapter after the cut is the one without: $again"
  kill_vm $name
}

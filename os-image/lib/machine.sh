# A virtual machine under QEMU's software emulation, with one processor: with two, whose threads QEMU emulates side by side, Java crashes
# now and then in code that it has just compiled or patched. Its Java uses the first of its two compilers only: emulated, the second one
# costs more than it saves (healthy after 260 s instead of 416). Its serial line goes to a file, and can be typed at through a socket; a
# second one is a shell for tests, which only a boot argument from outside turns on (systemd's debug shell; with Secure Boot on the image
# refuses to start with such arguments).

readonly firmware=/usr/share/OVMF

# start_vm NAME [QEMU ARGUMENT...]: with "https" forwarded from port $vm_port of this machine. With vm_secure=yes the firmware knows Secure
# Boot; it has no keys until some are enrolled. With vm_plain=yes nothing is added to the boot image's arguments.
start_vm() {
  local name=$1 folder=$out/vm/$1
  shift
  mkdir -p "$folder"
  [[ -f $folder/vars.fd ]] || cp "$firmware/OVMF_VARS_4M.fd" "$folder/vars.fd"
  local code=OVMF_CODE_4M.fd
  local -a secure=()
  if [[ ${vm_secure:-} == yes ]]; then
    code=OVMF_CODE_4M.secboot.fd
    secure=(-machine smm=on -global driver=cfi.pflash01,property=secure,value=on)
  fi
  # The credential is to be ignored.
  local -a added=(-smbios "type=11,value=io.systemd.credential:hearth.planted=yes,value=io.systemd.stub.kernel-cmdline-extra=systemd.debug_shell=ttyS1 systemd.setenv=JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 ${vm_arguments:-}")
  [[ ${vm_plain:-} != yes ]] || added=()
  : >"$folder/serial.log"
  rm -f "$folder/shell" "$folder/monitor" "$folder/serial"
  qemu-system-x86_64 -name "$name" -machine q35 "${secure[@]}" -accel tcg,tb-size=512 -cpu max -smp 1 \
    -m "${vm_memory:-3072}" \
    -uuid "$(printf 'hearth %s' "${vm_identity:-$name}" | md5sum | sed 's/\(........\)\(....\)\(....\)\(....\)\(............\).*/\1-\2-\3-\4-\5/')" \
    -display none -vga std -chardev "socket,id=serial,path=$folder/serial,server=on,wait=off,logfile=$folder/serial.log" -serial chardev:serial -serial "unix:$folder/shell,server,nowait" \
    -monitor "unix:$folder/monitor,server,nowait" -pidfile "$folder/pid" \
    "${added[@]}" \
    -drive "if=pflash,format=raw,unit=0,readonly=on,file=$firmware/$code" \
    -drive "if=pflash,format=raw,unit=1,file=$folder/vars.fd" \
    -netdev "user,id=net0,hostfwd=tcp:127.0.0.1:${vm_port:-8443}-:443${vm_forward:+,$vm_forward}" -device virtio-net-pci,netdev=net0,romfile= \
    -device i6300esb -action watchdog=reset \
    "$@" </dev/null >"$folder/qemu.log" 2>&1 &
  echo $! >"$folder/process"
  date +%s.%N >"$folder/started"
}

# tell_monitor NAME COMMAND: returns when QEMU has carried it out.
tell_monitor() {
  /usr/bin/python3 "$here/lib/monitor.py" "$out/vm/$1/monitor" "$2"
}

# freeze NAME: memory and disk of a machine that runs, in files; it ends. A start takes minutes here, thawing seconds.
freeze() {
  local folder=$out/vm/$1
  tell_monitor "$1" stop >/dev/null
  tell_monitor "$1" "migrate \"exec:cat >$folder/memory.new\"" >/dev/null
  [[ $(tell_monitor "$1" 'info migrate') == *'status: completed'* ]] || fail "$1 could not be frozen."
  tell_monitor "$1" quit >/dev/null || true
  mv "$folder/memory.new" "$folder/memory"
}

# thaw FROZEN NAME [QEMU ARGUMENT...]: a copy of a frozen machine goes on under another name. It needs the same devices.
thaw() {
  local frozen=$out/vm/$1 name=$2
  shift 2
  fresh_vm "$name"
  cp --sparse=always "$frozen/disk.img" "$frozen/vars.fd" "$frozen/state.json" "$out/vm/$name/"
  start_vm "$name" "$@" -incoming "exec:cat $frozen/memory"
  wait_for "$name" 120 is_thawed "$name"
  tell_monitor "$name" cont >/dev/null
}

# A frozen machine had been stopped, and stays so until it is told to go on.
is_thawed() {
  local status
  status=$(tell_monitor "$1" 'info status')
  [[ $status == *paused* && $status != *inmigrate* ]]
}

vm_runs() {
  kill -0 "$(<"$out/vm/$1/process")" 2>/dev/null
}

# As a power cut: nothing is told.
kill_vm() {
  local pid
  pid=$(cat "$out/vm/$1/process" 2>/dev/null) || return 0
  # A number that an older run has left may be another program's by now.
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == qemu* ]] || return 0
  kill -KILL "$pid" 2>/dev/null || return 0
  wait "$pid" 2>/dev/null || true
}

since_start() {
  bc -l <<<"$(date +%s.%N) - $(<"$out/vm/$1/started")" | cut -d . -f 1
}

# wait_for NAME SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local name=$1 until=$((SECONDS + $2))
  shift 2
  while ! "$@" >/dev/null 2>&1; do
    if ! vm_runs "$name"; then
      say "$name has ended: $(tail -n 3 "$out/vm/$name/qemu.log")"
      return 1
    elif ((SECONDS > until)); then
      say "$name: \"$*\" was not so in time. The end of its serial line:"
      tail -n 15 "$out/vm/$name/serial.log" | tr -d '\033' | cut -c 1-180 >&2
      return 1
    fi
    sleep 1
  done
}

serial_says() {
  grep -aqE "$2" "$out/vm/$1/serial.log"
}

answers() {
  curl --silent --fail --insecure --max-time 60 "https://127.0.0.1:$1${2:-/q/health/ready}"
}

# serial_types NAME TEXT: what a person would type at the serial line, with Enter.
serial_types() {
  printf '%s\r' "$2" | socat -t 2 - "UNIX-CONNECT:$out/vm/$1/serial" >/dev/null
}

# in_vm NAME COMMAND: runs a command in the machine and prints what it prints; its exit status.
in_vm() {
  /usr/bin/python3 "$here/lib/shell.py" "$out/vm/$1/shell" "${3:-120}" "$2"
}

run_machine() {
  [[ -f $result/disk.img ]] || fail "Version $version is not built. Use: ./hearth image build"
  local disk=$out/vm/run/disk.img
  mkdir -p "$out/vm/run"
  [[ -f $disk ]] || cp --sparse=always "$result/disk.img" "$disk"
  vm_port=$port start_vm run -drive "if=virtio,format=raw,file=$disk"
  say "The machine starts; without hardware acceleration this takes about three minutes. Pages: https://127.0.0.1:$port"
  say "Its serial line: $out/vm/run/serial.log. Ctrl-C stops it as a power cut does; its disk stays in $disk."
  trap 'kill_vm run' EXIT
  wait
}

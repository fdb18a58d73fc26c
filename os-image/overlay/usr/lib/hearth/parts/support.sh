# shellcheck shell=bash disable=SC2154
# The support bundle onto a stick: which sticks there are, and the order to write it. For requests of the control plane, for the screen,
# and for bin/write-support, which alone writes. "root" stands for "/" in tests.
#
#   order    two lines: the id of the stick, and who has made the bundle (control-plane, machine)
#   state    JSON: how far it is, or how it has ended
#   cancelled   is there when somebody has called it off
#   lock     is held by the program that writes

readonly support=$root/run/hearth/support
# A bundle that the control plane has made, and nothing else of its folder.
readonly bundle_of_control_plane=$root/var/lib/hearth/support-stick/bundle.zip bundle_of_machine=$support/machine.zip

# support_refusal CODE SENTENCE [ARGUMENT...]: as "refusal" of bin/system-request.
support_refusal() {
  jq -cn --arg code "$1" --arg text "$2" '{$code, arguments: $ARGS.positional, $text}' --args "${@:3}"
}

# The sticks that are plugged in, one a line, with why a stick cannot be used: file systems of removable devices, as on the page
# Updates. A device of which any part is mounted, or is a part of a Hearth, is a disk of a machine and not told at all. The id names
# the device and its file system: another stick in the same place has another one, and so has the copy of a stick in another place.
support_sticks() {
  local stick
  lsblk --json --bytes --output PATH,TYPE,SIZE,RO,RM,HOTPLUG,TRAN,FSTYPE,UUID,LABEL,PARTLABEL,MOUNTPOINTS,MODEL | jq -c '
    def parts: ., (.children[]? | parts);
    def plain: tostring | gsub("[[:cntrl:]]"; "") | .[0:64];
    .blockdevices[] | select((.rm or .hotplug) and ((.type // "part") | IN("disk", "part")))
    | select([parts | .mountpoints[]? | values] == [] and [parts | (.partlabel // "") | select(startswith("hearth-"))] == [])
    | . as $disk | [.children[]? | select(.fstype)] as $systems
    | (if .fstype == null and $systems != [] then $systems[] else select(.fstype or .tran == "usb") end)
    | {path, type: .fstype, uuid: (.uuid // ""), size: (.size // 0), ro: (.ro // $disk.ro // false),
       label: ((.label // $disk.model // .path) | plain)}
    | .refused = (if .ro then {code: "stick-read-only", arguments: [], text: "The stick is write-protected. Is there a switch on it?"}
      elif .type == null then {code: "stick-unformatted", arguments: [], text: "The stick has no file system. Format it with FAT32 or exFAT."}
      elif (.type | IN("vfat", "exfat", "ext4") | not) then {code: "stick-system", arguments: [.type | plain],
        text: "The stick has the file system \(.type | plain), which is not written here. Format it with FAT32 or exFAT, or take another one."}
      elif (.uuid | test("^[0-9A-Za-z-]{1,64}$") | not) then {code: "stick-number", arguments: [],
        text: "The file system of the stick has no number by which it is told from others. Format it anew."}
      else null end) | del(.ro)' |
    while IFS= read -r stick; do
      jq -c --arg id "$(jq -r '"\(.path)/\(.uuid)"' <<<"$stick" | sha256sum | cut -c 1-16)" '{$id} + .' <<<"$stick"
    done
}

support_busy() {
  [[ -e $support/lock ]] && ! flock -n "$support/lock" true
}

# order_support ID MAKER: begins. False if another one is being written.
order_support() {
  mkdir -p "$support"
  exec 9>>"$support/request.lock"
  if ! flock -n 9 || support_busy; then
    exec 9>&-
    return 1
  fi
  rm -f "$support/state" "$support/cancelled"
  printf '%s\n' "$1" "$2" >"$support/order.next"
  mv "$support/order.next" "$support/order"
  # Comes back when it has ended, however it has.
  systemctl start hearth-support-stick.service 3>&- 9>&- &
  support_writer=$!
}

cancel_support() {
  ! support_busy || : >"$support/cancelled"
  systemctl stop hearth-support-stick.service
}

support_goes_on() {
  kill -0 "$support_writer" 2>/dev/null
}

# After its end, for the next order. In the shell that has ordered.
end_support() {
  wait "$support_writer" 2>/dev/null || true
  exec 9>&-
}

# How it has ended: JSON with "done" or "refused".
support_outcome() {
  local state
  state=$(jq -c 'select(.done or .refused)' "$support/state" 2>/dev/null) || state=''
  [[ -n $state ]] || state="{\"refused\":$(support_refusal support-interrupted "The writing was interrupted. A file on the stick whose name ends in .part can be deleted.")}"
  printf '%s\n' "$state"
}

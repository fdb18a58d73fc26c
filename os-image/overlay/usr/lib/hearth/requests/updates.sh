# shellcheck shell=bash disable=SC2154
# Bundles: what is in them, and their installation by RAUC. Only one is at hand at a time: "upload", which the control plane has left
# at the one place where it may; those on sticks are named by the id that "sticks" tells.

readonly uploaded=$root/var/lib/hearth/updates/bundle.raucb
readonly updates=$root/var/lib/hearth-system/updates
readonly bundle=$updates/bundle.raucb
# While an installation runs its process holds the lock, and the file says how far it is.
readonly lock=$root/run/hearth/updates.lock progress_file=$root/run/hearth/updates.progress
readonly sticks=$root/run/hearth/sticks messages=$work/messages

verb_inspect() {
  accepts
  take_upload
  [[ -f $bundle ]] || refuse no-bundle "There is no uploaded bundle on this machine."
  result "$(inspection upload "$bundle" "")"
}

verb_discard() {
  accepts
  not_while_installing
  rm -f "$uploaded" "$bundle"
  result '{}'
}

verb_sticks() {
  accepts
  local found
  mount_sticks
  found=$(each_stick_bundle | while IFS=$'\t' read -r id label file; do inspection "$id" "$file" "$label"; done | jq -cs .)
  result "{\"bundles\":$found}"
}

verb_install() {
  accepts bundle older
  local id older file version
  id=$(argument bundle 'upload|[0-9a-f]{16}')
  older=$(argument older 'true|false' false)
  exec 9>>"$lock"
  flock -n 9 || refuse installing "An update is being installed already."
  : >"$progress_file"
  if [[ $id == upload ]]; then
    take_upload_now
    [[ -f $bundle ]] || refuse no-bundle "There is no uploaded bundle on this machine."
  else
    mount_sticks
    file=$(each_stick_bundle | awk -F '\t' -v id="$id" '$1 == id { print $3; exit }')
    [[ -n $file ]] || refuse stick-gone "The stick with this bundle is not plugged in any more."
    refuse_unless_fit "$file" "$older"
    copy_from_stick "$file"
  fi
  refuse_unless_fit "$bundle" "$older"
  install_bundle "$version" "$older"
}

# Progress of an installation that somebody has begun, to its end; the answer is its outcome.
verb_follow() {
  accepts
  local last='' now
  while installing; do
    now=$(cat "$progress_file" 2>/dev/null) || now=''
    [[ -z $now || $now == "$last" ]] || send "$now"
    last=$now
    sleep 0.5
  done
  result "{\"outcome\":$(outcome)}"
}

# --- Where bundles come from

# What the control plane has left becomes the machine's by a new name: what was looked at is what is installed.
take_upload() {
  installing || take_upload_now
}

take_upload_now() {
  mkdir -p "$updates"
  if [[ -e $uploaded || -L $uploaded ]]; then
    rm -rf "$bundle.next"
    mv -T "$uploaded" "$bundle.next"
    [[ -f $bundle.next && ! -L $bundle.next ]] || refuse no-bundle "There is no uploaded bundle on this machine."
    mv -T "$bundle.next" "$bundle"
  fi
}

# File systems of removable devices, read only. The unit has mounts of its own, which end with it.
mount_sticks() {
  local path type uuid label options
  : >"$work/labels"
  while IFS=$'\t' read -r path type uuid label; do
    options=ro,nosuid,nodev,noexec
    [[ $type != ext4 ]] || options+=,noload
    mkdir -p "$sticks/$uuid"
    if timeout 30 mount -t "$type" -o $options "$path" "$sticks/$uuid"; then
      printf '%s\t%s\n' "$uuid" "$label" >>"$work/labels"
    fi
  done < <(lsblk --list --json --output PATH,FSTYPE,UUID,LABEL,RM,HOTPLUG,MOUNTPOINTS | jq -r '.blockdevices[] |
    select((.rm or .hotplug) and ([.mountpoints[]? | values] | length) == 0) |
    select((.fstype // "") | IN("vfat", "exfat", "ext4", "iso9660", "ntfs")) | select((.uuid // "") | test("^[0-9A-Za-z-]+$")) |
    [.path, (if .fstype == "ntfs" then "ntfs3" else .fstype end), .uuid, .label // .path] | @tsv')
}

# "ID LABEL FILE" of each bundle at the top of a stick. Names with control characters are passed over.
each_stick_bundle() {
  local uuid label file
  while IFS=$'\t' read -r uuid label; do
    find "$sticks/$uuid" -mindepth 1 -maxdepth 1 -type f -iname '*.raucb' -size +0 ! -name '*[[:cntrl:]]*' | sort | head -n 20 |
      while IFS= read -r file; do
        printf '%s\t%s\t%s\n' "$(printf '%s/%s' "$uuid" "${file##*/}" | sha256sum | cut -c 1-16)" "$label" "$file"
      done
  done <"$work/labels"
}

copy_from_stick() {
  local size copied=0
  size=$(stat -c %s "$1")
  mkdir -p "$updates"
  rm -f "$bundle" "$bundle.next"
  (($(stat -f -c '%a * %S' "$updates") > size + (256 << 20))) ||
    refuse no-room "There is not enough room on this machine for the bundle of $((size >> 20)) MiB." "$((size >> 20))"
  cp "$1" "$bundle.next" &
  while kill -0 $! 2>/dev/null; do
    copied=$(stat -c %s "$bundle.next" 2>/dev/null || echo 0)
    note_progress $((copied * 100 / size)) copying ""
    sleep 0.5
  done
  wait $! || finish "$version" "$(refusal stick-gone "The stick with this bundle is not plugged in any more, or cannot be read.")"
  sync "$bundle.next"
  mv -T "$bundle.next" "$bundle"
}

# --- What is in a bundle

# inspection ID FILE STICK: JSON about a bundle; "refused" says why it would not be installed.
inspection() {
  local info signer='' refused=null
  info=$(manifest_of "$2") || info=null
  if [[ $info == null ]]; then
    refused=$(refusal_of_rauc <"$messages")
  else
    signer=$(sed -n "s/.*Verified .*signature by '\(.*\)'\$/\1/p" "$messages")
    refused=$(misfit "$info")
  fi
  jq -cn --arg bundle "$1" --arg name "${2##*/}" --arg stick "$3" --argjson size "$(stat -c %s "$2")" --arg signer "$signer" \
    --argjson info "$info" --argjson refused "$refused" --argjson failed "$(failed_before "$(jq -r '.update.version // ""' <<<"$info")")" '
    {$bundle, name: (if $stick == "" then null else $name end), stick: (if $stick == "" then null else $stick end), $size,
      version: $info.update.version, notes: $info.update.description, build: $info.update.build,
      signer: (if $signer == "" then null else $signer end), systemSize: ([$info.images[]?.size] | max),
      failedBefore: $failed, $refused}'
}

# What RAUC reads of a bundle after it has checked the signature; what it says besides goes into the file "messages".
manifest_of() {
  timeout 120 rauc info --output-format=json-2 "$1" 2>"$messages" | jq -ce 'select(.update.version | strings)'
}

# Why RAUC does not believe a bundle, as a refusal; reads RAUC's messages.
refusal_of_rauc() {
  local said
  said=$(grep -v '^rauc-Message' | tail -n 1 | cut -c 1-300)
  case $said in
    *"certificate has expired"* | *"certificate is not yet valid"*)
      refusal certificate-time "The signer's certificate is not valid at this time. Is this machine's clock right?" ;;
    *"signature verification failed"*)
      refusal signature "The bundle is not signed by anybody whom this machine trusts, or it was changed afterwards." ;;
    *"Invalid bundle format"* | *"Bundle format"* | *"Payload size"*)
      refusal no-hearth-bundle "The file is no update bundle of Hearth, or not the whole of one." ;;
    *) refusal unreadable "The bundle cannot be read: $said" "$said" ;;
  esac
}

# Why a bundle with a good signature would not be installed here, or null; the bundle's own hook decides the same.
misfit() {
  local version compatible here_version size room slot
  IFS=$'\t' read -r version compatible size < <(jq -r '[.update.version, .update.compatible, ([.images[].size] | max)] | @tsv' <<<"$1")
  here_version=$(<"$root/usr/lib/hearth/version")
  if [[ $compatible != "$(sed -n 's/^compatible=//p' "$root/etc/rauc/system.conf")" ]]; then
    refusal other-machine "The bundle is for another kind of machine: $compatible." "$compatible"
    return
  fi
  for slot in a b; do
    room=$(blockdev --getsize64 "$root/dev/disk/by-partlabel/hearth-root-$slot" 2>/dev/null) || room=0
    if ((room == 0)); then
      refusal not-installed "This machine runs from a medium. Updates need a machine that Hearth is installed on."
      return
    elif ((size > room)); then
      refusal too-big "The system in the bundle has $((size >> 20)) MiB; the slots of this machine have $((room >> 20)) MiB." \
        $((size >> 20)) $((room >> 20))
      return
    fi
  done
  if older "$version" "$here_version"; then
    refusal older "The bundle holds Hearth $version, which is older than $here_version." "$version" "$here_version"
    return
  fi
  echo null
}

# Whether version $1 is older than $2; 1.0.0-rc.1 is older than 1.0.0.
older() {
  [[ $1 != "$2" && $(printf '%s\n%s\n' "${1/-/\~}" "${2/-/\~}" | sort -V | head -n 1) == "${1/-/\~}" ]]
}

# Whether this version was tried on this machine and never became healthy.
failed_before() {
  if [[ -n $1 ]] && ! grep -qsF " $1 healthy" "$generations" && grep -qsF -e " $1 failed: " -e "back from $1, " "$generations"; then
    echo true
  else
    echo false
  fi
}

# Sets "version" to that of the bundle.
refuse_unless_fit() {
  local found
  found=$(inspection x "$1" "")
  version=$(jq -r '.version // ""' <<<"$found")
  found=$(jq -c .refused <<<"$found")
  [[ $found == null || ($2 == true && $(jq -r .code <<<"$found") == older) ]] || refuse_this "$found"
}

refuse_this() {
  send "{\"refused\":$1}"
  exit "$declined"
}

# --- The installation

installing() {
  [[ -e $lock ]] && ! flock -n "$lock" true
}

not_while_installing() {
  ! installing || refuse installing "An update is being installed already."
}

note_progress() {
  local now
  now=$(progress_json "$@")
  printf '%s\n' "$now" >"$progress_file.next"
  mv "$progress_file.next" "$progress_file"
  send "$now"
}

# From here on it goes to its end, whoever listens. A file says that it has begun, so that a power cut is told from an end.
install_bundle() {
  local version=$1 line text='' code=1
  keep "$updates/begun" "$(jq -cn --arg version "$version" --arg time "$(now)" '{$time, $version, result: "interrupted"}')"
  note_progress 0 checking ""
  rm -f "$root/run/hearth/allow-older"
  [[ $2 == false ]] || touch "$root/run/hearth/allow-older"
  while IFS= read -r line; do
    if [[ $line =~ ^\ *([0-9]+)%\ (.*)$ ]]; then
      note_progress "${BASH_REMATCH[1]}" installing "${BASH_REMATCH[2]}"
    elif [[ $line =~ ^ended\ with\ ([0-9]+)$ ]]; then
      code=${BASH_REMATCH[1]}
    else
      echo "$line"
      [[ $line != LastError:* && $line != "Failed to contact"* && $line != "Error creating proxy"* ]] || text=${line#LastError: }
    fi
  done < <(rauc install "$bundle" 2>&1 && echo "ended with 0" || echo "ended with $?")
  rm -f "$root/run/hearth/allow-older"
  ((code == 0)) || finish "$version" "$(refusal_of_installation "$text")"
  rm -f "$bundle"
  finish "$version" null
}

# Why RAUC has not installed a bundle: what its hook refuses, it refuses before a byte is written.
refusal_of_installation() {
  local hook=${1##*Hook returned: \'}
  case $1 in
    *"Already processing"*) refusal installing "An update is being installed already." ;;
    *"bundle is damaged"*) refusal damaged "The bundle is damaged: its bytes are not those that were signed. Nothing was written." ;;
    *"Hook returned: "*) refusal rejected "${hook%\'}" "${hook%\'}" ;;
    *) refusal failed "RAUC could not install the bundle: ${1:-it said nothing}. The system that runs is as it was." "${1:-}" ;;
  esac
}

# finish VERSION REFUSAL: keeps the outcome, and answers with it.
finish() {
  local outcome
  mkdir -p "$updates"
  outcome=$(jq -cn --arg time "$(now)" --arg version "$1" --argjson refused "$2" \
    '{$time, $version, result: (if $refused == null then "installed" else "refused" end), $refused}')
  keep "$updates/last" "$outcome"
  rm -f "$updates/begun"
  if [[ $2 == null ]]; then
    note "installed $1"
  else
    note "not installed $1: $(jq -r .text <<<"$2")"
    refuse_this "$2"
  fi
  result "{\"outcome\":$outcome}"
}

# What became of the last installation, or null. One that has begun and neither ended nor goes on was interrupted.
outcome() {
  if [[ -s $updates/begun ]] && ! installing; then
    cat "$updates/begun"
  elif [[ -s $updates/last ]]; then
    cat "$updates/last"
  else
    echo null
  fi
}

# The part of "status" about updates.
updates_status() {
  local busy=null there=false
  if installing; then
    busy=$(cat "$progress_file" 2>/dev/null) || busy=''
    [[ -n $busy ]] || busy=$(progress_json 0 checking "")
  fi
  [[ ! -f $bundle && ! -f $uploaded ]] || there=true
  jq -cn --argjson uploaded $there --argjson installing "$busy" --argjson last "$(outcome)" '{$uploaded, $installing, $last}'
}

note() {
  printf '%s %s %s %s\n' "$(now)" "$(<"$root/run/hearth/slot")" "$(<"$root/usr/lib/hearth/version")" "$*" >>"$updates/history"
  sync "$updates/history"
}

keep() {
  printf '%s\n' "$2" >"$1.next"
  sync "$1.next"
  mv "$1.next" "$1"
}

now() {
  date -u +%Y-%m-%dT%H:%M:%SZ
}

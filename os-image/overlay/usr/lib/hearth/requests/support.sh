# shellcheck shell=bash disable=SC2154
# The support bundle onto a stick. It lies where the control plane leaves it; a unit of its own writes it, since nothing here may write
# onto a device.

# shellcheck source=os-image/overlay/usr/lib/hearth/parts/support.sh
. "$here/parts/support.sh"
# A stick with less room than that is not offered; bundles are smaller.
readonly least_room=$((4 << 20))

verb_support_sticks() {
  accepts
  local found
  ! support_busy || refuse support-busy "A support bundle is being written onto a stick already."
  found=$(support_sticks | while IFS= read -r stick; do look_at_stick "$stick"; done | jq -cs .)
  result "{\"sticks\":$found}"
}

verb_support_write() {
  accepts stick
  local stick now last='' outcome support_writer
  stick=$(argument stick '[0-9a-f]{16}')
  order_support "$stick" control-plane || refuse support-busy "A support bundle is being written onto a stick already."
  while support_goes_on; do
    now=$(jq -r '.percent // empty' "$support/state" 2>/dev/null) || now=''
    [[ -z $now || $now == "$last" ]] || progress "$now" writing ""
    last=$now
    sleep 0.2
  done
  end_support
  outcome=$(support_outcome)
  [[ $(jq -c '.refused // empty' <<<"$outcome") == '' ]] || refuse_this "$(jq -c .refused <<<"$outcome")"
  result "$(jq -c .done <<<"$outcome")"
}

# What was begun ends with its own sentence.
verb_support_cancel() {
  accepts
  cancel_support
  result '{}'
}

# look_at_stick STICK: with the room on it, or why it cannot be used.
look_at_stick() {
  local path type free place=$sticks/support options=ro,nosuid,nodev,noexec refused=null
  if [[ $(jq -c .refused <<<"$1") != null ]]; then
    jq -c '. + {free: null} | del(.path)' <<<"$1"
    return
  fi
  path=$(jq -r .path <<<"$1") type=$(jq -r .type <<<"$1")
  [[ $type != ext4 ]] || options+=,noload
  mkdir -p "$place"
  if timeout 30 mount -t "$type" -o "$options" "$path" "$place"; then
    free=$(($(stat -f -c '%a * %S' "$place")))
    umount "$place"
    ((free >= least_room)) || refused=$(support_refusal stick-small "The stick has $((free >> 20)) MiB left; the bundle needs more." "$((free >> 20))")
  else
    free=null
    refused=$(support_refusal stick-unreadable "The stick cannot be read. Is its file system damaged?")
  fi
  jq -c --argjson free "$free" --argjson refused "$refused" '. + {$free, $refused} | del(.path)' <<<"$1"
}

# shellcheck shell=bash disable=SC2154
# What runs on this machine, in which slots, and what became of earlier generations.

# Entries of the boot loader; boot-slots says what their names mean.
readonly entries=$root/efi/loader/entries
readonly generations=$root/var/lib/hearth-system/generations/log

verb_status() {
  accepts
  local slot='' next=''
  [[ ! -s $root/run/hearth/slot ]] || slot=$(<"$root/run/hearth/slot")
  [[ -z $slot ]] || next=$(HEARTH_ENTRIES=$entries "$here/bin/boot-slots" get-primary) || next=''
  result "$(jq -cn --arg version "$(<"$root/usr/lib/hearth/version")" --arg mode "$(<"$root/run/hearth/mode")" \
    --argjson slots "$(slots "$slot" "$next")" --argjson log "$(log_lines)" --argjson updates "$(updates_status)" \
    --argjson trust "$(authorities)" '{$version, $mode, $slots, $log, $trust} + $updates')"
}

# Whose bundles the system takes, each with the end of its certificate.
authorities() {
  local certificate
  awk -v name="$work/authority-" '/BEGIN CERTIFICATE/ { number++ } number { print >(name number) }' "$root/etc/rauc/ca.pem" 2>/dev/null || true
  for certificate in "$work"/authority-*; do
    [[ ! -f $certificate ]] || openssl x509 -in "$certificate" -noout -subject -nameopt RFC2253 -enddate -dateopt iso_8601 || true
  done | jq -Rcn '[inputs | split("=")] | [range(0; length; 2) as $at | {name: .[$at][1:] | join("="), until: .[$at + 1][1] | sub(" "; "T")}]'
}

# The slots of an installed machine; none when it runs from a medium. States: proven, trial, failed (no attempt is left), off.
slots() {
  local slot file
  for slot in A B; do
    [[ -n $1 ]] || continue
    file=$(compgen -G "$entries/slot-${slot,,}.conf" || compgen -G "$entries/slot-${slot,,}+*.conf" || true)
    file=${file%%$'\n'*}
    jq -n --arg name "$slot" --arg version "$([[ -z $file ]] || sed -n 's/^version *//p' "$file")" --arg file "${file##*/}" \
      --argjson running "$(truth "$1" "$slot")" --argjson next "$(truth "$2" "$slot")" '
      ($file | capture("\\+(?<left>[0-9]+)(-(?<made>[0-9]+))?\\.conf$") // {left: null, made: null}) as $count |
      (if $file == "" then "empty" elif $count.left == null then "proven" elif $count.left != "0" then "trial"
        elif $count.made != null then "failed" else "off" end) as $state |
      {$name, $version, $state, $running, $next, attempts: (if $state == "trial" then $count.left | tonumber else null end)}'
  done | jq -cs .
}

truth() {
  if [[ $1 == "$2" ]]; then echo true; else echo false; fi
}

# The newest hundred lines of what the health check, the guard of the data and updates have noted: "TIME SLOT VERSION TEXT".
log_lines() {
  { cat "$generations" "$updates/history" 2>/dev/null || true; } | sort -s -k 1,1 | tail -n 100 |
    jq -Rcn '[inputs | capture("^(?<time>[0-9TZ:-]+) (?<slot>\\S+) (?<version>\\S+) (?<text>.*)$")]'
}

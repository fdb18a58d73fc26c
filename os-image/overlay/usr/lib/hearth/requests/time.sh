# shellcheck shell=bash disable=SC2154
# The clock: of whom it is asked, and whether it is right.

readonly kept_time=$root/var/lib/hearth-system/time.conf
readonly used_time=$root/run/systemd/timesyncd.conf.d/50-house.conf

verb_time() {
  accepts
  local own='' offset
  [[ ! -s $kept_time ]] || own=$(sed -n 's/^NTP=//p' "$kept_time")
  # What the last answer said, in microseconds: how far the clock was off.
  offset=$(timedatectl timesync-status 2>/dev/null | sed -n 's/^ *Offset: *//p')
  result "$(jq -cn --arg now "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg servers "$own" --arg offset "$offset" \
    --arg synchronized "$(timedatectl show --property=NTPSynchronized --value 2>/dev/null || true)" \
    --arg server "$(timedatectl show-timesync --property=ServerName --value 2>/dev/null || true)" \
    '{$now, servers: ($servers | split(" ") | map(select(. != ""))), synchronized: ($synchronized == "yes"), $server, $offset}')"
}

verb_time_set() {
  accepts servers
  local servers label='[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
  local server="($label(\\.$label)*|[0-9A-Fa-f:]{2,39})"
  servers=$(argument servers "($server( $server){0,3})?")
  mkdir -p "$(dirname "$kept_time")" "$(dirname "$used_time")"
  if [[ -n $servers ]]; then
    printf '[Time]\nNTP=%s\n' "$servers" >"$kept_time.next"
    sync "$kept_time.next"
    mv "$kept_time.next" "$kept_time"
    cp "$kept_time" "$used_time"
  else
    rm -f "$kept_time" "$used_time"
  fi
  systemctl restart systemd-timesyncd.service
  result '{}'
}

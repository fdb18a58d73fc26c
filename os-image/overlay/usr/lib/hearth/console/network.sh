# shellcheck shell=bash disable=SC2154
# The network, set at the screen. Every answer is checked by the rules of provision.yaml as soon as it is given. The trial is the one of
# the page System: the same program, the same files; what nobody keeps within its time is taken back.

# request VERB [NAME VALUE]...: asks the program that the control plane asks; what it answers into "said". False when it refuses.
request() {
  said=$(jq -cn --arg verb "$1" '[$ARGS.positional | range(0; length; 2) as $i | {(.[$i]): .[$i + 1]}] | add // {} | {$verb} + .' --args "${@:2}" |
    bash "$here/bin/system-request" | tail -n 1)
  jq -e 'has("result")' <<<"$said" >/dev/null 2>&1
}

why_refused() {
  local sentence
  sentence=$(jq -r '.refused.text // empty' <<<"$said" 2>/dev/null)
  printf '%s' "${sentence:-The machine could not do it; its journal says more (key l).}"
}

# accepted SETTINGS...: as network_file takes them. Says what is wrong; nothing else is written.
accepted() {
  local work wrong=0
  work=$(mktemp -d)
  network_file "$@" >"$work/provision.yaml"
  bash "$here/bin/network-trial" check "$work/provision.yaml" "$work/settings" 2>"$work/mistakes" >/dev/null || wrong=1
  if ((wrong)); then
    printf '    %s\n' "$([[ -s $work/mistakes ]] && mistakes "$work/mistakes" || echo "The settings could not be checked.")"
  fi
  rm -rf "$work"
  return $wrong
}

# What is plugged in, not what was made of it: bonds are set on the page System.
show_links() {
  jq -r '.result | (.links | map(select(.kind == "wired")) | to_entries[] |
      "  \(.key + 1)  \(.value.name)  \(if .value.up then "connected" else "no cable" end)  \(.value.mac)  \(.value.addresses | join(" "))"),
    "", "  router \([.routes[].gateway | select(. != "")] | join(" "))   name servers \(.dns | join(" "))"' <<<"$said"
}

# ask_interface NAME...: by its number or its name, into "interface".
ask_interface() {
  while true; do
    ask "Interface, by number or name" "$interface" || return 1
    local name number=0
    for name in "$@"; do
      number=$((number + 1))
      if [[ $answer == "$name" || $answer == "$number" ]]; then
        interface=$name
        return 0
      fi
    done
    printf '    There is no interface "%s". Type a number from 1 to %s, or a name of the list.\n' "$answer" $#
  done
}

ask_way() {
  while true; do
    ask "Addresses: dhcp or static" "$way" || return 1
    case ${answer,,} in
      d | dhcp) way=dhcp ;;
      s | static) way=static ;;
      *)
        printf '    "%s" is neither dhcp nor static; d and s will do.\n' "$answer"
        continue
        ;;
    esac
    return 0
  done
}

# ask_setting VARIABLE QUESTION: until the rules take it together with what was given before. "-" is none.
ask_setting() {
  local -n setting=$1
  local offered=$setting
  while true; do
    ask "$2" "$offered" || return 1
    setting=$answer
    [[ $setting != - ]] || setting=''
    if [[ $1 == addresses && -z $setting ]]; then
      printf '    An address is needed here; for one from the network, go back with Escape and take dhcp.\n'
    elif accepted "$interface" '' '' "$vlan" "$addresses" "$gateway" "$dns"; then
      return 0
    fi
  done
}

# What is there is offered. In an order in which each answer can be checked with those before it. What is offered further below does not
# count until it is asked for.
ask_settings() {
  local -a names=()
  local now_addresses now_gateway now_dns
  mapfile -t names < <(jq -r '.result.links[] | select(.kind == "wired") | .name' <<<"$said")
  ((${#names[@]} > 0)) || { show "This machine has no wired network interface."; return 1; }
  interface=$(jq -r '.result | (.routes[0].link // "") as $used |
    [.links[] | select(.kind == "wired")] | (map(select(.name == $used)) + map(select(.up)) + .)[0].name' <<<"$said")
  ask_interface "${names[@]}" || return 1
  now_addresses=$(jq -r --arg name "$interface" '[.result.links[] | select(.name == $name) | .addresses[]] | join(" ")' <<<"$said")
  now_gateway=$(jq -r --arg name "$interface" '[.result.routes[] | select(.link == $name) | .gateway][0] // ""' <<<"$said")
  now_dns=$(jq -r '.result.dns | join(" ")' <<<"$said")
  ask_setting vlan "Number of the VLAN, or - for none" || return 1
  ask_way || return 1
  if [[ $way == static ]]; then
    addresses=$now_addresses
    ask_setting addresses "Address with its prefix, such as 10.0.0.5/24" || return 1
    gateway=$now_gateway
    ask_setting gateway "Router (gateway), or - for none" || return 1
    dns=$now_dns
  fi
  ask_setting dns "Name servers, with a blank between them, or - for none" || return 1
}

# Until it is kept or taken back. A key that means nothing here changes nothing.
watch_trial() {
  local state left
  while true; do
    state=$(trial_state)
    [[ $(jq -r .state <<<"$state") == trying ]] || break
    left=$(jq -r .secondsLeft <<<"$state")
    printf '\r\033[K  %2d s left   addresses now: %s  k keep   t take back ' "$left" "$(addresses)"
    read_key 1
    case $key in
      k)
        printf '\n'
        request network-confirm || { message=$(why_refused); return; }
        ;;
      t)
        printf '\n'
        systemctl stop hearth-network-trial.service
        ;;
    esac
  done
  printf '\n'
  case $(jq -r .state <<<"$state") in
    kept) message="The new network settings are kept." ;;
    taken-back) message="The earlier network settings are back." ;;
    *) message="The new network settings were not tried; the earlier ones hold." ;;
  esac
}

set_network() {
  local interface='' way=dhcp addresses='' gateway='' dns='' vlan='' answer=''
  clear_screen
  printf '  Network of %s\n\n' "$(hostname)"
  request network || { message=$(why_refused); return; }
  show_links
  printf '\n  Enter takes what stands in brackets, Escape goes back. Nothing changes before the last question.\n\n'
  ask_settings || return 0
  printf '\n  %s%s, %s, router %s, name servers %s\n' "$interface" "${vlan:+, VLAN $vlan}" "${addresses:-addresses by DHCP}" \
    "${gateway:-$([[ $way == dhcp ]] && echo "by DHCP" || echo none)}" "${dns:-$([[ $way == dhcp ]] && echo "by DHCP" || echo none)}"
  printf '  These are tried for 90 seconds and taken back by themselves, unless you keep them.\n\n'
  ask_word yes || return 0
  if ! request network-set interface "$interface" vlan "$vlan" addresses "$addresses" gateway "$gateway" dns "$dns"; then
    message=$(why_refused)
    return 0
  fi
  note "other network settings are tried: $interface${vlan:+ vlan $vlan} ${addresses:-dhcp}${gateway:+ router $gateway}${dns:+ name servers $dns}"
  watch_trial
  note "$message"
}

# shellcheck shell=bash disable=SC2154
# The network: what is there, and other settings, which are taken back unless somebody confirms them. The work is done by
# bin/network-trial in a unit of its own, which outlives the connection that asked for it.

readonly trial=$root/run/hearth/network

verb_network() {
  accepts
  local links routes dns
  links=$(ip -json -details address show)
  routes=$(ip -json route show default; ip -json -6 route show default)
  dns=$(sed -n 's/^nameserver *//p' "$root/run/systemd/resolve/resolv.conf" 2>/dev/null || true)
  result "$(jq -cn --argjson links "$links" --argjson routes "$(jq -cs 'add // []' <<<"$routes")" --arg dns "$dns" \
    --arg name "$(hostname)" --argjson trial "$(trial_state)" --argjson settings "$(network_settings)" '
    {$name, $settings, dns: ($dns | split("\n") | map(select(. != ""))),
     links: [$links[] | select(.ifname != "lo") | {name: .ifname, mac: (.address // ""), kind: (.linkinfo.info_kind // "wired"),
       up: ((.flags // []) | index("LOWER_UP") != null), mtu: (.mtu // 0),
       addresses: [.addr_info[]? | select(.scope == "global") | "\(.local)/\(.prefixlen)"]}],
     routes: [$routes[] | {gateway: (.gateway // ""), link: (.dev // "")}], $trial}')"
}

# What is set, in the words of provision.yaml, out of the files that it was made into; everything empty: DHCP on every wired interface.
network_settings() {
  local used=$root/run/systemd/network base='' bond='' mode=''
  if [[ -s $used/10-bond.netdev ]]; then
    bond=$(set_in 11-bond-members.network Name)
    mode=$(set_in 10-bond.netdev Mode)
  elif [[ -s $used/13-base.network ]]; then
    base=$(set_in 13-base.network Name)
  else
    base=$(set_in 14-hearth.network Name)
    [[ $base != 'en* eth*' ]] || base=''
  fi
  jq -cn --arg interfaceName "$base" --arg bond "$bond" --arg mode "$mode" --arg vlan "$(set_in 12-vlan.netdev Id)" \
    --arg addresses "$(set_in 14-hearth.network Address)" --arg gateway "$(set_in 14-hearth.network Gateway)" \
    --arg dns "$(set_in 14-hearth.network DNS)" '$ARGS.named'
}

# set_in FILE NAME: the values of a name in a file of systemd-networkd, with blanks between them.
set_in() {
  [[ ! -s $used/$1 ]] || sed -n "s/^$2=//p" "$used/$1" | paste -sd ' ' -
}

verb_network_set() {
  accepts interface bond mode vlan addresses gateway dns
  local interface bond mode vlan addresses gateway dns any='[^"\\]{0,300}'
  # What they may be, the rules of provision.yaml say, in sentences.
  interface=$(argument interface "$any" '')
  bond=$(argument bond "$any" '')
  mode=$(argument mode "$any" '')
  vlan=$(argument vlan "$any" '')
  addresses=$(argument addresses "$any" '')
  gateway=$(argument gateway "$any" '')
  dns=$(argument dns "$any" '')
  [[ $(jq -r .state <<<"$(trial_state)") != trying ]] ||
    refuse network-trying "Other settings are being tried. Keep them, or wait until they are taken back."
  rm -rf "$trial"
  mkdir -p "$trial"
  network_file "$interface" "$bond" "$mode" "$vlan" "$addresses" "$gateway" "$dns" >"$trial/provision.yaml"
  systemctl --no-block start hearth-network-trial.service
  local state
  for _ in $(seq 600); do
    state=$(trial_state)
    case $(jq -r .state <<<"$state") in
      trying) result "$state" && return ;;
      wrong) refuse network-wrong "The settings are not right: $(mistakes "$trial/mistakes")" "$(mistakes "$trial/mistakes")" ;;
    esac
    sleep 0.1
  done
  refuse fault "The settings were not tried within a minute."
}

# network_file INTERFACE BOND MODE VLAN ADDRESSES GATEWAY DNS: the settings as provision.yaml has them, so that the same rules check them;
# JSON is YAML. The screen of the machine makes it, too.
network_file() {
  jq -n --arg interface "$1" --arg bond "$2" --arg mode "$3" --arg vlan "$4" --arg addresses "$5" --arg gateway "$6" --arg dns "$7" '
    def words: split(" ") | map(select(. != ""));
    {version: 1, role: "first", disk: {path: "/dev/none"}, network: (
      (if $interface == "" then {} else {interface: $interface} end) +
      (if $bond == "" then {} else {bond: {interfaces: ($bond | words), mode: $mode}} end) +
      (if $vlan == "" then {} else {vlan: ($vlan | tonumber? // $vlan)} end) +
      (if $addresses == "" then {} else {addresses: ($addresses | words)} end) +
      (if $gateway == "" then {} else {gateway: $gateway} end) +
      (if $dns == "" then {} else {dns: ($dns | words)} end))}'
}

verb_network_confirm() {
  accepts
  [[ $(jq -r .state <<<"$(trial_state)") == trying ]] ||
    refuse network-over "No settings are being tried. The earlier ones hold; set the new ones again."
  : >"$trial/confirmed"
  for _ in $(seq 100); do
    [[ $(jq -r .state <<<"$(trial_state)") == trying ]] || break
    sleep 0.1
  done
  result "$(trial_state)"
}

# mistakes FILE: the sentences without the lines of a file that nobody has seen.
mistakes() {
  sed -E 's/^(line|Line) [0-9]+: *//' "$1" | tr '\n' ' ' | cut -c 1-600
}

# "trying" with the seconds that are left; "kept", "taken-back", "wrong", or "none".
trial_state() {
  local state=none left=0
  [[ ! -s $trial/state ]] || state=$(<"$trial/state")
  [[ $state != trying ]] || left=$(($(<"$trial/until") - $(uptime_seconds)))
  jq -cn --arg state "$state" --argjson left $((left > 0 ? left : 0)) '{$state, secondsLeft: $left}'
}

# Does not jump when the clock is set.
uptime_seconds() {
  cut -d . -f 1 /proc/uptime
}

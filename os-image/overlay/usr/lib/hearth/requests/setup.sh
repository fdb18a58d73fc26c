# shellcheck shell=bash disable=SC2154
# What the set-up in a browser decides of a machine that no provision.yaml has decided: its name, whether further nodes may join it, and
# whether it is a first node or joins another control plane. Once its role is written down, none of this is done any more.

readonly house=$root/var/lib/hearth-system

verb_setup() {
  accepts
  local role='' name may=false joins=false
  [[ ! -s $house/role ]] || role=$(<"$house/role")
  name=$(cat "$house/name" 2>/dev/null) || name=''
  [[ ! -e $house/nodes-may-join ]] || may=true
  [[ ! -d $house/joining ]] || joins=true
  result "$(jq -cn --arg role "$role" --arg name "$name" --argjson may $may --argjson joins $joins --arg mode "$(<"$root/run/hearth/mode")" \
    '{$role, $name, nodesMayJoin: $may, installed: ($mode == "disk"), $joins}')"
}

# Used at once; by the certificate and by the agent from their next start on.
verb_name_set() {
  accepts name
  local name
  name=$(argument name '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?')
  only_in_set_up
  # Applying settings brings the kept ones of the network back.
  [[ $(jq -r .state <<<"$(trial_state)") != trying ]] ||
    refuse network-trying "Other settings are being tried. Keep them, or wait until they are taken back."
  keep "$house/control-plane.env" "HEARTH_NAMES=$name"
  keep "$house/agent.env" "HEARTH_AGENT_NAME=$name"
  keep "$house/name" "$name"
  systemctl restart hearth-settings.service
  result '{}'
}

verb_nodes_may_join() {
  accepts allowed
  local allowed
  allowed=$(argument allowed 'true|false')
  only_in_set_up
  if [[ $allowed == true ]]; then
    keep "$house/nodes-may-join" ''
  else
    rm -f "$house/nodes-may-join"
  fi
  systemctl restart hearth-firewall.service
  result '{}'
}

# The end of the set-up of a first node.
verb_first_node() {
  accepts
  only_in_set_up
  keep "$house/role" first
  result '{}'
}

# What joins lies in a folder that is there as a whole or not at all; the next start makes it this machine's settings and takes its own
# control plane away (bin/apply-settings). Nobody has signed in to that one yet, so nothing of anybody is lost.
verb_join() {
  accepts name control-plane code
  local name address code next=$house/joining.next
  name=$(argument name '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?')
  address=$(argument control-plane 'https://[][A-Za-z0-9.:-]{1,255}:[0-9]{1,5}')
  code=$(argument code '[0-9A-Za-z-]{8,64}\.[0-9a-f]{16,64}')
  only_in_set_up
  [[ $(<"$root/run/hearth/mode") == disk ]] ||
    refuse not-installed-join "This machine runs from a medium and would forget that it is a node. Install it first."
  not_while_installing
  rm -rf "$next"
  mkdir -p "$next"
  printf '%s\n' "HEARTH_AGENT_NAME=$name" "HEARTH_AGENT_CONTROL=$address" HEARTH_AGENT_SERVING_HOST= \
    HEARTH_AGENT_SERVING_PORT=8445 >"$next/agent.env"
  printf '%s\n' "$code" >"$next/join-code"
  printf '%s\n' "$name" >"$next/name"
  printf 'node\n' >"$next/role"
  sync "$next"/*
  mv -T "$next" "$house/joining"
  sync -f "$house"
  systemctl --no-block reboot
  result '{}'
}

only_in_set_up() {
  [[ ! -s $house/role && ! -d $house/joining ]] || refuse set-up-over "This machine is set up already."
}

# shellcheck shell=bash disable=SC2154
# The journal of our own units, for support bundles: what goes out of the machine of it, the control plane decides.

# Bytes of an answer: its end, because what went wrong stands there.
readonly most_log=400000

verb_logs() {
  accepts part boot
  local part boot
  local -a units
  part=$(argument part 'control-plane|agent|machine|kernel')
  boot=$(argument boot '0|-1' 0)
  case $part in
    kernel) ;;
    machine) units=(hearth-settings hearth-data hearth-firewall hearth-drivers hearth-health 'hearth-system@*' hearth-support-stick rauc systemd-networkd systemd-timesyncd) ;;
    *) units=("hearth-$part") ;;
  esac
  units=("${units[@]/#/--unit=}")
  [[ $part != kernel ]] || units=(--dmesg)
  # A machine that has started only once has no journal of the start before.
  journalctl --quiet --boot="$boot" --no-hostname --output=short-iso-precise "${units[@]}" 2>/dev/null |
    tail -c $most_log | tr -cd '\11\12\40-\176\200-\377' >"$work/journal" || true
  result "$(jq -Rsc '{text: .}' <"$work/journal")"
}

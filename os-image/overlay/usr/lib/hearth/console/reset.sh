# shellcheck shell=bash disable=SC2154
# Factory reset, ordered at the screen: whoever types the machine's name. The erasing is done at the next start, by bin/erase-data.

reset_machine() {
  local name answer=''
  name=$(hostname)
  clear_screen
  printf '  Factory reset of %s\n\n' "$name"
  if [[ ! -s $root/run/hearth/slot ]]; then
    show "This system runs from a medium and keeps nothing; there is nothing to reset."
    return 0
  fi
  cat <<'TEXT'
  Erases all that this machine keeps: data sets, models, jobs, users, keys, certificates, its name and its network settings.
  It cannot be taken back, and a power cut does not stop it. The system stays, in both slots; the machine restarts as a new one, with
  addresses by DHCP and a new first-run code.

TEXT
  if [[ -e $root/run/hearth/data-encrypted ]]; then
    printf '  The data are encrypted and will be again: plug in a stick labelled PROVISION, for the new recovery key, and leave it in.\n\n'
  fi
  printf '  The name of this machine is what has to be typed.\n'
  forget_keys
  ask "Name of this machine; Escape goes back" || return 0
  if [[ $answer != "$name" ]]; then
    message="That is not the name of this machine. Nothing was erased."
    return 0
  fi
  # What the order takes, this screen has no right to.
  if ! systemctl start hearth-order-reset.service; then
    message=$(cat "$root/run/hearth/reset-refused" 2>/dev/null)
    message=${message:-"The order could not be written; nothing was erased. The journal says more (key l)."}
    note "factory reset refused: $message"
    return 0
  fi
  note "factory reset ordered by whoever is at the screen; the machine restarts"
  printf '\n  The machine restarts and erases its data.\n'
  systemctl reboot
  sleep 60
}

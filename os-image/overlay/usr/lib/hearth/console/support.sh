# shellcheck shell=bash disable=SC2154
# The support bundle onto a stick, at the screen: the one that the control plane makes for an administrator, or, if it does not answer,
# what the machine itself can tell. It asks for no password: it holds no more than may leave the machine.

# shellcheck source=os-image/overlay/usr/lib/hearth/parts/support.sh
. "$here/parts/support.sh"
# That somebody asks. The control plane looks for it; root alone can make it.
readonly asked=$root/run/hearth/support-asked
# Seconds in which the control plane makes one, on a slow machine.
readonly bundle_patience=${HEARTH_SUPPORT_PATIENCE:-120}

# The names of sticks are anybody's: nothing of them moves the screen.
printable() {
  LC_ALL=C tr -cd '\40-\176'
}

# show_stick NUMBER STICK
show_stick() {
  printf '  %s  %s  %s MB  %s\n' "$1" "$(jq -r .label <<<"$2" | printable)" "$(($(jq -r .size <<<"$2") / 1000000))" "$(jq -r '.type // "-"' <<<"$2" | printable)"
}

# Sets "stick" to the id of the one that is chosen.
choose_stick() {
  local each number=0
  local -a ids=()
  while IFS= read -r each; do
    if [[ $(jq -c .refused <<<"$each") == null ]]; then
      number=$((number + 1))
      ids+=("$(jq -r .id <<<"$each")")
      show_stick "$number" "$each"
    else
      show_stick - "$each"
      printf '     %s\n' "$(jq -r .refused.text <<<"$each" | printable)"
    fi
  done < <(support_sticks 2>/dev/null)
  if ((number == 0)); then
    show "There is no stick that can be written to. Plug one in that is formatted with FAT32, exFAT or ext4, and press b again."
    return 1
  fi
  printf '\n'
  forget_keys
  while ask "Number of the stick; Enter writes, Escape goes back" "$([[ $number != 1 ]] || echo 1)"; do
    if [[ $answer =~ ^[1-9][0-9]?$ ]] && ((answer <= number)); then
      stick=${ids[answer - 1]}
      return 0
    fi
    printf '    There is no stick of this number. Type one from 1 to %s.\n' "$number"
  done
  return 1
}

# Whether the control plane has made one. It does so when the file is there.
made_by_control_plane() {
  local second made=1
  [[ -e $root/run/hearth/role-first && $(unit_state hearth-control-plane) == runs ]] || return 1
  printf '\n  The control plane makes the bundle ...\n'
  : >"$asked"
  for ((second = 0; second < bundle_patience; second++)); do
    if [[ $bundle_of_control_plane -nt $asked ]]; then
      made=0
      break
    fi
    sleep 1
  done
  rm -f "$asked"
  return $made
}

# Until it has ended; Escape calls it off.
watch_writing() {
  local percent
  while support_goes_on; do
    percent=$(jq -r '.percent // empty' "$support/state" 2>/dev/null)
    printf '\r\033[K  Writing: %s %%   Leave the stick in. Escape calls it off.' "${percent:-0}"
    read_key 1
    [[ $key != leave ]] || cancel_support
  done
  printf '\n'
}

write_support_bundle() {
  local stick='' answer='' maker=control-plane outcome support_writer
  clear_screen
  printf '  Support bundle of %s, onto a USB stick\n\n' "$(hostname)"
  cat <<'TEXT'
  One file for the manufacturer's support: versions, states, errors and logs. It holds no rows of data sets, no prompts and answers,
  no passwords and keys. Nothing else on the stick is changed.

TEXT
  choose_stick || return 0
  if ! made_by_control_plane; then
    maker=machine
    printf '\n  The control plane does not answer, or is on another machine. What this machine itself can tell is gathered ...\n'
    if ! bash "$here/bin/gather-support" >&2; then
      message="The support bundle could not be made. The journal says more (key l)."
      return 0
    fi
  fi
  if ! order_support "$stick" "$maker"; then
    message="A support bundle is being written onto a stick already."
    return 0
  fi
  watch_writing
  end_support
  rm -f "$bundle_of_machine"
  outcome=$(support_outcome)
  if [[ $(jq -c '.done // empty' <<<"$outcome") ]]; then
    message="$(jq -r '.done | "\(.file) is on the stick \(.stick)."' <<<"$outcome" | printable) You may pull it out."
  else
    message=$(jq -r .refused.text <<<"$outcome" | printable)
  fi
  note "support bundle at the screen, by the $maker: $message"
}

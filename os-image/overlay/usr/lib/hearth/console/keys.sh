# shellcheck shell=bash
# What a person types, byte by byte: a serial line can be noisy, and what hangs on it may talk by itself.

# Seconds after which whoever does not type any more is taken back to the screen.
readonly patience=${HEARTH_CONSOLE_PATIENCE:-120}

# Nothing of what is typed is shown, and nothing of it is a signal, by the terminal itself.
take_terminal() {
  stty -icanon -echo -isig -ixon -ixoff icrnl opost onlcr min 1 time 0 2>/dev/null || true
}

# read_key SECONDS: sets "key" to a character of ASCII, or to enter, back, leave (Escape, Ctrl-C, Ctrl-D), none (nobody typed), or
# other: bytes that mean nothing here, among them the sequences of arrow and function keys. A terminal that has gone ends the program.
read_key() {
  local byte='' status=0
  # With -d '' a NUL is an empty text, and the end of a line a character like others.
  IFS= read -r -s -n 1 -d '' -t "$1" byte || status=$?
  if ((status > 128)); then
    key=none
    return
  fi
  ((status == 0)) || exit 0
  case $byte in
    $'\n' | $'\r') key=enter ;;
    $'\177' | $'\b') key=back ;;
    $'\003' | $'\004') key=leave ;;
    $'\033')
      key=leave
      while IFS= read -r -s -n 1 -d '' -t 0.1 byte; do key=other; done
      ;;
    [\ -~]) key=$byte ;;
    *) key=other ;;
  esac
}

# What was typed before a question was asked is no answer to it.
forget_keys() {
  while IFS= read -r -s -n 1 -d '' -t 0.2; do :; done
}

# ask QUESTION [DEFAULT]: a line into "answer". False for a person who leaves, or types nothing any more.
ask() {
  local typed=''
  printf '  %s%s: ' "$1" "${2:+ [$2]}"
  while true; do
    read_key "$patience"
    case $key in
      enter)
        printf '\n'
        answer=${typed:-${2:-}}
        return 0
        ;;
      leave | none)
        printf '\n'
        return 1
        ;;
      back) [[ -z $typed ]] || { typed=${typed%?}; printf '\b \b'; } ;;
      other) ;;
      *) ((${#typed} >= 200)) || { typed+=$key; printf '%s' "$key"; } ;;
    esac
  done
}

# ask_word WORD: whether exactly this is typed. No echo of the line and no key held down does that.
ask_word() {
  forget_keys
  ask "Type $1 and Enter to do it; anything else goes back" && [[ $answer == "$1" ]]
}

clear_screen() {
  printf '\033[H\033[2J\n'
}

# A sentence that stays until a key is pressed.
show() {
  printf '\n  %s\n\n  Any key goes on.\n' "$1"
  forget_keys
  read_key "$patience"
}

# shellcheck shell=bash disable=SC2154
# The order to erase what a machine keeps. It lies on the EFI partition, since the data are what is erased: from the moment that it lies
# there, every start erases until that has come to its end. Before that moment nothing is touched.
#
#   order          lines of "name=value": order (the word of a stick's order; empty at the screen), name, data (encrypted, plain),
#                  encryption (tpm, none), file (SHA-256 of the stick's file)
#   done-WORD      an order of a stick that has been carried out, so that it is not a second time

readonly orders=$root/efi/hearth-reset

order_says() {
  sed -n "s/^$1=//p" "$orders/order"
}

data_now() {
  if [[ -e $root/run/hearth/data-encrypted ]]; then echo encrypted; else echo plain; fi
}

# Why there can be no reset now; nothing if there can.
why_not_now() {
  if [[ ! -s $root/run/hearth/slot ]]; then
    echo "This system runs from a medium and keeps nothing; there is nothing to reset."
  elif [[ -e $root/run/hearth/updates.lock ]] && ! flock -n "$root/run/hearth/updates.lock" true; then
    echo "An update is being installed. Wait until it has come to its end."
  fi
}

# place_order WORD ENCRYPTION FILE: the point of no return.
place_order() {
  mkdir -p "$orders"
  printf 'order=%s\nname=%s\ndata=%s\nencryption=%s\nfile=%s\n' "$1" "$(hostname)" "$(data_now)" "$2" "$3" >"$orders/order.new"
  sync "$orders/order.new"
  mv "$orders/order.new" "$orders/order"
  sync -f "$orders"
}

# That it was carried out is there before the order goes.
end_order() {
  local word
  word=$(order_says order)
  if [[ -n $word ]]; then
    : >"$orders/done-$word"
    sync -f "$orders"
  fi
  rm "$orders/order"
  sync -f "$orders"
}

# The disk of this machine: the one that the data lie on.
data_disk() {
  printf '/dev/%s' "$(lsblk --noheadings --raw --output PKNAME "$(readlink -f "$root/dev/disk/by-partlabel/hearth-data")" | head -n 1)"
}

# word_of_stick NAME DATA: understands the file on the stick for a machine of this name, whose data lie so; writes "settings" and prints
# the word of the order. What is wrong goes into /run/hearth/reasons.
word_of_stick() {
  local encrypted=''
  [[ $2 != encrypted ]] || encrypted=yes
  rm -rf "$settings"
  lsblk --json --bytes --output PATH,TYPE,SIZE,MODEL,SERIAL,TRAN,RM,RO,MOUNTPOINTS,PARTLABEL,FSTYPE >"$root/run/hearth/disks.json"
  provision reset --file "$stick/provision.yaml" --disks "$root/run/hearth/disks.json" --disk "$(data_disk)" --name "$1" \
    ${encrypted:+--encrypted} --settings "$settings" 2>"$root/run/hearth/reasons"
}

file_of_stick() {
  sha256sum <"$stick/provision.yaml" | cut -d ' ' -f 1
}

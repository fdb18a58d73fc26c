# shellcheck shell=bash
# Restarting and powering off. Not while an update is being written: a slot that is half there is not started, but the work is lost.

verb_restart() {
  accepts
  not_while_installing
  systemctl --no-block reboot
  result '{}'
}

verb_power_off() {
  accepts
  not_while_installing
  systemctl --no-block poweroff
  result '{}'
}

# shellcheck shell=bash
# Read by bash before a program of the image: kills it, with all that it has started, before its command number HEARTH_CRASH_AT.
crash_in=$HEARTH_CRASH_AT
unset BASH_ENV
set -T
trap 'if ((--crash_in == 0)); then kill -KILL -- -$$; fi' DEBUG

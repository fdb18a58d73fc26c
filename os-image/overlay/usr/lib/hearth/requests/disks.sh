# shellcheck shell=bash disable=SC2154
# Disks: how much room /var has, and what they say of their own health. NVMe alone: SATA disks need rights that nothing here has.

verb_disks() {
  accepts
  local room
  room=$(df -B1 --output=size,avail "$root/var" | awk 'NR == 2 { printf "{\"totalBytes\":%s,\"freeBytes\":%s}", $1, $2 }')
  result "$(jq -cn --argjson var "$room" --argjson disks "$(each_disk | jq -cs .)" '{$var, $disks}')"
}

each_disk() {
  local name
  lsblk --json --bytes --nodeps --output NAME,MODEL,SIZE,TRAN,TYPE |
    jq -c '.blockdevices[]? | select(.type == "disk") | {name, model, sizeBytes: .size, transport: .tran}' |
    while read -r disk; do
      name=$(jq -r .name <<<"$disk")
      jq -c --argjson health "$(health "$name")" '. + {$health}' <<<"$disk"
    done
}

# Null where nothing is told.
health() {
  local said=''
  [[ $1 != nvme* ]] || said=$(nvme smart-log "/dev/$1" --output-format=json 2>/dev/null) || said=''
  jq -cn --arg said "$said" '($said | fromjson? // null) as $log | if $log == null then null else
    {warning: ($log.critical_warning | if type == "object" then .value else . end // 0), usedPercent: ($log.percent_used // $log.percentage_used // null),
     sparePercent: ($log.avail_spare // null), mediaErrors: ($log.media_errors // null), hours: ($log.power_on_hours // null)} end'
}

#!/usr/bin/env bash
# What is known of a contact is destroyed: not a letter of it is found in any file afterwards, of the engine or of its
# backups, however often the engine was killed meanwhile, and no restore brings it back.
#
#   erase_test.sh RAPPORT SST_DUMP
#   RAPPORT_CANARIES=50   contacts that are erased
#   RAPPORT_LOG=kafka     on a real broker: half of the events come by the inbox, the broker's files are searched too, and so
#                         are those of a second machine
set -euo pipefail
rapport=$1 sst_dump=$2
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"
erased=${RAPPORT_CANARIES:-50} kept=5
log=${RAPPORT_LOG:-embedded} topic=erase-$$ segments=
# On Kafka by itself.
[[ $log = kafka ]] || export RAPPORT_ENCRYPT=true
if [[ $log = kafka ]]; then
  broker_dir=build/kafka/test
  RAPPORT_BROKERS=$(RAPPORT_KAFKA_DIR=$broker_dir tools/kafka/broker start | tail -n 1)
  # Nothing is to be found in the segments for want of a decompressor.
  export RAPPORT_BROKERS RAPPORT_TOPIC=$topic RAPPORT_CREATE_TOPICS=true RAPPORT_KAFKA_PROPERTY=compression.type=none
  segments=$broker_dir/data/$topic
fi
# configure TOPIC SETTINGS: as an operator would.
configure() {
  java -XX:+UseSerialGC -cp 'build/kafka/jars/*' kafka.admin.ConfigCommand --bootstrap-server "$RAPPORT_BROKERS" --alter \
    --entity-type topics --entity-name "$1" --add-config "$2" >"$work/configure.log" 2>&1 || fail "the settings of $1"
}
# call METHOD PATH [CURL ARGUMENTS]: the status; the answer is in $work/answer.
call() { curl -s -o "$work/answer" -w '%{http_code}' -X "$1" -H "Authorization: Bearer $RAPPORT_KEY" "${@:3}" "$RAPPORT_URL$2" || true; }
member() { grep -o "\"$1\":[^,}]*" "$work/answer" | head -n 1 | cut -d: -f2 | tr -d '"'; }

# story N: a contact with something in every place that takes text.
story() {
  local subject=identity/shop:canary-$1-name-
  event() { printf '{"specversion":"1.0","id":"%s-%s","source":"shop","type":"%s","subject":"%s","time":"2026-01-01T00:00:%02d.000Z","data":%s}\n' \
    "$1" "$2" "$3" "$subject" "$2" "$4"; }
  event "$1" 1 contact.created "{\"fields\":{\"email\":\"canary-$1-mail-@x.example\",\"name\":\"canary-$1-field-\",\"city\":\"Turin\"}}"
  event "$1" 2 contact.tags.changed "{\"add\":[\"canary-$1-tag-\"]}"
  event "$1" 3 visit.started "{\"visitId\":\"v\",\"url\":\"https://shop.example/canary-$1-url-\",\"ip\":\"203.0.113.7\"}"
  event "$1" 4 page.viewed "{\"visitId\":\"v\",\"url\":\"https://shop.example/\",\"title\":\"canary-$1-title-\"}"
  event "$1" 5 chat.started "{\"caseId\":\"c\",\"channel\":\"web\",\"title\":\"canary-$1-case-\"}"
  event "$1" 6 chat.message "{\"caseId\":\"c\",\"author\":\"contact\",\"text\":\"canary-$1-message-\"}"
  event "$1" 7 note.added "{\"text\":\"canary-$1-note-\"}"
  event "$1" 8 shop.own.type "{\"basket\":\"canary-$1-own-\"}"
  event "$1" 9 contact.changed "{\"fields\":{\"name\":\"canary-$1-later-\"}}"
}

# search DIRECTORY...: what there is of canaries in the files goes to $work/found: as they are, and in rows as RocksDB packs
# them, deleted ones too.
unpacked() {
  find "$@" -name '*.sst' -print0 | xargs -0 -r -I{} "$sst_dump" --file={} --command=scan --output_hex 2>/dev/null |
    perl -ne 'print pack("H*", $1), "\n" while /([0-9A-F]{2,})/g' || true
}
search() {
  # A file may be deleted meanwhile.
  { find "$@" -type f -not -path "$work/found" -print0 | xargs -0 -r cat 2>/dev/null || true; unpacked "$@"; } |
    { grep -aoE 'canary-[0-9]+-[a-z]+-' || true; } | sort -u >"$work/found"
}
# answers N STATUS: whether contact N is read with that status.
answers() { [[ $(call GET "/v1/contacts/${id[$1]}") = "$2" ]]; }
has_digest() { [[ $(digest_of "$RAPPORT_URL") = "$1" ]]; }
# eventually COMMAND...: until it succeeds, for a while; what is to hold then is expected behind it.
eventually() {
  for _ in $(seq 300); do
    "$@" && return
    sleep 0.1
  done
}
# count N: how many of contact N's were found.
count() { grep -c "^canary-$1-" "$work/found" || true; }
# keep_log: a server that starts begins its log anew, and what the one before said is to be searched too.
keep_log() { cat "$work/serve.log" >>"$work/served.log"; }

serve
echo "stories of $((erased + kept)) contacts"
if [[ $log = kafka ]]; then
  stop; keep_log
  configure "$topic.inbox" segment.ms=1000,file.delete.delay.ms=1000
  for n in $(seq 2 2 $((erased + kept))); do story "$n"; done | kcat -P -b "$RAPPORT_BROKERS" -t "$topic.inbox"
  echo '{"a broken one": "canary-0-parked-' | kcat -P -b "$RAPPORT_BROKERS" -t "$topic.inbox"
  # Once its contact is known, which is when it is no longer 404 below: of whom it speaks stands in what is left of it.
  broken() { echo '{"subject":"identity/shop:canary-'"$1"'-name-","data":{"text":"canary-'"$1"'-broken-'; }
  search "$segments".inbox-*
  (($(count 2) >= 9)) || fail "the test finds only $(count 2) of what is in the inbox of a contact"
  serve
fi
for n in $(seq $((erased + kept))); do
  [[ $log = kafka && $((n % 2)) = 0 ]] || story "$n"
done >"$work/stories"
"$rapport" publish "$work/stories" >/dev/null 2>&1
declare -A id
for n in $(seq $((erased + kept))); do
  for _ in $(seq 300); do
    status=$(call GET "/v1/identities/shop/canary-$n-name-")
    # By the inbox, nobody waits for it.
    [[ $status != 200 && $log = kafka ]] || break
    sleep 0.1
  done
  expect "who contact $n is" 200 "$status"
  id[$n]=$(member contactId)
done
rm "$work/stories"

# parked: what the parked records say, in clear.
parked() { call GET "/v1/parked?limit=500" >/dev/null; grep -o '"raw":"[^"]*"' "$work/answer" | cut -d'"' -f4 | while read -r raw; do base64 -d <<<"$raw"; echo; done; }
if [[ $log = kafka ]]; then
  for n in 1 $((erased + 1)); do broken "$n" | kcat -P -b "$RAPPORT_BROKERS" -t "$topic.inbox"; done
  for _ in $(seq 300); do
    (($(parked | grep -c -e -broken- || true) < 2)) || break
    sleep 0.1
  done
  expect "what is parked of two contacts" 2 "$(parked | grep -c -e -broken- || true)"
  echo "a copy of log and keys, from before"
  stop; keep_log
  RAPPORT_LOG=embedded "$rapport" log copy --from-topic "$topic" --from-master-key-file "$work/data/master-key" --to-data "$work/copy" \
    --encrypt >"$work/copy.log" 2>&1 || fail "the copy"
  serve
fi

second= second_url=
if [[ $log = kafka ]]; then
  echo "a second machine folds the same log"
  trap '[[ -z $second ]] || kill "$second" 2>/dev/null || true; stop; rm -rf "$work"' EXIT
  mkdir "$work/second"
  : >"$work/second.log"
  cp "$work/data/master-key" "$work/second"
  "$rapport" serve --data "$work/second" --listen 127.0.0.1:0 2>"$work/second.log" &
  second=$!
  for _ in $(seq 300); do
    second_url=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/second.log" | head -n 1 || true)
    [[ -z $second_url || $(RAPPORT_URL=$second_url call GET "/v1/contacts/${id[1]}") != 200 ]] || break
    sleep 0.1
  done
  expect "a contact on the second machine" 200 "$(RAPPORT_URL=$second_url call GET "/v1/contacts/${id[1]}")"
fi

echo "a backup, and a rebuild that keeps the rows from before"
"$rapport" backup weekly/before >/dev/null 2>&1
"$rapport" rebuild >/dev/null 2>&1

search "$work/data"
(($(count 1) >= 9)) || fail "the test finds only $(count 1) of what is there of a contact"
if [[ $log = kafka ]]; then search "$segments"-*; else search "$work/data/log"; fi
expect "of a contact in the log" 0 "$(count 1)"

echo "what an erasure would do is told, and not done"
expect "the status" 200 "$(call POST "/v1/contacts/${id[1]}/erase?dry_run=1")"
grep -q '"contact.erased"' "$work/answer" || fail "no event: $(cat "$work/answer")"
expect "the contact" 200 "$(call GET "/v1/contacts/${id[1]}")"

echo "an export says all"
expect "the status" 200 "$(call GET "/v1/contacts/${id[1]}/export")"
for what in mail field tag url title case message note own later name; do
  grep -q "canary-1-$what-" "$work/answer" || fail "the export says nothing of canary-1-$what-"
done
expect "the status of the page" 200 "$(call GET "/v1/contacts/${id[1]}/export?format=html")"
grep -q "canary-1-message-" "$work/answer" || fail "the page says nothing of the message"
rm -f "$work/answer"

echo "$erased are erased, and the engine is killed now and then"
RANDOM=${RAPPORT_SEED:-$$}
echo "RAPPORT_SEED=${RAPPORT_SEED:-$$}"
for n in $(seq "$erased"); do
  status=$(call POST "/v1/contacts/${id[$n]}/erase")
  expect "the status of contact $n" 200 "$status"
  if ((RANDOM % 5 == 0)); then
    # One more is under way, and may be anywhere in it.
    ((n < erased)) && (call POST "/v1/contacts/${id[$((n + 1))]}/erase" >/dev/null) &
    sleep "0.0$((RANDOM % 10))"
    kill -9 "$server"; wait "$server" 2>/dev/null || true
    keep_log
    serve
  fi
done
wait_cleaned() {
  for _ in $(seq 300); do
    [[ $(call GET /v1/erasures) == 200 ]] && grep -q '"pending":\[\]' "$work/answer" && return
    sleep 0.1
  done
  fail "files are not cleaned: $(cat "$work/answer")"
}
wait_cleaned

echo "they are gone from reads, lists and search; the others are there"
for n in 1 "$erased"; do
  expect "the contact" 410 "$(call GET "/v1/contacts/${id[$n]}")"
  grep -q '"status":"erased"' "$work/answer" || fail "$(cat "$work/answer")"
  expect "its timeline" 410 "$(call GET "/v1/contacts/${id[$n]}/timeline")"
  expect "its past" 410 "$(call GET "/v1/contacts/${id[$n]}?as_of=2026-01-01T00:00:05Z")"
done
call GET "/v1/contacts?search=canary&limit=100" >/dev/null
expect "found by a search" $kept "$(grep -oE 'canary-[0-9]+-later-' "$work/answer" | sort -u | wc -l)"
call GET "/v1/feed?live=0&from=start" >/dev/null
expect "of an erased one in the feed" 0 "$(grep -cE 'canary-1-' "$work/answer" || true)"
grep -q "canary-$((erased + 1))-" "$work/answer" || fail "the feed says nothing of who was not erased"
rm -f "$work/answer"

expect "whom an identity of an erased one leads to" 404 "$(call GET "/v1/identities/shop/canary-1-name-")"
for request in "GET /metrics" "GET /v1/parked" "GET /v1/status" "GET /v1/erasures" "POST /api/v1/crm/contact/list"; do
  body=()
  [[ $request != POST* ]] || body=(-H content-type:application/json -d '{}')
  expect "the status of $request" 200 "$(call $request "${body[@]}")"
  search "$work/answer"
  for n in $(seq "$erased"); do expect "said of contact $n by $request" 0 "$(count "$n")"; done
done
rm -f "$work/answer"

if [[ $log = kafka ]]; then
  echo "what was parked of an erased one is gone with it, and of the other is there"
  expect "of contact 1" 0 "$(parked | grep -c canary-1- || true)"
  expect "of the other" 1 "$(parked | grep -c "canary-$((erased + 1))-broken-" || true)"
  expect "of whom nobody knows" 1 "$(parked | grep -c canary-0- || true)"
  rm -f "$work/answer"
fi

echo "a rebuild comes to the same digest"
"$rapport" rebuild >"$work/rebuild.log" 2>&1 || fail "the rebuild"
grep -qi "swapped" "$work/rebuild.log" || fail "the rebuild did not swap"

if [[ $log = kafka ]]; then
  echo "what came by the inbox is gone from the broker's files"
  # A record that comes behind a segment's time closes it; what was deleted from it then goes.
  for partition in 0 1 2 3; do
    echo '{"specversion":"1.0","id":"last-'$partition'","source":"shop","type":"note.added","subject":"identity/shop:last","data":{"text":""}}' |
      kcat -P -b "$RAPPORT_BROKERS" -t "$topic.inbox" -p $partition
  done
  for _ in $(seq 300); do
    search "$segments".inbox-*
    # A file that goes has another name for its last second, and may have got it while it was looked for.
    [[ -s $work/found || -n $(find "$segments".inbox-* -name '*.deleted') ]] || break
    sleep 0.2
  done
  expect "found in the inbox" "" "$(cat "$work/found")"
fi
# A warning, which ends the program with 1, is not what is asked for.
digest_of() { { RAPPORT_URL=$1 "$rapport" status --json || true; } | sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/'; }
if [[ $log = kafka ]]; then
  echo "the second machine has heard of it"
  for _ in $(seq 300); do
    search "$work/second"
    grep -vqE "^canary-($(seq -s '|' $((erased + 1)) $((erased + kept))))-" "$work/found" || break
    sleep 0.2
  done
  expect "an erased contact on it" 410 "$(RAPPORT_URL=$second_url call GET "/v1/contacts/${id[$erased]}")"
  expect "its digest" "$(digest_of "$RAPPORT_URL")" "$(digest_of "$second_url")"
fi
digest=$(digest_of "$RAPPORT_URL")
rm -f "$work/answer"
stop; keep_log
search "$work" ${segments:+"$segments"*}
for n in $(seq "$erased"); do expect "found of contact $n in the files" 0 "$(count "$n")"; done
(($(count $((erased + 1))) >= 9)) || fail "who was not erased is gone too"
expect "of what was parked" 0 "$(count 0)"

if [[ $log = kafka ]]; then
  # A backup of it holds no log: without its projections there is nothing to be restored.
  echo "nor does a machine that comes later, and has the master key alone"
  mkdir "$work/third"
  cp "$work/data/master-key" "$work/third"
  serve "$work/third"
  eventually has_digest "$digest"
  expect "its digest" "$digest" "$(digest_of "$RAPPORT_URL")"
  expect "an erased contact" 410 "$(call GET "/v1/contacts/${id[1]}")"
  expect "another" 200 "$(call GET "/v1/contacts/${id[$((erased + 1))]}")"
  rm -f "$work/answer"
  stop
  search "$work/third"
  for n in $(seq "$erased"); do expect "found of contact $n on it" 0 "$(count "$n")"; done
  echo "nor does the copy from before, once it is told who was erased since"
  RAPPORT_LOG=embedded "$rapport" log copy --from "$work/copy" --to-data "$work/copied" --encrypt --erasures "$work/data/backups/erased.ndjson" \
    >"$work/copy.log" 2>&1 || fail "the copy's copy"
  RAPPORT_LOG=embedded serve "$work/copied"
  eventually answers 1 410
  eventually answers $((erased + 1)) 200
  expect "an erased contact in it" 410 "$(call GET "/v1/contacts/${id[1]}")"
  expect "another in it" 200 "$(call GET "/v1/contacts/${id[$((erased + 1))]}")"
  rm -f "$work/answer"
  stop
  search "$work/copied"
  for n in $(seq "$erased"); do expect "found of contact $n in it" 0 "$(count "$n")"; done
  exit
fi
echo "nor does a restore of the backup from before bring them back"
"$rapport" restore "$work/data/backups/weekly/before" --data "$work/restored" --master-key-file "$work/data/master-key" \
  >"$work/restore.log" 2>&1 || fail "the restore"
RAPPORT_MASTER_KEY_FILE=$work/data/master-key serve "$work/restored"
expect "an erased contact" 410 "$(call GET "/v1/contacts/${id[1]}")"
expect "another" 200 "$(call GET "/v1/contacts/${id[$((erased + 1))]}")"
rm -f "$work/answer"
stop
search "$work/restored"
for n in $(seq "$erased"); do expect "found of contact $n in what was restored" 0 "$(count "$n")"; done
(($(count $((erased + 1))) >= 9)) || fail "who was not erased was not restored"

#!/usr/bin/env bash
# Clients we did not write publish to the inbox: kcat, and Python's confluent-kafka with the official cloudevents
# package, in structured and in binary mode; and the same events give the same digest whichever way they come in, and
# when their log is copied.
#
#   kafka_clients_test.sh RAPPORT
set -euo pipefail
rapport=$1
brokers=$(RAPPORT_KAFKA_DIR=build/kafka/test tools/kafka/broker start | tail -n 1)
work=$(mktemp -d)
topic=clients-$$
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; cat "$work"/*.log >&2 || true; exit 1; }

RAPPORT_ADMIN_KEY=$("$rapport" keys draw)
export RAPPORT_ADMIN_KEY RAPPORT_KEY=$RAPPORT_ADMIN_KEY

# serve NAME OPTION...: starts an engine on a free port and says its URL in $url.
serve() {
  local name=$1
  shift
  "$rapport" serve --data "$work/$name" --listen 127.0.0.1:0 "$@" 2>"$work/$name.log" &
  pids+=($!)
  for _ in $(seq 300); do
    url=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/$name.log" | head -n 1 || true)
    [[ -z $url ]] || return 0
    kill -0 "${pids[-1]}" 2>/dev/null || fail "$name did not start"
    sleep 0.1
  done
  fail "$name did not start in time"
}

# wait_for WHAT COMMAND...: until the command succeeds, 60 seconds at most.
wait_for() {
  local what=$1
  shift
  for _ in $(seq 300); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  fail "$what"
}

status_of() { RAPPORT_URL=$1 "$rapport" status --json; }
has_accepted() { [[ $(status_of "$1" | sed 's/.*"accepted":\([0-9]*\).*/\1/') -ge $2 ]]; }
digest_of() { status_of "$1" | sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/'; }
timeline_has() { RAPPORT_URL=$1 "$rapport" timeline "$2" --json | grep -q "\"eventId\":\"$3\""; }

serve kafka --log kafka --brokers "$brokers" --topic "$topic" --create-topics --partitions 3
kafka_url=$url

echo "kcat, structured and binary, and bytes that are no event"
kcat -P -b "$brokers" -t "$topic.inbox" <<'EVENTS'
{"specversion":"1.0","id":"k-structured","source":"kcat","type":"visit.started","subject":"identity/web:k","time":"2026-11-25T10:00:00Z","data":{"url":"https://shop.example/"}}
{broken
EVENTS
printf '{"url":"https://shop.example/pricing"}' | kcat -P -b "$brokers" -t "$topic.inbox" -H ce_specversion=1.0 \
  -H ce_id=k-binary -H ce_source=kcat -H ce_type=page.viewed -H ce_subject=identity/web:k \
  -H ce_time=2026-11-25T10:00:01Z -H content-type=application/json
contact() { curl -sf -H "Authorization: Bearer $RAPPORT_KEY" "$kafka_url/v1/identities/web/$1" | sed 's/.*"contactId":\([0-9]*\).*/\1/'; }
wait_for "kcat's visitor" contact k
k=$(contact k)
wait_for "kcat's structured event" timeline_has "$kafka_url" "$k" k-structured
wait_for "kcat's binary event" timeline_has "$kafka_url" "$k" k-binary
parked() { curl -sf -H "Authorization: Bearer $RAPPORT_KEY" "$kafka_url/v1/parked" | grep -q "$(printf '{broken' | base64)"; }
wait_for "the broken record, parked with its bytes" parked
parked_is_counted() { RAPPORT_URL=$kafka_url "$rapport" status | grep -qP '^inbox.parked\t1$'; }
wait_for "what was parked, in the status" parked_is_counted
place=$(RAPPORT_URL=$kafka_url "$rapport" parked list | grep "$topic.inbox/" | cut -f 1)
RAPPORT_URL=$kafka_url "$rapport" parked show "$place" | grep -q invalid_json || fail "parked show $place"
echo '{"specversion":"1.0","id":"k-mended","source":"kcat","type":"note.added","subject":"identity/web:k","data":{"text":"mended"}}' |
  RAPPORT_URL=$kafka_url "$rapport" parked retry "$place" --event - --yes >/dev/null || fail "parked retry"
wait_for "the mended event" timeline_has "$kafka_url" "$k" k-mended
RAPPORT_URL=$kafka_url "$rapport" parked list | grep -q "$topic.inbox/" && fail "what was retried goes on waiting"
RAPPORT_URL=$kafka_url "$rapport" parked list --state retried | grep -q "$place" || fail "the retried one is not told"

echo "Python's confluent-kafka with the official cloudevents package"
python=build/e2e-python
[[ -x $python/bin/python ]] || python3 -m venv $python
"$python/bin/python" -c 'import cloudevents, confluent_kafka' 2>/dev/null ||
  "$python/bin/pip" install -q 'cloudevents==1.11.0' 'confluent-kafka>=2.3'
"$python/bin/python" tests/e2e/publish_cloudevents.py "$brokers" "$topic.inbox"
wait_for "Python's visitor" contact p
p=$(contact p)
wait_for "Python's structured event" timeline_has "$kafka_url" "$p" p-structured
wait_for "Python's binary event" timeline_has "$kafka_url" "$p" p-binary

echo "the same events by the inbox, by HTTP to Kafka and by HTTP to the embedded log: one digest"
"$rapport" generate --events 20000 --contacts 500 --seed 7 >"$work/events"
serve embedded
embedded_url=$url
RAPPORT_URL=$embedded_url "$rapport" publish "$work/events"
serve kafka-http --log kafka --brokers "$brokers" --topic "$topic-http" --create-topics --partitions 2 --no-encrypt
RAPPORT_URL=$url "$rapport" publish "$work/events"
http_digest=$(digest_of "$url")
serve kafka-inbox --log kafka --brokers "$brokers" --topic "$topic-inbox" --create-topics --partitions 5
inbox_url=$url
head -n 10000 "$work/events" | kcat -P -b "$brokers" -t "$topic-inbox.inbox" -z lz4
tail -n +10001 "$work/events" >"$work/rest"
"$rapport" publish --brokers "$brokers" --topic "$topic-inbox" --kafka-property linger.ms=5 "$work/rest"
wait_for "20,000 events through the inbox" has_accepted "$inbox_url" 20000
[[ $(digest_of "$embedded_url") == "$http_digest" ]] || fail "digests differ: $(digest_of "$embedded_url") embedded, $http_digest by HTTP to Kafka"
[[ $(digest_of "$inbox_url") == "$http_digest" ]] || fail "digests differ: $(digest_of "$inbox_url") by the inbox, $http_digest by HTTP"

echo "the embedded log copied to Kafka: the same digest"
kill "${pids[1]}"
wait "${pids[1]}" || true
"$rapport" log copy --from "$work/embedded" --log kafka --brokers "$brokers" --topic "$topic-copy" --create-topics
serve kafka-copy --log kafka --brokers "$brokers" --topic "$topic-copy" --create-topics
copied() { [[ $(digest_of "$url") == "$http_digest" ]]; }
wait_for "the copy's digest" copied

echo "an encrypted topic is not copied without its keys"
code=0
"$rapport" log copy --from-topic "$topic-inbox" --log kafka --brokers "$brokers" --topic "$topic-keyless" --create-topics \
  2>"$work/keyless" || code=$?
[[ $code == 2 ]] || fail "code $code, not 2"
grep -q "the log is encrypted" "$work/keyless" || fail "$(cat "$work/keyless")"

echo "with its keys it is, into one with other partitions: the same digest"
kill "${pids[3]}"
wait "${pids[3]}" || true
"$rapport" log copy --from-topic "$topic-inbox" --from-master-key-file "$work/kafka-inbox/master-key" \
  --log kafka --brokers "$brokers" --topic "$topic-sealed" --create-topics --partitions 3 --encrypt --to-data "$work/kafka-sealed"
serve kafka-sealed --log kafka --brokers "$brokers" --topic "$topic-sealed" --create-topics
wait_for "the encrypted copy's digest" copied
echo "and into a data directory, which is a backup of log and keys"
"$rapport" log copy --from-topic "$topic-inbox" --brokers "$brokers" --from-master-key-file "$work/kafka-inbox/master-key" \
  --to-data "$work/sealed-embedded" --encrypt
serve sealed-embedded
wait_for "the digest of the copy in a directory" copied

echo "a topic copied to one with more partitions: the same digest"
kill "${pids[2]}"
wait "${pids[2]}" || true
"$rapport" log copy --from-topic "$topic-http" --log kafka --brokers "$brokers" --topic "$topic-wide" --create-topics --partitions 7
serve kafka-wide --log kafka --brokers "$brokers" --topic "$topic-wide" --create-topics
wait_for "the wider topic's digest" copied
echo "digest $http_digest"

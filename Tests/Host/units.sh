#!/bin/sh
# The units: what they may do, how they start, stop, and start again.
set -eu
. Tests/Host/lib.sh

exposure() { systemd-analyze security --no-pager "$1" | sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p'; }
at_most() { awk -v got="$1" -v limit="$2" 'BEGIN { exit !(got != "" && got <= limit) }'; }

worker=$(exposure mask-worker@a.service)
at_most "$worker" 1.5 || fail "the worker's exposure is $worker, more than 1.5"
fact "systemd-analyze security says $worker of the worker (1.5)"
sender=$(exposure mask-webhooks.service)
at_most "$sender" 2.5 || fail "the sender's exposure is $sender, more than 2.5"
fact "and $sender of the webhook sender (2.5)"

logos=$(exposure mask-svg@test.service)
at_most "$logos" 0.5 || fail "the exposure of the unit that draws logos is $logos, more than 0.5"
fact "and $logos of the unit that draws logos (0.5)"

process() { systemctl show -P MainPID "mask-worker@$1.service"; }
code() { client -o /dev/null -w '%{http_code}' "$@"; }
link=https://$LINK_HOST/hello

# ---- the socket outlives its worker --------------------------------------------------------------------------------

inode=$(stat -c %i /run/mask/a.sock)
systemctl restart mask-worker@a.service
expect "$inode" "$(stat -c %i /run/mask/a.sock)" "the socket is the same after a restart of its worker"
systemctl stop mask-worker@a.service mask-worker@b.service
expect 302 "$(code "$link")" "with both workers stopped, a request waits in the socket, which starts them"
soon 10 systemctl is-active --quiet mask-worker@a.service || systemctl start mask-worker@a.service
systemctl start mask.target

# ---- it is started again, without a limit --------------------------------------------------------------------------

count=0
while [ $count -lt 12 ]; do
  before=$(process a)
  kill -KILL "$before"
  expect 302 "$(code "$link")" "kill -9 of pool a: visitors see nothing" >/dev/null
  again() { now=$(process a); [ "$now" != 0 ] && [ "$now" != "$before" ] && systemctl is-active --quiet mask-worker@a.service; }
  soon 10 again || fail "pool a was not started again after $count kills"
  count=$((count + 1))
done
fact "after $count times kill -9 in a row pool a is started again, and no visitor has seen it"

# ---- the watchdog --------------------------------------------------------------------------------------------------

mkdir -p /run/systemd/system/mask-worker@a.service.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/mask-worker@a.service.d/test.conf
systemctl daemon-reload
systemctl restart mask-worker@a.service
before=$(process a)
sleep 4
expect "$before" "$(process a)" "a worker that serves keeps its watchdog quiet"
kill -STOP "$before"
soon 10 again || fail "a worker that hangs was not started anew"
fact "a worker that hangs is ended by the watchdog and started anew"
rm /run/systemd/system/mask-worker@a.service.d/test.conf
systemctl daemon-reload
systemctl restart mask-worker@a.service

# ---- stopping ------------------------------------------------------------------------------------------------------

wrk -t1 -c32 -d4s "$link" >/dev/null 2>&1 &
load=$!
sleep 1
start=$(date +%s%N)
systemctl stop mask-worker@b.service
took=$((($(date +%s%N) - start) / 1000000))
wait $load
[ $took -lt 30000 ] || fail "a worker under load took $took ms to stop"
fact "a worker under load stops within $took ms (30 s at most)"
systemctl start mask-worker@b.service

# ---- what it may not do --------------------------------------------------------------------------------------------

expect "mask" "$(ps -o user= -p "$(process a)")" "the worker is no root"
grep -q '^CapEff:[[:space:]]*0*$' "/proc/$(process a)/status" || fail "the worker has capabilities"
grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$(process a)/status" || fail "the worker could gain privileges"
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$(process a)/status" || fail "the worker's system calls are not filtered"
fact "it has no capabilities, gains none, and its system calls are filtered"
tunables=$(systemctl show -P Environment mask-worker@a.service | tr ' ' '\n' | sed -n 's/^GLIBC_TUNABLES=//p' | tr : '\n')
expect 4 "$(echo "$tunables" | grep -c =)" "it is told how to keep free memory"
for tunable in $tunables; do
  /lib64/ld-linux-x86-64.so.2 --list-tunables | grep -q "^${tunable%=*}:" || fail "glibc knows no ${tunable%=*}"
  # Some versions of glibc put an end behind each where it stands.
  tr '\0' '\n' <"/proc/$(process a)/environ" | tr : '\n' | grep -q "$tunable\$" || fail "the worker was not told $tunable"
done
fact "in words that glibc knows, and that reach it"
expect "1073741824" "$(systemctl show -P MemoryMax mask-worker@a.service)" "its memory is bounded"

# ---- logos are drawn elsewhere -------------------------------------------------------------------------------------

logo() { printf "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>%s</svg>" "$1" | base64 -w0; }
with_logo() { api POST /qr-codes "{\"link_id\": \"$link_id\", \"logo\": \"data:image/svg+xml;base64,$(logo "$1")\"}"; }
link_id=$(api POST /links '{"url": "https://example.com/logo"}' | member id)
drawn() { systemctl show -P NAccepted mask-svg.socket; }
before=$(drawn)
expect true "$(with_logo '<rect width="9" height="9"/>' | member has_logo)" "an SVG logo is taken"
expect $((before + 1)) "$(drawn)" "and drawn by a unit of its own"
noise=$(for _ in $(seq 1000); do printf '<feTurbulence baseFrequency=".9" numOctaves="60"/>'; done)
expect 422 "$(with_logo "<filter id=\"f\">$noise</filter><rect width=\"9\" height=\"9\" filter=\"url(#f)\"/>" | member status)" "one that takes too long is refused"
quiet() { [ "$(systemctl show -P NConnections mask-svg.socket)" = 0 ]; }
soon 10 quiet || fail "a unit that draws a logo does not end"
# What such a unit sees, by a program in the place of rsvg-convert.
mkdir -p /run/systemd/system/mask-svg@.service.d
printf '[Service]\nExecStart=\nExecStart=/bin/ls -a / /etc /run /var\n' >/run/systemd/system/mask-svg@.service.d/test.conf
systemctl daemon-reload
seen=$(python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/mask/svg"); s.shutdown(1); print(s.makefile().read())')
rm /run/systemd/system/mask-svg@.service.d/test.conf
systemctl daemon-reload
for name in usr fonts; do printf '%s\n' "$seen" | grep -qx "$name" || fail "the unit that draws logos does not see $name"; done
for name in mask passwd spool mysqld nginx srv; do
  ! printf '%s\n' "$seen" | grep -qx "$name" || fail "the unit that draws logos sees $name"
done
fact "that unit ends by itself, and sees programs and fonts and nothing else"

# ---- one id in both logs -------------------------------------------------------------------------------------------

# A fault that is logged: the database goes away under a request that needs it.
systemctl stop mariadb.service
id=$(api GET /links | member request_id)
systemctl start mariadb.service
case $id in req_*) ;; *) fail "an API without MariaDB answers with the request id \"$id\"" ;; esac
logged() { journalctl -q -o cat "MASK_REQUEST_ID=$id" | grep -q .; }
soon 5 logged || fail "journalctl MASK_REQUEST_ID=$id finds nothing"
grep -q "id=$id" /var/log/nginx/mask-access.log || { sleep 2; grep -q "id=$id" /var/log/nginx/mask-access.log; } || fail "nginx's log does not have $id"
fact "the client, journalctl MASK_REQUEST_ID=… and nginx's log have the same id"
recovered() { [ "$(code -H "Authorization: Bearer $(cat $KEY_FILE)" "https://$API_HOST/v1/links")" = 200 ]; }
soon 20 recovered || fail "the API does not come back with MariaDB"

# ---- a reload reaches the sender ------------------------------------------------------------------------------------

runuser -u mask-webhooks -- mask-webhooks --for 600 &
# Cron may have begun one of its own in the same second.
soon 20 pgrep -u mask-webhooks -f 'mask-webhooks --for 600' || fail "the sender does not start"
sleep 1
sender=$(pgrep -n -u mask-webhooks -f 'mask-webhooks --for 600')
# execve(2) keeps the process and gives it a new start of its memory: the address of its arguments changes.
image() { awk '{print $48, $26, $28}' "/proc/$sender/stat"; }
before=$(image)
maskctl reload
anew() { [ -d "/proc/$sender" ] && [ "$(image)" != "$before" ]; }
soon 20 anew || fail "the sender goes on with its old configuration"
fact "maskctl reload reaches a sender that runs: it begins anew in its place"
expect "mask-worker@a.service mask-worker@b.service" \
  "$(systemctl list-units --plain --no-legend 'mask-worker@*.service' | awk '{print $1}' | sort | xargs)" \
  "the pools are the same two"
before=$(drawn)
expect true "$(with_logo '<rect width="9" height="8"/>' | member has_logo)" "an SVG logo is taken as before"
expect $((before + 1)) "$(drawn)" "and drawn by its unit"
kill "$sender"
soon 30 sh -c "[ ! -d /proc/$sender ]" || fail "the sender does not end"

# ---- the timer in place of cron ------------------------------------------------------------------------------------

line=$(sed -n 's/^\* \* \* \* \* mask-webhooks *//p' /etc/cron.d/mask)
expect 1 "$(printf '%s\n' "$line" | wc -l)" "cron has one line for the sender"
systemctl --quiet enable --now mask-webhooks.timer
soon 70 systemctl is-active --quiet mask-webhooks.service || fail "the timer does not start the sender"
begun=$(date +%s)
searched() {
  [ "$(curl -s http://127.0.0.1:9464/metrics | sed -n 's/^mask_job_last_success_timestamp_seconds{job="webhooks"} \([0-9]*\).*/\1/p')" -gt "$begun" ]
}
soon 20 searched || { journalctl -u mask-webhooks -n 20 --no-pager; fail "the sender does not work as its unit runs it"; }
expect 0 "$(systemctl show -P NRestarts mask-webhooks.service)" "the timer starts the sender, and it works within its bounds"
# A sender that tells whether it was called.
mkdir -p /run/stub
printf '#!/bin/sh\necho called\n' >/run/stub/mask-webhooks
chmod 755 /run/stub/mask-webhooks
by_cron() { runuser -u mask-webhooks -- env "PATH=/run/stub:$PATH" sh -c "$line"; }
expect "" "$(by_cron)" "while the timer is enabled, cron's line does nothing"
sender=$(systemctl show -P MainPID mask-webhooks.service)
systemctl --quiet disable --now mask-webhooks.timer
expect called "$(by_cron)" "while it is not, cron's line starts the sender"
expect "" "$(ps -o pid= -p "$sender" || :)" "disabled and stopped, it is gone; cron goes on"

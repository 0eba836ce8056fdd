#!/bin/sh
# What cron does: every line as it is printed, silent while all is well, one sentence where it is not.
set -eu
. Tests/Host/lib.sh

# cron hands mail over as the user of the job.
mail=/var/tmp/cron.mail
jobs=/var/lib/mask/jobs
touch $jobs/.there
rm $jobs/.there

# A sender that cron began in a part before this one lives for a minute, and may tell at its end what that part has done to it.
systemctl stop cron
pkill -u mask-webhooks || :
soon 70 sh -c '! pgrep -x cron' || fail "what cron has begun does not end"
systemctl start cron

# Where cron's mail goes.
if [ ! -e /usr/sbin/sendmail ]; then made_sendmail=yes; else made_sendmail=''; mv /usr/sbin/sendmail /usr/sbin/sendmail.away; fi
printf '#!/bin/sh\nexec flock %s sh -c "cat; echo -- end" >>%s\n' $mail $mail >/usr/sbin/sendmail
chmod 755 /usr/sbin/sendmail
: >$mail
chmod 666 $mail
cp -p /etc/cron.d/mask /root/cron.mask
finish() {
  code=$?
  cat /root/cron.mask >/etc/cron.d/mask
  rm -f /usr/sbin/sendmail
  [ -n "$made_sendmail" ] || mv /usr/sbin/sendmail.away /usr/sbin/sendmail
  [ $code = 0 ] || cat $mail
  exit $code
}
trap finish EXIT

# as USER COMMAND…: its standard error, output and status in $said, $told, $code.
as() {
  user=$1
  shift
  code=0
  runuser -u "$user" -- "$@" >/root/told 2>/root/said || code=$?
  told=$(cat /root/told) said=$(cat /root/said)
}

# ---- by hand -----------------------------------------------------------------------------------------------------------

# The commands of the lines, each with its user.
each() {
  while read -r user command; do "$@" "$user" "$command"; done <<'L'
mask maskctl journal load
mask maskctl page sync
mask-admin maskctl maintain
mask maskctl domain certificate --all
mask maskctl domain check
mask maskctl mail send
mask-webhooks mask-webhooks --once
L
}

# A certificate of setup's own may end when it likes here; a domain is none of a visitor's yet.
is_silent() {
  # shellcheck disable=SC2086 # the command is meant to be split
  as "$1" $2
  [ "$code$told$said" = 0 ] || fail "$2 is not silent ($code): $told $said"
}
each is_silent
fact "each command is silent and ends well while all is well"

ended() { stat -c '%n %Y' $jobs/* | sort; sql "SELECT TABLE_NAME, PARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'mask'" | sort; sql "CHECKSUM TABLE audit_log, domains, bio_pages, journal_segments, events, webhook_deliveries, visitor_salts, idempotency_keys"; }
sql "ALTER TABLE recorded_clicks DROP PARTITION $(sql "SELECT PARTITION_NAME FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'mask' AND TABLE_NAME = 'recorded_clicks' AND PARTITION_NAME <> 'later' ORDER BY PARTITION_ORDINAL_POSITION DESC LIMIT 1")"
ended >/root/before.txt
rehearses() {
  # shellcheck disable=SC2086
  as "$1" $2 --dry-run
  [ "$code$said" = 0 ] || fail "$2 --dry-run ($code): $said"
}
each rehearses
as mask-admin maskctl maintain --dry-run
echo "$told" | grep -q '^recorded_clicks: would add p' || fail "a rehearsal of maintain does not say what it would do: $told"
ended | cmp -s - /root/before.txt || fail "a rehearsal has changed something: $(ended | diff - /root/before.txt)"
fact "--dry-run says what would be done and changes nothing"
as mask-admin maskctl maintain --verbose
echo "$told" | grep -q '^recorded_clicks: added p' || fail "maintain does not make a day that is missing: $told"
fact "a day that was missed gets its partition with the next run"

for job in journal_load:mask:'maskctl journal load' page_sync:mask:'maskctl page sync' maintain:mask-admin:'maskctl maintain' \
  domain_certificate:mask:'maskctl domain certificate --all'; do
  name=${job%%:*} rest=${job#*:}
  stamp=$(cat $jobs/"$name")
  sleep 1
  # shellcheck disable=SC2086
  flock $jobs/"$name" runuser -u "${rest%%:*}" -- ${rest#*:} >/root/told 2>&1 || fail "$name, a second time at once: $(cat /root/told)"
  [ ! -s /root/told ] || fail "$name, a second time at once, says $(cat /root/told)"
  expect "$stamp" "$(cat $jobs/"$name")" "$name: while one runs a second ends well, and does nothing"
done

sql "SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() - 30 * 86400'"
for job in mask:'maskctl page sync' mask-admin:'maskctl maintain'; do
  # shellcheck disable=SC2086
  as "${job%%:*}" ${job#*:}
  case $code$said in 1*"clocks of this host and of MariaDB's are 259"*) ;; *) fail "${job#*:} with a clock that is wrong ($code): $said" ;; esac
done
sql "SET GLOBAL init_connect = ''"
fact "with a clock that is thirty days off nothing is done, and said why"

# ---- by cron -------------------------------------------------------------------------------------------------------------

expect "" "$(awk '/^[0-9*]/ && before !~ /^#/ {print} {before = $0}' /etc/cron.d/mask)" "each line of /etc/cron.d/mask has its comment"
systemctl is-active -q cron
# All lines each minute: the same commands as the same users.
rm -f $jobs/*
sed -i -E 's/^[0-9]+ [0-9*]+ \* \* \*/* * * * */' /etc/cron.d/mask
soon 150 sh -c "[ \$(ls $jobs | wc -l) = 6 ] && [ -z \"\$(find $jobs -size 0)\" ]" || fail "cron has not run all: $(ls $jobs)"
soon 70 pgrep -u mask-webhooks mask-webhooks || fail "cron has not started mask-webhooks"
sleep 2
expect "" "$(cat $mail)" "cron runs every line as it is printed, as its user, and has nothing to mail"
maskctl doctor >/root/doctor.log || { cat /root/doctor.log; fail "maskctl doctor finds something wrong"; }
grep -q 'cron .*maskctl maintain [0-9]* s ago' /root/doctor.log || fail "maskctl doctor does not say when jobs ran: $(grep cron /root/doctor.log)"
fact "maskctl doctor says when each has last come to a good end"

systemctl stop mariadb
: >$mail
# Every line once. That these mails arrive shows that the silence above was none of cron's.
sleep $((65 - $(date +%-S)))
systemctl start mariadb
for command in 'maskctl page sync' 'maskctl maintain' 'maskctl domain certificate --all' 'maskctl domain check' mask-webhooks; do
  grep -q "^$command: MariaDB error 2002" $mail || fail "$command does not tell that MariaDB is away"
done
# A mail is a head, an empty line, and what the command has said. Debian 13's cron folds long lines with "=" (quoted-printable).
expect 1 "$(sed ':a; /=$/ { N; s/=\n//; ta }' $mail |
  awk '/^-- end/ {print lines; lines = 0; body = 0; next} body {lines++} /^$/ {body = 1}' | sort -u | xargs)" \
  "without MariaDB each tells so in one line"
fact "$(grep -m1 '^maskctl page sync:' $mail | cut -c1-100)"
cat /root/cron.mask >/etc/cron.d/mask

soon 30 sql "SELECT 1"
systemctl stop mask-worker@a mask-worker@b mask-worker@a.socket mask-worker@b.socket
chmod 000 /var/spool/mask
as mask maskctl journal load
chmod 700 /var/spool/mask
systemctl start mask-worker@a.socket mask-worker@b.socket mask-worker@a mask-worker@b
expect "1 1" "$code $(printf '%s\n' "$said" | wc -l)" "a spool that cannot be read is told of in one line"
case $said in *MASK_SPOOL*) ;; *) fail "the line does not name MASK_SPOOL: $said" ;; esac

# ---- the timer in place of cron ------------------------------------------------------------------------------------------

line=$(sed -n 's/^\* \* \* \* \* mask-webhooks //p' /etc/cron.d/mask)
[ -n "$line" ] || fail "there is no line of mask-webhooks"
systemctl -q enable mask-webhooks.timer 2>/dev/null
begun=$(date +%s)
as mask-webhooks sh -c "$line"
systemctl -q disable mask-webhooks.timer 2>/dev/null
if [ "$code$told$said" != 0 ] || [ $(($(date +%s) - begun)) -gt 5 ]; then
  fail "cron's line works beside the timer ($code): $told $said"
fi
fact "while the timer is enabled cron's line does nothing"

# ---- mail, by a mail server of this host ---------------------------------------------------------------------------------

[ -n "$made_sendmail" ] || fail "this host has a mail server already"
rm -f /usr/sbin/sendmail
apt-get install -y -qq --no-install-recommends exim4-daemon-light >/root/exim.log 2>&1 || { cat /root/exim.log; fail "exim is not installed"; }
# Debian's exim delivers to users of this host, and to nobody else.
sed -i "s/^dc_other_hostnames=.*/dc_other_hostnames='mask.test'/" /etc/exim4/update-exim4.conf.conf
update-exim4.conf
systemctl restart exim4
useradd -m jo
box=/var/mail/jo
# in_box TEXT: whether a mail of jo's has it; lines are as they were before quoted-printable.
in_box() { [ -e $box ] && sed ':a; /=$/ { N; s/=\n//; ta }; s/=3D/=/g' $box | grep -q "$1"; }

cp -p /etc/mask/mask.env /root/mask.env.mail
printf 'MASK_MAIL=sendmail\nMASK_MAIL_FROM=MASK <mask@mask.test>\n' >>/etc/mask/mask.env
maskctl reload >/dev/null
maskctl mail test jo@mask.test >/dev/null
soon 20 in_box "^Subject: Mail from $APP_HOST arrives" || fail "no mail of maskctl mail test arrives: $(tail -n 5 /var/log/exim4/mainlog)"
in_box ' <mask@mask.test>$' || fail "the mail is from $(grep -A1 ^From: $box)"
fact "maskctl mail test arrives in a mailbox, by exim's sendmail"

# The worker's part: it has the mail in the outbox, and Redis tells the run that cron has begun.
key=$(maskctl key create --workspace acme --name mail --scopes members:write --json | member key)
soon 90 pgrep -u mask -f 'maskctl mail send --for' || fail "cron runs no maskctl mail send that stays"
sleep 2
begun=$(date +%s%N)
code=$(client -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
  -d '{"email": "jo@mask.test", "role": "viewer"}' "https://$API_HOST/v1/team/invitations")
expect 201 "$code" "somebody is invited over the API"
soon 90 in_box "^https://$APP_HOST/accept#" || fail "the invitation does not arrive: $(maskctl mail list) $(tail -n 5 /var/log/exim4/mainlog)"
took=$((($(date +%s%N) - begun) / 1000000))
fact "and has it in the mailbox after $took ms"
[ $took -lt 8000 ] || fail "it has waited for cron's next minute"
token=$(sed ':a; /=$/ { N; s/=\n//; ta }' $box | sed -n "s|^https://$APP_HOST/accept#\([A-Za-z0-9_-]*\)$|\1|p" | tail -n 1)
guest() { client -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Mask-Client: test' -H "Origin: https://$APP_HOST" "$@"; }
expect 201 "$(guest -d '{"token": "'"$token"'", "name": "Jo", "password": "correct horse battery staple 47"}' \
  "https://$APP_HOST/v1/one-time-links/use")" "its link lets them in"
expect 202 "$(guest -d '{"email": "jo@mask.test"}' "https://$APP_HOST/v1/password-resets")" "they ask for another password"
soon 90 in_box "^https://$APP_HOST/reset#" || fail "no link for a password arrives: $(maskctl mail list)"
fact "and have the link, too"
expect "" "$(maskctl mail list --json | member id)" "no mail waits, and none was given up"

cat /root/mask.env.mail >/etc/mask/mask.env
maskctl reload >/dev/null
apt-get purge -y -qq exim4-daemon-light exim4-base exim4-config >/dev/null 2>&1
userdel -rf jo 2>/dev/null || :
soon 90 sh -c '! pgrep -u mask -f "maskctl mail send"' || fail "maskctl mail send stays for longer than its minute"
fact "without MASK_MAIL cron's run ends at once"

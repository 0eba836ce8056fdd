#!/bin/sh
# What strangers and tenants send cannot fill a worker's memory: with a limit that is a quarter of the unit's nothing is killed,
# and nothing comes near it.
set -eu
. Tests/Host/lib.sh

limit=256
pools="mask-worker@a.service mask-worker@b.service"
for pool in $pools; do
  mkdir -p "/run/systemd/system/$pool.d"
  printf '[Service]\nMemoryHigh=infinity\nMemoryMax=%sM\n' $limit >"/run/systemd/system/$pool.d/memory.conf"
done
systemctl daemon-reload
# shellcheck disable=SC2086 # a list
systemctl restart $pools
finish() {
  code=$?
  for pool in $pools; do rm -f "/run/systemd/system/$pool.d/memory.conf"; done
  systemctl daemon-reload
  # shellcheck disable=SC2086
  systemctl restart $pools
  exit $code
}
trap finish EXIT

# A workspace of its own, which no limit stops.
KEY_FILE=/run/heavy.key
maskctl workspace create heavy --plan enterprise >/dev/null
maskctl workspace limit heavy 1000000 >/dev/null
maskctl key create --workspace heavy --name memory --scopes all --json | member key >$KEY_FILE

processes() { for pool in $pools; do systemctl show -P MainPID "$pool"; done | xargs; }
# What the larger of the two has had at the most, in MiB. Where the kernel does not keep the limit (cgroup v1 in a container),
# this alone tells that it would not have been reached.
largest() { for one in $(processes); do sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$one/status"; done | sort -n | awk 'END {print int($1 / 1024)}'; }
before=$(processes)
well() {
  peak=$(largest)
  [ "$peak" -lt $limit ] || fail "$1: a worker has taken $peak MiB"
  expect "$before" "$(processes)" "$1: no worker was killed, and none had more than $peak of $limit MiB"
  expect 302 "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/hello")" "$1: links lead on" >/dev/null
}

cat >/run/hosts.lua <<'L'
local count, tail = 0, string.rep("a", 7600)
math.randomseed(os.time())
request = function()
  count = count + 1
  return wrk.format("GET", "/" .. math.random(1e9), {["Host"] = count .. "x" .. math.random(1e9) .. tail})
end
L
wrk -t2 -c32 -d15s -s /run/hosts.lua http://127.0.0.1/ >/run/wrk.log 2>&1
sent=$(sed -n 's/ *\([0-9]*\) requests in .*/\1/p' /run/wrk.log)
[ "${sent:-0}" -gt 20000 ] || { cat /run/wrk.log; fail "too few requests to fill anything"; }
well "$sent hosts that nobody has, of 7.6 KB each"

cat >/run/passwords.lua <<LUA
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer $(cat $KEY_FILE)"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"url": "https://example.com/", "password": "open sesame"}'
LUA
wrk -t2 -c128 -d8s --timeout 20s -s /run/passwords.lua "https://$API_HOST/v1/links" >/run/wrk.log 2>&1
well "new passwords from 128 clients at once"

python3 - >/run/heavy.svg <<'P'
import base64, struct, zlib
chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
side = 9500
pixels = zlib.compress(b"\0" * ((side * 3 + 1) * side), 9)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
print('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
      '<image width="9" height="9" xlink:href="data:image/png;base64,' + base64.b64encode(png).decode() + '"/></svg>')
P
python3 - >/run/nested.svg <<'P'
levels = "".join('<g id="l%d">%s</g>' % (n, '<use href="#l%d"/>' % (n - 1) * 10) for n in range(1, 12))
print('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs><rect id="l0" width="9" height="9"/>%s</defs><use href="#l11"/></svg>' % levels)
P
id=$(api POST /links '{"url": "https://example.com/"}' | member id)
uploads=''
for file in heavy nested; do
  printf '{"link_id": "%s", "logo": "data:image/svg+xml;base64,%s"}' "$id" "$(base64 -w0 "/run/$file.svg")" >"/run/$file.json"
  for number in 1 2 3 4 5 6; do
    curl -sS --max-time 60 --cacert /run/test-ca.crt -o "/run/answer.$number.$file" -w '%{http_code}\n' "https://$API_HOST/v1/qr-codes" \
      -H "Authorization: Bearer $(cat $KEY_FILE)" -H 'Content-Type: application/json' -d "@/run/$file.json" >"/run/status.$number.$file" &
    uploads="$uploads $!"
  done
done
# shellcheck disable=SC2086
wait $uploads || :
if cat /run/status.* | grep -qE '^(000|500|502|504)'; then fail "uploads ended as $(cat /run/status.* | sort | uniq -c | xargs)"; fi
well "twelve heavy drawings at once"

#!/bin/sh
# maskctl setup --certificate letsencrypt: the authority (Pebble, in its place) proves both hosts over port 80, nginx serves
# what it signs, and cron's daily run renews it.
set -eu
. Tests/Host/lib.sh

apt-get install -y -qq --no-install-recommends pebble certbot >/root/pebble.log 2>&1 || { cat /root/pebble.log; fail "pebble cannot be installed"; }
mkdir -p /root/tls /run/authority
cp -p $CERTIFICATES/*.crt $CERTIFICATES/*.key /root/tls/
cp -p /etc/mask/mask.env /root/mask.env.before
openssl req -x509 -newkey rsa:2048 -nodes -keyout /run/authority/key -out /run/authority/crt -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost 2>/dev/null
cat >/run/authority/pebble.json <<'J'
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": "/run/authority/crt",
  "privateKey": "/run/authority/key", "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
J
PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config /run/authority/pebble.json >/run/authority/log 2>&1 &
authority=$!
finish() {
  code=$?
  kill $authority 2>/dev/null || :
  [ $code = 0 ] || tail -n 20 /run/authority/log /etc/mask/acme/log/letsencrypt.log || :
  exit $code
}
trap finish EXIT
# What certbot believes.
export REQUESTS_CA_BUNDLE=/run/authority/crt
soon 10 curl -sf --cacert /run/authority/crt https://localhost:14000/dir || fail "the authority does not start"

echo "MASK_ACME_SERVER=https://localhost:14000/dir" >>/etc/mask/mask.env
maskctl setup --certificate letsencrypt --email ada@example.com >/root/setup.log 2>&1 || { cat /root/setup.log; fail "setup with an authority"; }
served() { openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout "$2"; }
for host in $API_HOST $LINK_HOST; do
  served "$host" -issuer | grep -q Pebble || fail "nginx serves a certificate of $host by $(served "$host" -issuer)"
done
fact "nginx serves what the authority has signed for both hosts"
expect "640 mask www-data" "$(stat -c '%a %U %G' $CERTIFICATES/$API_HOST.key)" "its key is for nginx only"

# Else certbot waits for up to eight minutes, so that not all the world renews at once.
echo "no-random-sleep-on-renew = true" >>/etc/letsencrypt/cli.ini
# Due now, and not in five years.
sed -i 's/^.*renew_before_expiry.*/renew_before_expiry = 20 years/' /etc/mask/acme/renewal/*.conf
before=$(served $API_HOST -serial) key=$(sha256sum <$CERTIFICATES/$API_HOST.key)
expect "" "$(runuser -u mask -- maskctl domain certificate --all 2>&1)" "cron's daily run renews them, and says nothing"
[ "$before" != "$(served $API_HOST -serial)" ] || fail "nginx serves the old certificate after the renewal"
expect "$key" "$(sha256sum <$CERTIFICATES/$API_HOST.key)" "nginx serves the new one without a reload; the key has stayed"
expect "302" "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 --cacert "$CERTIFICATES/$LINK_HOST.crt" "https://$LINK_HOST/hello")" \
  "and links lead on"

cat /root/mask.env.before >/etc/mask/mask.env
rm -rf /etc/mask/acme/*
cp -p /root/tls/* $CERTIFICATES/

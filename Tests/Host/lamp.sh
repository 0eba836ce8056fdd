#!/bin/sh
# A LAMP server: Apache with a PHP site on 80 and 443, MariaDB with the shop's database. MASK comes, is set up behind Apache,
# upgraded, removed and purged, and through three reboots: Apache, its sites and the database are as they were all the time.
set -eu
. Tests/Host/lib.sh

stage=$(cat /test/lamp 2>/dev/null || echo begin)
shop=shop.mask.test

# What the neighbours had before MASK, and must have afterwards.
neighbours() {
  mariadb -N -e "SHOW DATABASES; SELECT * FROM shop.goods; SELECT User, Host FROM mysql.user" | grep -v '^mask' | grep -v '^information_schema' || :
  find /etc/apache2 -not -path '*/mods-enabled/*' \( -type f -exec sha256sum {} + -o -type l -print \) | grep -v zz-mask | sort
  ss -Hltn 'sport = :80 or sport = :443' | awk '{print $4}' | sort
  systemctl is-enabled apache2 mariadb
}
shop_answers() {
  for url in "http://$shop/" "https://$shop/" "http://unclaimed.mask.test/" "https://unclaimed.mask.test/"; do
    expect "bread 3" "$(curl -sk --max-time 10 --resolve "*:80:127.0.0.1" --resolve "*:443:127.0.0.1" "$url")" "$1: $url is the shop's" >/dev/null
  done
  neighbours >/root/neighbours.now
  diff /root/neighbours /root/neighbours.now || fail "$1: a neighbour is not as it was"
  fact "$1: Apache, its PHP site, its port and its database are as they were"
}
# unanswered WHERE: the doctor says that the custom domain is somebody else's, and where to write it.
unanswered() {
  if maskctl doctor >/root/doctor.log; then fail "the doctor is content with a custom domain that another site answers for"; fi
  expect "WRONG domains promo.mask.test is answered by somebody else: add it $1" "$(sed -n '/^WRONG/s/  */ /gp' /root/doctor.log | sed 's/, and for https.*//')" \
    "the doctor says that another site answers for a custom domain"
}
quiet() { "$@" >/root/lamp.log 2>&1 || { cat /root/lamp.log; fail "$*"; }; }
again() { echo "$1" >/test/lamp; exit 75; }

case $stage in
  begin)
    quiet apt-get install -y -qq --no-install-recommends apache2 libapache2-mod-php php-mysql mariadb-server mariadb-client cron curl logrotate openssl
    quiet a2enmod ssl
    mkdir -p /var/www/shop
    cat >/var/www/shop/index.php <<'P'
<?php
$row = (new mysqli('localhost', 'shop', 'secret', 'shop'))->query('SELECT name, price FROM goods')->fetch_row();
echo "$row[0] $row[1]";
P
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /etc/ssl/private/shop.key -out /etc/ssl/certs/shop.crt \
      -days 30 -subj "/CN=$shop" 2>/dev/null
    cat >/etc/apache2/sites-available/shop.conf <<P
<VirtualHost *:80>
  ServerName $shop
  DocumentRoot /var/www/shop
</VirtualHost>
<VirtualHost *:443>
  ServerName $shop
  DocumentRoot /var/www/shop
  SSLEngine on
  SSLCertificateFile /etc/ssl/certs/shop.crt
  SSLCertificateKeyFile /etc/ssl/private/shop.key
</VirtualHost>
P
    quiet a2dissite 000-default
    quiet a2ensite shop
    rm /var/www/html/index.html
    systemctl restart apache2
    systemctl start mariadb
    mariadb -e "CREATE DATABASE shop; CREATE TABLE shop.goods (name VARCHAR(9), price INT); INSERT INTO shop.goods VALUES ('bread', 3);
      CREATE USER shop@localhost IDENTIFIED BY 'secret'; GRANT ALL ON shop.* TO shop@localhost"
    neighbours >/root/neighbours
    shop_answers "before MASK"

    quiet apt-get install -y -qq "$(this_package)"
    shop_answers "apt install"
    expect "disabled inactive" "$(systemctl is-enabled nginx || :) $(systemctl is-active nginx || :)" "nginx, which came with MASK, stays off"
    again unset
    ;;
  unset)
    expect "active inactive" "$(systemctl is-active apache2) $(systemctl is-active nginx || :)" "after a reboot Apache has its ports"
    shop_answers "reboot after the install"
    if maskctl setup --api-host $API_HOST --link-host $LINK_HOST </dev/null >/root/setup.log 2>&1; then fail "setup takes Apache's ports"; fi
    grep -q 'apache2 listens on 80 and 443.*--behind-apache' /root/setup.log || { cat /root/setup.log; fail "setup does not name Apache"; }
    [ ! -e /etc/mask/secret.key ] && [ ! -e /etc/nginx/sites-enabled/mask ] || fail "a setup that was refused has begun"
    fact "setup names who has the ports, and begins nothing"
    quiet maskctl setup --behind-apache --api-host $API_HOST --link-host $LINK_HOST
    grep -q 'a2ensite zz-mask' /root/lamp.log || fail "setup does not say how Apache is told"
    expect "127.0.0.1:8080 127.0.0.1:8443 127.0.0.1:9464" \
      "$(ss -Hltnp | grep nginx | awk '{print $4}' | sort | xargs)" "nginx listens on loopback only"
    shop_answers "setup --behind-apache"

    quiet a2enmod proxy proxy_http ssl
    quiet a2ensite zz-mask
    quiet apache2ctl configtest
    systemctl reload apache2
    sleep 1
    shop_answers "with MASK's site enabled"
    maskctl workspace create acme --plan enterprise >/dev/null
    maskctl key create --workspace acme --name host --scopes all,keys:write,audit:read --json | member key >$KEY_FILE
    maskctl doctor >/root/doctor.log || { cat /root/doctor.log; fail "the doctor finds something wrong behind Apache"; }
    fact "the doctor finds nothing wrong"
    maskctl domain add promo.mask.test --workspace acme >/dev/null
    unanswered "as ServerAlias to /etc/apache2/sites-available/zz-mask.conf"
    sed -i "s/ServerAlias $LINK_HOST/& promo.mask.test/" /etc/apache2/sites-available/zz-mask.conf
    systemctl reload apache2
    soon 10 maskctl doctor || { maskctl doctor || :; fail "the doctor does not see the ServerAlias"; }
    ;;
esac
case $stage in unset | set-up | upgraded)
    [ -n "$(api GET "/links?search=menu" | member slug)" ] || api POST /links '{"url": "https://example.com/a%2Fb", "slug": "menu"}' >/dev/null
    soon 20 sh -c "curl -sk --max-time 5 -o /dev/null -w '%{http_code}' https://$LINK_HOST/menu | grep -q 302" || fail "the link does not lead on through Apache"
    for scheme in http https; do
      expect "302 https://example.com/a%2Fb?x=%2F" "$(client -o /dev/null -w '%{http_code} %{redirect_url}' "$scheme://$LINK_HOST/menu?x=%2F")" \
        "$scheme: a link leads on through Apache"
    done
    expect 403 "$(client -o /dev/null -w '%{http_code}' "http://$API_HOST/v1/links")" "the API without TLS is refused"
    ;;
esac
case $stage in
  unset)
    ip addr add 192.0.2.7/32 dev lo 2>/dev/null || :
    curl -sk -o /dev/null --interface 192.0.2.7 -H 'X-Forwarded-For: 203.0.113.9' --resolve "$LINK_HOST:443:192.0.2.7" "https://$LINK_HOST/elsewhere"
    soon 5 grep -q /elsewhere /var/log/nginx/mask-access.log || fail "the visit is not in nginx's log"
    expect 192.0.2.7 "$(grep /elsewhere /var/log/nginx/mask-access.log | cut -d' ' -f1)" "MASK sees the visitor's own address, not what a header claims"
    # A renewal, as certbot's hook leaves it.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /root/new.key -out /root/new.crt -days 9 \
      -subj "/CN=$LINK_HOST" -addext "subjectAltName=DNS:$LINK_HOST" 2>/dev/null
    install -m 640 -o mask -g www-data /root/new.key $CERTIFICATES/$LINK_HOST.key
    install -m 640 -o mask -g www-data /root/new.crt $CERTIFICATES/$LINK_HOST.crt
    served() { openssl s_client -connect "127.0.0.1:$1" -servername $LINK_HOST </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
    # shellcheck disable=SC2317 # soon calls it
    renewed() { [ "$(served 443)" = "$(openssl x509 -noout -fingerprint -in /root/new.crt)" ]; }
    soon 20 renewed || { journalctl -u mask-apache --no-pager | tail; fail "Apache serves the old certificate"; }
    expect "$(served 8443)" "$(served 443)" "a renewed certificate is served by nginx, and by Apache after a reload of its own"
    echo MASK_WEBHOOK_ADDRESSES=127.0.0.0/8 >>/etc/mask/mask.env
    quiet maskctl reload
    api POST /webhooks '{"url": "https://127.0.0.1/hook"}' | grep -q whsec_ || fail "no webhook is made"
    again set-up
    ;;
  set-up)
    shop_answers "reboot after the setup"
    quiet apt-get install -y -qq "$(next_package)"
    shop_answers "upgrade"
    again upgraded
    ;;
  upgraded)
    shop_answers "reboot after the upgrade"
    quiet apt-get remove -y -qq mask
    shop_answers "apt remove"
    expect "disabled inactive" "$(systemctl is-enabled nginx || :) $(systemctl is-active nginx || :)" "nginx is off again"
    quiet apt-get purge -y -qq mask
    grep -q 'secret.key' /root/lamp.log || fail "purge does not say what stays"
    expect "600 root" "$(stat -c '%a %U' /var/backups/mask/secret.key)" "purge says what stays, and keeps the key beside the backups"
    expect "" "$(find /etc/apache2 /etc/nginx -name '*mask*')" "no file of MASK's is left with Apache or nginx"
    systemctl restart apache2
    shop_answers "purge, and Apache restarted"

    # The same host without Apache, with a site of nginx's that answers for all names.
    systemctl --quiet disable --now apache2
    rm -f /etc/nginx/sites-enabled/default
    echo 'server { listen 80 default_server; listen [::]:80 default_server; listen 443 ssl default_server; listen [::]:443 ssl default_server;
      ssl_certificate /etc/ssl/certs/shop.crt; ssl_certificate_key /etc/ssl/private/shop.key; return 200 other; }' >/etc/nginx/sites-available/other
    ln -s ../sites-available/other /etc/nginx/sites-enabled/other
    systemctl --quiet enable --now nginx
    other_answers() {
      for scheme in http https; do
        expect other "$(curl -sk --max-time 10 --resolve "*:80:127.0.0.1" --resolve "*:443:127.0.0.1" $scheme://unclaimed.mask.test/)" "$1" >/dev/null
      done
      fact "$1: the other site of nginx answers for all names"
    }
    quiet apt-get install -y -qq "$(next_package)"
    other_answers "apt install"
    if maskctl setup --api-host $API_HOST --link-host $LINK_HOST </dev/null >/root/setup.log 2>&1; then fail "setup takes a database of another key"; fi
    grep -q 'made with another secret key' /root/setup.log || { cat /root/setup.log; fail "setup does not say why it stops"; }
    [ ! -e /etc/mask/secret.key ] || fail "setup has left a key that reads nothing"
    fact "setup over a database of another key stops, and says where that key is"
    install -m 640 -g mask /var/backups/mask/secret.key /etc/mask/secret.key
    quiet maskctl setup
    grep -q 'another site answers for unclaimed names on 80 and 443' /root/lamp.log || { cat /root/lamp.log; fail "setup does not name the other site"; }
    other_answers "setup"
    expect 302 "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/menu")" "and MASK answers for its hosts: the old link leads on"
    expect 302 "$(client -o /dev/null -w '%{http_code}' "http://$LINK_HOST/menu")" "without TLS, too"
    unanswered "to server_name in /etc/nginx/sites-available/mask"
    sed -i "s/server_name $LINK_HOST/& promo.mask.test/" /etc/nginx/sites-available/mask
    quiet systemctl reload nginx
    soon 10 maskctl doctor || { maskctl doctor || :; fail "the doctor finds something wrong beside another site"; }
    quiet apt-get purge -y -qq mask
    other_answers "purge"
    rm /test/lamp
    ;;
esac

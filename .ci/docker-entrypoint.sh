#!/bin/bash
# What our compose files use of the real image's entrypoint.
set -euo pipefail
data=/var/lib/mysql
options=(--no-defaults "--datadir=$data" --secure-file-priv=NULL --mysqlx=OFF)
if [ "$(id -u)" = 0 ]; then
  chown mysql: $data
  exec setpriv --reuid=mysql --regid=mysql --clear-groups "$0" "$@"
fi
[ "$1" = mysqld ] && shift
if [ ! -d $data/mysql ]; then
  mysqld "${options[@]}" --initialize-insecure "$@"
  # Without a port, so that whoever asks over TCP hears only from the finished server.
  mysqld "${options[@]}" --skip-networking --socket=/tmp/first.sock "$@" &
  until mysqladmin --no-defaults -u root -S /tmp/first.sock ping >/dev/null 2>&1; do
    kill -0 $!
    sleep 0.1
  done
  for file in /docker-entrypoint-initdb.d/*.sql; do
    mysql --no-defaults -u root -S /tmp/first.sock <"$file"
  done
  password=${MYSQL_ROOT_PASSWORD:-$(cat "$MYSQL_ROOT_PASSWORD_FILE")}
  printf "alter user root@localhost identified by '%s';" "$password" | mysql --no-defaults -u root -S /tmp/first.sock
  kill $!
  wait $!
fi
exec mysqld "${options[@]}" --socket=/tmp/mysql.sock "$@"

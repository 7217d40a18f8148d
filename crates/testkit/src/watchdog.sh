# Runs one PostgreSQL cluster for as long as its standard input stays open, then removes it.
# usage: sh -c SCRIPT watchdog FOLDER INITDB POSTGRES PORT CONNECTIONS_MAX
#        sh -c SCRIPT watchdog FOLDER PG_BASEBACKUP POSTGRES PORT CONNECTIONS_MAX PRIMARY_URL
# The second makes it a replica of the server at PRIMARY_URL, which it follows from then on.
#
# The test process holds the other end of the input. The kernel closes it when that process ends,
# whether it returns, panics, is interrupted or is killed: no case needs code of its own.
set -u
folder=$1 create=$2 postgres=$3 port=$4 connections_max=$5 primary=${6-}
umask 077
exec 3<&0 0</dev/null >>"$folder/log" 2>&1

# The log stays readable until the test process lets go.
finish() {
  : >"$folder/ended"
  read -r _ <&3
  rm -rf "$folder"
  exit
}

# The new cluster's files need no sync: a crash of the machine ends the test anyway. The server
# itself runs with fsync on, as in production.
if [ -n "$primary" ]; then
  "$create" --pgdata="$folder/data" --dbname="$primary" --write-recovery-conf \
    --checkpoint=fast --no-sync 3<&- || finish
else
  "$create" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync 3<&- || finish
fi

start() {
  "$postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" \
    -c unix_socket_directories= -c max_connections="$connections_max" -c fsync=on 3<&- &
  server=$!
  echo "$server" >"$folder/server"
}
start

# QUIT is the immediate shutdown: nobody needs the data any more. It is repeated because a server
# that has only just been started still ignores it.
stop() {
  rm -f "$folder/restart"
  while kill -QUIT "$(cat "$folder/server")" 2>/dev/null; do sleep 0.1; done
}
{ read -r _ <&3; stop; } &
trap 'rm -f "$folder/restart"; kill -QUIT "$server"' HUP INT TERM

# A test that wants to see a crash leaves a file named `restart` and ends the server.
while :; do
  while kill -0 "$server" 2>/dev/null; do wait "$server"; done
  [ -e "$folder/restart" ] || break
  rm -f "$folder/restart"
  start
done
finish

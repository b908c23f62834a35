#!/bin/sh
# Runs privileges.sql as the database's owner, once the role and the database are there. PGHOST, PGPORT and PGDATABASE say
# where; the Secret with username and password is mounted. Nothing is written, and the password is in no argument.
set -eu
export LC_ALL=C
folder=${PGDB_FOLDER:-/pgdb}
credentials=${PGDB_CREDENTIALS:-/credentials}
attempts=${PGDB_ATTEMPTS:-60}
pause=${PGDB_PAUSE:-5}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# A value of the Secret, without white space around it, as CloudNativePG takes it.
value_of() {
  [ -r "$credentials/$1" ] || fail "the Secret with the credential has no key $1"
  value=$(cat "$credentials/$1")
  value=${value#"${value%%[![:space:]]*}"}
  value=${value%"${value##*[![:space:]]}"}
  [ -n "$value" ] || fail "the key $1 of the Secret with the credential is empty"
}

# Whether waiting may help, after psql ended with $1 and said $2: 2 is no connection, 3 an error of the script.
may_pass() {
  case $1:$2 in
  2:*'password authentication failed'* | 2:*'does not exist'*) ;;
  2:*'no pg_hba.conf entry'* | 2:*'does not support SSL'* | 2:*'certificate'* | 2:*'invalid '*) return 1 ;;
  2:* | 3:*'is not there yet'* | 3:*'the database is busy'*) ;;
  *) return 1 ;;
  esac
}

value_of username
PGUSER=$value
value_of password
PGPASSWORD=$value
# libpq looks for nothing in a home that may not be there.
export PGUSER PGPASSWORD PGPASSFILE=/dev/null PGAPPNAME='kubectl-pgdb access'
export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-10}"

attempt=1
last=
while :; do
  status=0
  said=$(psql -X -q -v ON_ERROR_STOP=1 --no-password <"$folder/privileges.sql" 2>&1) || status=$?
  if [ "$status" -eq 0 ]; then
    printf '%s\n' "$said"
    exit 0
  fi
  if ! may_pass "$status" "$said" || [ "$attempt" -ge "$attempts" ]; then
    printf '%s\n' "$said" >&2
    fail "the privileges of the database ${PGDATABASE:-} are as they were, after $attempt of $attempts attempts"
  fi
  if [ "$said" != "$last" ]; then
    printf 'waiting: %s\n' "$said" >&2
    last=$said
  fi
  attempt=$((attempt + 1))
  sleep "$pause"
done

#!/bin/sh
# Makes the roles and databases of a server what is declared. The DSN of its administrator comes from a mounted Secret, the
# passwords of roles from others. Nothing is written, and no secret value is in an argument or in what is printed.
set -eu
export LC_ALL=C
folder=${PGDB_FOLDER:-/pgdb}
credentials=${PGDB_CREDENTIALS:-/credentials}
dsn_file=${PGDB_DSN_FILE:-/connection/uri}
attempts=${PGDB_ATTEMPTS:-12}
pause=${PGDB_PAUSE:-5}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# The passwords that are mounted, by their Secrets, as JSON of hexadecimal digits: psql asks for it.
if [ "${1:-}" = passwords ]; then
  for file in "$credentials"/*/password; do
    [ ! -r "$file" ] || printf '%s\n' "$file"
  done | awk '
    BEGIN {
      for (i = 1; i < 256; i++) code[sprintf("%c", i)] = sprintf("%02x", i)
      printf "{"
    }
    {
      number = split($0, parts, "/")
      digits = ""
      lines = 0
      while ((getline line < $0) > 0) {
        if (lines++) digits = digits "0a"
        for (i = 1; i <= length(line); i++) digits = digits code[substr(line, i, 1)]
      }
      close($0)
      printf "%s\"%s\": \"%s\"", separator, parts[number - 1], digits
      separator = ",\n "
    }
    END { print "}" }'
  exit
fi

# The variables of libpq that a DSN means, or what is wrong with it, for eval: a URI or key=value pairs (PostgreSQL manual, section 34.1.1). What is wrong
# is said without any part of it, since a password with an unescaped character can end up everywhere.
variables_of_dsn() {
  awk -v plaintext="${PGDB_ALLOW_PLAINTEXT:-false}" '
    function refuse(reason) {
      printf "fail %sthe DSN of the connection Secret %s%s\n", quote, reason, quote
      failed = 1
      exit
    }
    function decoded(text,   result, at, high, low) {
      result = ""
      while ((at = index(text, "%")) > 0) {
        high = index("0123456789abcdef", tolower(substr(text, at + 1, 1)))
        low = index("0123456789abcdef", tolower(substr(text, at + 2, 1)))
        if (length(text) < at + 2 || !high || !low || high + low == 2) refuse("has a % without two digits behind it: write a % as %25")
        result = result substr(text, 1, at - 1) sprintf("%c", (high - 1) * 16 + low - 1)
        text = substr(text, at + 3)
      }
      return result text
    }
    function give(key, value) {
      if (key == "ssl" && value == "true") { key = "sslmode"; value = "require" }
      if (!(key in variable)) {
        if (key in unsupported) refuse("has the parameter " key ", which cannot be given here")
        refuse("has a parameter that PostgreSQL does not know: if that is a part of the password, write @ / ? & as %40 %2F %3F %26")
      }
      if (value != "") given[key] = value
    }
    function of_uri(text,   at, authority, query, pairs, number, i, hosts) {
      at = match(text, /[\/?]/)
      authority = at ? substr(text, 1, at - 1) : text
      text = at ? substr(text, at) : ""
      at = index(text, "?")
      query = at ? substr(text, at + 1) : ""
      text = at ? substr(text, 1, at - 1) : text
      if (text ~ /[@]/ || text ~ /^\/.*\//) refuse("is no URI: write @ / : ? of user, password and database as %40 %2F %3A %3F")
      if (length(text) > 1) give("dbname", decoded(substr(text, 2)))
      at = index(authority, "@")
      if (at) {
        of_user(substr(authority, 1, at - 1))
        authority = substr(authority, at + 1)
      }
      if (authority ~ /@/) refuse("has more than one @: write those of the password as %40")
      number = split(authority, hosts, ",")
      for (i = 1; i <= number; i++) of_host(hosts[i], i)
      number = split(query, pairs, "&")
      for (i = 1; i <= number; i++) {
        at = index(pairs[i], "=")
        give(decoded(at ? substr(pairs[i], 1, at - 1) : pairs[i]), at ? decoded(substr(pairs[i], at + 1)) : "")
      }
    }
    function of_user(text,   at) {
      at = index(text, ":")
      give("user", decoded(at ? substr(text, 1, at - 1) : text))
      if (at) give("password", decoded(substr(text, at + 1)))
    }
    function of_host(text, place,   at, host, port) {
      if (text ~ /^\[/) {
        at = index(text, "]")
        if (!at) refuse("has a [ without a ]")
        host = substr(text, 2, at - 2)
        port = substr(text, at + 1)
      } else {
        at = index(text, ":")
        host = at ? substr(text, 1, at - 1) : text
        port = at ? substr(text, at) : ""
      }
      if (port != "" && port !~ /^:[0-9]*$/) refuse("has a port that is no number: write : @ / of the password as %3A %40 %2F")
      all_hosts = all_hosts (place > 1 ? "," : "") decoded(host)
      all_ports = all_ports (place > 1 ? "," : "") substr(port, 2)
      if (all_hosts != "") given["host"] = all_hosts
      if (all_ports ~ /[0-9]/) given["port"] = all_ports
    }
    function of_pairs(text,   at, key, value, sign) {
      while (1) {
        sub(/^[ \t\r\n]+/, "", text)
        if (text == "") return
        at = index(text, "=")
        if (!at) refuse("is neither a URI nor key=value pairs")
        key = substr(text, 1, at - 1)
        sub(/[ \t\r\n]+$/, "", key)
        text = substr(text, at + 1)
        sub(/^[ \t\r\n]+/, "", text)
        value = ""
        if (substr(text, 1, 1) == quote) {
          text = substr(text, 2)
          while ((sign = substr(text, 1, 1)) != quote) {
            if (sign == "") refuse("has a quote that does not end")
            if (sign == "\\") { text = substr(text, 2); sign = substr(text, 1, 1) }
            value = value sign
            text = substr(text, 2)
          }
          text = substr(text, 2)
        } else {
          while ((sign = substr(text, 1, 1)) != "" && sign !~ /[ \t\r\n]/) {
            if (sign == "\\") { text = substr(text, 2); sign = substr(text, 1, 1) }
            value = value sign
            text = substr(text, 2)
          }
        }
        give(key, value)
      }
    }
    function is_loopback(host) {
      return host == "localhost" || host ~ /^127\.[0-9.]+$/ || host == "::1" || host ~ /^\//
    }
    function check(   number, hosts, i, is_local) {
      if (given["host"] == "" && given["hostaddr"] == "") refuse("has no host")
      if (given["host"] !~ /^[A-Za-z0-9._:,\/%-]*$/) refuse("has a host with a character that no host has: write @ / : ? of the password as %40 %2F %3A %3F")
      if (given["hostaddr"] !~ /^[0-9A-Fa-f.:,%]*$/) refuse("has a hostaddr that is no address")
      if (given["port"] !~ /^[0-9,]*$/) refuse("has a port that is no number")
      if (given["connect_timeout"] !~ /^[0-9]*$/) refuse("has a connect_timeout that is no number")
      if (given["user"] == "") refuse("names no user")
      if (given["sslmode"] !~ /^(disable|allow|prefer|require|verify-ca|verify-full)?$/) refuse("has an sslmode that PostgreSQL does not know")
      is_local = 1
      number = split(given["hostaddr"] == "" ? given["host"] : given["hostaddr"], hosts, ",")
      for (i = 1; i <= number; i++) if (!is_loopback(hosts[i])) is_local = 0
      if (given["sslmode"] ~ /^(disable|allow|prefer)$/ && !is_local && plaintext != "true")
        refuse("says sslmode=" given["sslmode"] ": passwords may go over the network in clear; allow it with PGDB_ALLOW_PLAINTEXT=true")
      if (given["sslmode"] == "" && !is_local && plaintext != "true") given["sslmode"] = "require"
      if (given["dbname"] == "") given["dbname"] = "postgres"
    }
    BEGIN {
      quote = sprintf("%c", 39)
      number = split("host PGHOST hostaddr PGHOSTADDR port PGPORT dbname PGDATABASE user PGUSER password PGPASSWORD sslmode PGSSLMODE " \
        "sslrootcert PGSSLROOTCERT sslcert PGSSLCERT sslkey PGSSLKEY sslcrl PGSSLCRL sslsni PGSSLSNI sslnegotiation PGSSLNEGOTIATION " \
        "ssl_min_protocol_version PGSSLMINPROTOCOLVERSION ssl_max_protocol_version PGSSLMAXPROTOCOLVERSION " \
        "channel_binding PGCHANNELBINDING require_auth PGREQUIREAUTH gssencmode PGGSSENCMODE krbsrvname PGKRBSRVNAME " \
        "connect_timeout PGCONNECT_TIMEOUT target_session_attrs PGTARGETSESSIONATTRS load_balance_hosts PGLOADBALANCEHOSTS " \
        "options PGOPTIONS application_name PGAPPNAME", words, " ")
      for (i = 1; i < number; i += 2) variable[words[i]] = words[i + 1]
      number = split("passfile service sslpassword sslcompression sslcrldir sslcertmode client_encoding fallback_application_name " \
        "keepalives keepalives_idle keepalives_interval keepalives_count tcp_user_timeout replication gsslib gssdelegation ssl", words, " ")
      for (i = 1; i <= number; i++) unsupported[words[i]] = 1
    }
    { text = text (NR > 1 ? "\n" : "") $0 }
    END {
      if (failed) exit
      gsub(/^[ \t\r\n]+|[ \t\r\n]+$/, "", text)
      if (text == "") refuse("is empty")
      if (text ~ /^postgres(ql)?:\/\//) {
        sub(/^postgres(ql)?:\/\//, "", text)
        of_uri(text)
      } else if (text ~ /^[a-z+]+:/) refuse("is neither postgres:// nor postgresql:// nor key=value pairs")
      else of_pairs(text)
      check()
      for (key in given) if (given[key] != "") {
        value = given[key]
        gsub(quote, quote "\\\\" quote quote, value)
        printf "export %s=%s%s%s\n", variable[key], quote, value, quote
      }
    }' "$dsn_file"
}

[ -r "$dsn_file" ] || fail 'the connection Secret is not there, or has nothing under its key'
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGSSLMODE PGSERVICE
variables=$(variables_of_dsn)
eval "$variables"
unset variables
# libpq looks for nothing in a home that may not be there.
export PGPASSFILE=/dev/null PGAPPNAME='kubectl-pgdb sync' PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-10}"
export PGDB_FOLDER="$folder" PGDB_CREDENTIALS="$credentials"
cd "$folder"

attempt=1
until said=$(psql -X -q -A -t --no-password -c 'SELECT 1' 2>&1 >/dev/null); do
  case $said in
  *'password authentication failed'* | *'does not exist'*) ;;
  *'no pg_hba.conf entry'* | *'does not support SSL'* | *'certificate'* | *'invalid '*) attempt=$attempts ;;
  esac
  printf '%s\n' "$said" >&2
  [ "$attempt" -lt "$attempts" ] || fail "no connection to the server, after $attempt of $attempts attempts; nothing was changed"
  attempt=$((attempt + 1))
  sleep "$pause"
done

psql -X -q --no-password -f 10-roles.sql -f 20-databases.sql -f 30-contents.sql -f 40-dropped-roles.sql ||
  fail 'not all was done; the next run goes on'

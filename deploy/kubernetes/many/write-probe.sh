#!/bin/bash
# Whether sqld still lets somebody write. Its own /health answers while no write goes on (deploy/kubernetes/README.md).
# It takes the write lock and gives it back, and changes nothing. The image of sqld has bash, and no curl.
set -euo pipefail

host=${SQLD_PROBE_HOST:-127.0.0.1}
port=${SQLD_PROBE_PORT:-8080}
token=$(<"${SQLD_PROBE_TOKEN_FILE:-/etc/sqld/token}")
body='{"requests":[{"type":"execute","stmt":{"sql":"begin immediate"}},{"type":"execute","stmt":{"sql":"rollback"}},{"type":"close"}]}'

exec 3<>"/dev/tcp/$host/$port"
printf 'POST /v2/pipeline HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
  "$host" "$token" "${#body}" "$body" >&3
answer=$(cat <&3)
status=${answer%%$'\r\n'*}
if [[ $status != *' 200 '* ]]; then
  echo "sqld answers $status" >&2
  exit 1
fi
if [[ $answer == *'"type":"error"'* ]]; then
  echo "sqld cannot write: ${answer##*$'\r\n'}" >&2
  exit 1
fi

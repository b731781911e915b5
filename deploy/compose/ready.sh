#!/bin/bash
# `ready PORT` succeeds when the service on that port says that it is ready. It is asked every few seconds, so it starts
# no Python.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET /health/ready HTTP/1.0\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[[ $status == 200 ]] || { echo "/health/ready answers $status" >&2; exit 1; }

#!/usr/bin/env bash
# Builds the containers and runs them as a project of their own, checks the walls between them, plays the demo's scenario
# with two services killed in the middle, proves that the books balance, that they do so still after everything was taken
# down and put up again, and takes it all down with its data. CLUSTER=1 does the same with three brokers and two replicas
# of every service, and replaces each of them while requests come in.
set -euo pipefail
cd "$(dirname "$0")/.."

services=(orders production inventory monitor)
brokers=(kafka)
replicas=("${services[@]}")
if [[ ${CLUSTER:-0} != 0 ]]; then
  export COMPOSE_FILE=docker-compose.yml:deploy/compose/cluster.yml
  brokers+=(kafka-2 kafka-3)
  replicas+=("${services[@]/%/-2}")
fi
project=jvtrack-test-$$
pipes=$(mktemp -d)
killer=
knocker=

say() { echo "compose-test: $*" >&2; }
fail() { say "$*"; exit 1; }
compose() { docker compose --project-name "$project" --progress quiet "$@"; }
tools() { compose run --rm --no-TTY --env COLUMNS=120 "$@"; }

take_down() {
  local code=$?
  trap - EXIT INT TERM
  [[ -z $killer ]] || kill "$killer" 2>/dev/null || true
  [[ -z $knocker ]] || kill "$knocker" 2>/dev/null || true
  if ((code)); then
    compose ps --all >&2
    compose logs --no-color --tail 30 >&2
  fi
  compose --profile tools down --volumes --remove-orphans --timeout 10
  rm -rf "$pipes"
  say "$( ((code)) && echo "failed" || echo "passed"), and everything is taken down"
  exit "$code"
}

choose_ports() {
  local ports
  read -r -a ports < <(.venv/bin/python -c 'from deploy.local.ports import free_port as p; print(p(), p(), p(), p())')
  export JVTRACK_ORDERS_PORT=${ports[0]} JVTRACK_PRODUCTION_PORT=${ports[1]} JVTRACK_INVENTORY_PORT=${ports[2]}
  export JVTRACK_MONITOR_PORT=${ports[3]}
}

# A service may change nothing in its image, is nobody on the machine, and sees no key or database but its own.
check_walls() {
  tools --entrypoint python tools -m deploy.compose.apart || fail "a role opens a database that is not its own"
  local service
  for service in "${replicas[@]}"; do
    compose exec -T "$service" sh -eu -c '
      test "$(id -u)" = 10001
      grep -q "^CapEff:.*[^0-9a-f]0*$" /proc/1/status
      grep -q "^NoNewPrivs:.*1$" /proc/1/status
      test "$(ls /app)" = "$(printf "services\nshared")"
      test "$(ls /app/services)" = "$SERVICE"
      test "$(ls -A /run/keys)" = jwks.json
      test -r /run/keys/jwks.json
      test "$(ls -A /run/access)" = pgpass
      test "$(cut -d: -f3,4 /run/access/pgpass)" = "$(printf "%s:%s_app\n%s:%s_relay" $(yes "jvtrack_$SERVICE" | head -4))"
      test -z "$(find / -name private.pem -not -path "/proc/*" 2>/dev/null)"
      if grep -qE "^[^ ]+ (/|/run/keys|/run/access) [^ ]+ rw" /proc/mounts; then exit 1; fi
      if env | grep -E "^JVTRACK_(POSTGRES|[A-Z]+_OWNER)|://[^/@]*:[^/@]*@"; then exit 1; fi
      if env | grep -E "^JVTRACK_[A-Z_]+_DATABASE=" | grep -v "/jvtrack_$SERVICE\$"; then exit 1; fi
    ' || fail "$service is not confined as it should be"
  done
}

# The scenario runs in a container, where there is no Docker: it asks through a pipe for a service to be killed.
kill_on_request() {
  local service container
  while read -r service <>"$pipes/kill"; do
    say "killing $service and starting it again"
    container=$(compose ps --quiet "$service")
    docker kill --signal KILL "$container" >/dev/null
    docker start "$container" >/dev/null
    echo "$service" >"$pipes/killed"
  done
}

play() {
  mkfifo --mode 666 "$pipes/kill" "$pipes/killed"
  chmod 755 "$pipes"
  kill_on_request &
  killer=$!
  tools --volume "$pipes:/pipes" tools demo --against \
    --killer "sh -c 'echo \$0 >/pipes/kill; read -r _ </pipes/killed'"
  kill "$killer"
}

# How many facts there are; it fails where they do not balance.
facts() {
  tools tools verify --json | .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["facts"])'
}

# Without --volumes, taking the containers away takes nothing of what they keep, nor the passwords that open it.
check_data_survive() {
  local before after
  before=$(facts)
  compose down --timeout 15
  compose up --detach --wait --wait-timeout 600
  after=$(facts)
  ((before > 0 && after >= before)) || fail "there were $before facts before the containers were taken away, and $after after"
}

check_orderly_end() {
  compose stop --timeout 15 "${replicas[@]}"
  local codes wrong
  codes=$(compose ps --all --format '{{.Service}}={{.ExitCode}}' "${replicas[@]}")
  wrong=$(grep -v '=0$' <<<"$codes") || true
  [[ $(wc -l <<<"$codes") == "${#replicas[@]}" && -z $wrong ]] || fail "the services did not end in good order: $codes"
}

# Asks at every door until told to stop; writes down each answer that says neither that it is done nor to ask again.
knock() {
  local factory operator number=0
  factory=$(tools tools token --role factory --site F-01)
  operator=$(tools tools token --role operator)
  while [[ -e $pipes/knocking ]]; do
    number=$((number + 1))
    ask "http://127.0.0.1:$JVTRACK_PRODUCTION_PORT/v1/events" --header "Authorization: Bearer $factory" \
      --header 'Content-Type: application/cloudevents+json' --data "$(finished "$number")"
    ask "http://127.0.0.1:$JVTRACK_ORDERS_PORT/v1/sources" --header "Authorization: Bearer $operator"
    ask "http://127.0.0.1:$JVTRACK_INVENTORY_PORT/v1/parts" --header "Authorization: Bearer $operator"
    echo "$number" >"$pipes/knocked"
  done
}

finished() {
  printf '{"specversion": "1.0", "id": "rolling-%d", "source": "/F-01/rolling", "type": "%s", "data": %s}' "$1" \
    jvtrack.factory.lot-finished.v1 "{\"lot\": \"ROLL-$1\", \"part\": \"MI17-SWASHPLATE\", \"quantity\": 1}"
}

# A connection that a replica broke as it ended, and 503, are asked again: for a minute at most.
ask() {
  local code
  for _ in {1..60}; do
    code=$(curl --silent --output /dev/null --max-time 20 --write-out '%{http_code}' "$@") || true
    case $code in
      2??) return ;;
      000 | 503) echo "$code $1" >>"$pipes/again"; sleep 1 ;;
      *) break ;;
    esac
  done
  echo "$1 answered $code" >>"$pipes/refused"
}

# A broker is replaced only while the others have every fact, a replica only while the other is ready.
replace_each() {
  local container
  touch "$pipes/knocking"
  knock &
  knocker=$!
  for container in "${brokers[@]}" "${replicas[@]}"; do
    say "replacing $container"
    tools tools topics --in-sync >&2
    compose up --detach --no-deps --force-recreate --wait --wait-timeout 600 "$container"
  done
  tools tools topics --in-sync >&2
  rm "$pipes/knocking"
  wait "$knocker"
  knocker=
  say "$(cat "$pipes/knocked") times asked at every door, $(cat "$pipes/again" 2>/dev/null | wc -l) times again"
  [[ ! -e $pipes/refused ]] || fail "a door was closed: $(sort "$pipes/refused" | uniq -c)"
}

docker info >/dev/null 2>&1 ||
  fail "no Docker engine answers: start one, or set DOCKER_HOST to one that runs."
docker compose version >/dev/null 2>&1 || fail "Docker has no Compose: install its plug-in, version 2.20 or newer."
trap take_down EXIT
trap 'exit 130' INT TERM

choose_ports
say "building the images"
compose --profile tools build
say "starting the system"
compose up --detach --wait --wait-timeout 600
say "checking the walls"
check_walls
say "playing the scenario"
play
if [[ ${CLUSTER:-0} != 0 ]]; then
  say "replacing each broker and each replica"
  replace_each
fi
say "proving that the books balance"
tools tools verify
say "taking the containers away and putting them up again"
check_data_survive
check_orderly_end

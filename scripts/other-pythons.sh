#!/usr/bin/env bash
# Runs the unit tests on every other Python of pyproject's range that is on this machine already; none is fetched.
# The exploration of the demand protocol is left to `make test`: it takes long, and no Python decides what it finds.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(command -v uv || echo .local/uv/bin/uv)
own=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

find_python() {
  local candidate
  for candidate in $(type -ap "python$1") "$HOME"/.pyenv/versions/"$1".*/bin/python; do
    # A shim may stand for a Python that is not chosen here: only one that answers counts.
    if [[ $("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) == "$1" ]]; then
      echo "$candidate"
      return
    fi
  done
}

run_tests() {
  local environment=.local/python-$1
  UV_PROJECT_ENVIRONMENT=$environment "$uv" sync --frozen --quiet --no-python-downloads --python "$2"
  "$environment/bin/pytest" --quiet --no-header tests/unit --ignore tests/unit/test_demand_protocol.py
}

declare -A running=()
for version in 3.11 3.12 3.13; do
  [[ $version != "$own" ]] || continue
  python=$(find_python "$version")
  if [[ -z $python ]]; then
    echo "Python $version is not on this machine: its unit tests are skipped."
    continue
  fi
  echo "Python $version: $python"
  run_tests "$version" "$python" >".local/python-$version.log" 2>&1 &
  running[$!]=$version
done

failed=0
for process in "${!running[@]}"; do
  log=.local/python-${running[$process]}.log
  wait "$process" || { failed=1 && cat "$log" >&2; }
  echo "Python ${running[$process]}: $(tail -n 1 "$log")"
done
exit "$failed"

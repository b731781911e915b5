#!/bin/bash
# Formats Kafka's storage the first time, then becomes Kafka, writing nothing outside its data folder. Arguments are
# Kafka's own: `start.sh --override advertised.listeners=PLAINTEXT://127.0.0.1:9092`.
set -euo pipefail
here=$(dirname "$0")
properties=$here/server.properties
kafka=(-cp '/opt/kafka/libs/*')

if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  # Kafka takes an id that begins with a dash for an option.
  cluster=J$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 2-22)
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.level=WARN "${kafka[@]}" kafka.tools.StorageTool format \
    --cluster-id "$cluster" --config "$properties"
fi
exec java -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:+ExitOnOutOfMemoryError -Xmx512m \
  "-Dlog4j2.configurationFile=$here/log4j2.yaml" "${kafka[@]}" kafka.Kafka "$properties" "$@"

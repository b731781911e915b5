#!/bin/bash
# Formats Kafka's storage the first time, then becomes Kafka, writing nothing outside its data folder and /tmp. Arguments
# change what server.properties says: `start.sh node.id=2 advertised.listeners=PLAINTEXT://kafka-2:9092`. Of several
# nodes, cluster.properties says what they have in common.
set -euo pipefail
here=$(dirname "$0")
properties=/tmp/server.properties
kafka=(-cp '/opt/kafka/libs/*')

# The last line about a property counts.
cat "$here/server.properties" >"$properties"
[[ ! -e $here/cluster.properties ]] || cat "$here/cluster.properties" >>"$properties"
printf '%s\n' "$@" >>"$properties"

if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  # Kafka takes an id that begins with a dash for an option.
  cluster=${JVTRACK_KAFKA_CLUSTER:-J$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c 2-22)}
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dlog4j2.level=WARN "${kafka[@]}" kafka.tools.StorageTool format \
    --cluster-id "$cluster" --config "$properties"
fi
exec java -XX:TieredStopAtLevel=1 -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:+ExitOnOutOfMemoryError "-Xmx${JVTRACK_KAFKA_HEAP:-512m}" \
  "-Dlog4j2.configurationFile=$here/log4j2.yaml" "${kafka[@]}" kafka.Kafka "$properties"

#!/usr/bin/env bash
# Takes the steps of the Dockerfile without a Docker engine: the same layers and unpacked libraries, run as user
# 10001 on a read-only root file system without any network. First one server with its own Postgres, then two that
# share one Postgres, tallies and artifacts, as compose.workers.yaml has it.
#
#   mvn -DskipTests package && sudo docker/check.sh
#
# Needs JDK 25, as the image has it, root (for namespaces alone), unshare, setpriv, ip, curl, jq.
set -euo pipefail
java --version | grep -qE '^[a-z]+ (2[5-9]|[3-9][0-9])' || { echo "java is not 25 or later: $(java --version | head -n 1)" >&2; exit 1; }
project="$(cd "$(dirname "$0")/.." && pwd)"

if [ "${1:-}" != inside ]; then
    work="$(mktemp -d /var/tmp/kappa-image.XXXXXX)"
    trap 'rm -rf "$work"' EXIT
    java -Djarmode=tools -jar "$project"/target/kappa-*.jar extract --layers --destination "$work/layers"
    mkdir -p "$work/app"
    mv "$work"/layers/dependencies/lib "$work/app/lib"
    mv "$work"/layers/application/kappa-*.jar "$work/app/kappa.jar"
    cp "$project/docker/launch" "$project/docker/Unpack.java" "$work/app"
    cp "$project/README.md" "$work/text.txt"
    chmod 755 "$work" && chown -R 10001:10001 "$work"
    # getpwuid must know the user, as in the image.
    { cat /etc/passwd; echo 'kappa:x:10001:10001::/var/lib/kappa:/bin/sh'; } > "$work/passwd"
    unshare --mount --net --pid --fork --kill-child --mount-proc "$0" inside "$work"
    exit
fi

work="$2"
mount --make-rprivate /
ip link set lo up
mount --bind "$work/passwd" /etc/passwd
as_user=(setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs env -i "PATH=$PATH" TZ=UTC)
user() { "${as_user[@]}" "$@"; }
say() { printf '%-52s %s\n' "$1" "$2"; }
fail() { echo "FAILED: $1" >&2; tail -n 5 /tmp/*.log >&2; exit 1; }
mount -t tmpfs -o mode=1777 tmpfs /tmp
(cd "$work/app" && user DJL_OFFLINE=true java -cp 'lib/*' Unpack.java native) > /tmp/unpack.log 2>&1 || fail "the libraries are not unpacked"
rm -rf /tmp/javacpp* /tmp/postgres* /tmp/.java*
say "unpacked" "$(du -sh "$work/app/native" | cut -f1), no network"
rm "$work/app/Unpack.java"
install -d -o 10001 -g 10001 "$work/app/aot"
(cd "$work/app" && user KAPPA_HOME=/tmp/kappa SERVER_PORT=0 OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" \
    JDK_JAVA_OPTIONS="-XX:AOTCacheOutput=$work/app/aot/kappa.aot -Dspring.context.exit=onRefresh" ./launch) > /tmp/aot.log 2>&1 \
    && [ -s "$work/app/aot/kappa.aot" ] || fail "classes are not stored"
rm -rf /tmp/kappa
say "classes stored for every start" "$(du -sh "$work/app/aot" | cut -f1)"

# Read-only but for what the server and this script write.
mkdir -p "$work"/state
mount -t tmpfs -o mode=777 tmpfs "$work/state"
mount -o remount,bind,ro /
for path in "$work/app" "$work" /etc /var/tmp; do
    user sh -c "touch '$path/x' 2>/dev/null" && fail "$path can be written"
done

start() { # home port arguments...
    local home="$1" port="$2"; shift 2
    install -d -o 10001 -g 10001 "$home"
    "${as_user[@]}" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" KAPPA_HOME="$home" SERVER_ADDRESS=0.0.0.0 SERVER_PORT="$port" \
        KAPPA_ACCESS_OPEN=true KAPPA_SOURCES_ROOTS="$work" "$@" \
        "$work/app/launch" > "/tmp/server-$port.log" 2>&1 &
    pid=$!
}
ready() { # port
    for _ in $(seq 600); do
        curl -sf "http://127.0.0.1:$1/actuator/health/readiness" > /dev/null && return
        sleep 0.1
    done
    fail "port $1 is not ready"
}
submit() { curl -sf "http://127.0.0.1:$1/v1/runs" -H 'Content-Type: application/json' -d "$2" | jq -r .id; }
await() { # port id
    for _ in $(seq 3000); do
        state="$(curl -sf "http://127.0.0.1:$1/v1/runs/$2" | jq -r .state)"
        case "$state" in SUCCEEDED) return ;; FAILED | CANCELLED) fail "run $2 is $state" ;; esac
        sleep 0.1
    done
    fail "run $2 is still $state"
}
kappa() { curl -sf "http://127.0.0.1:$1/v1/runs/$2/metrics" | jq -c '.metrics[] | select(.name=="kappa") | [.value, .n]'; }
body() { # blocks sequences
    printf '{"experiment": "jacobian_rank", "seed": 7, "blocks": %s, "parameters": {"model": "stories-neox",
      "hooks": ["blocks.2.hook_resid_post"], "corpus": "stories-samples", "sequences": %s, "length": 32}}' "$1" "$2"
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

began="$(milliseconds)"
start "$work/state/alone" 8080
ready 8080
say "first start to ready" "$(($(milliseconds) - began)) ms"
id="$(submit 8080 "$(body 4 16)")"
await 8080 "$id"
say "kappa of the bundled model, tokens" "$(kappa 8080 "$id")"
curl -sf "http://127.0.0.1:8080/v1/corpora" -H 'Content-Type: application/json' \
    -d "{\"id\": \"text\", \"source\": \"file:$work/text.txt\"}" > /dev/null || fail "no corpus"
id="$(submit 8080 "$(body 2 4 | sed 's/stories-samples/text/')")"
await 8080 "$id"
say "kappa on a text that is tokenised here" "$(kappa 8080 "$id")"
unpacked="$(find "$work/state" /tmp -type f \( -name '*.so*' -o -name initdb \) | head -3)"
[ -z "$unpacked" ] || fail "unpacked at run time: $unpacked"
say "libraries unpacked by the server" "none"
submit 8080 "$(body 40 400)" > /dev/null
sleep 1
began="$(milliseconds)"
kill -TERM "$pid"
wait "$pid" && code=0 || code=$?
say "SIGTERM in a run to exit $code" "$(($(milliseconds) - began)) ms"
[ "$code" = 143 ] || fail "exit code $code"
began="$(milliseconds)"
start "$work/state/alone" 8080
ready 8080
say "next start to ready" "$(($(milliseconds) - began)) ms"
kill -TERM "$pid"; wait "$pid" || true

# Two workers: a Postgres, two homes, and the shared folders mounted into both.
postgres=("$work"/app/native/postgres/PG-*)
install -d -o 10001 -g 10001 "$work/state/shared/tallies" "$work/state/shared/artifacts" "$work/state/shared/hub"
user "${postgres[0]}/bin/initdb" -A trust -U kappa -D "$work/state/data" > /tmp/initdb.log 2>&1
user "${postgres[0]}/bin/pg_ctl" -w -D "$work/state/data" -l "$work/state/data/log" \
    -o "-p 5433 -k '' -c listen_addresses=127.0.0.1" start > /tmp/postgres.log
pids=()
for port in 8081 8082; do
    for folder in tallies artifacts hub; do
        install -d -o 10001 -g 10001 "$work/state/$port" "$work/state/$port/$folder"
        mount --bind "$work/state/shared/$folder" "$work/state/$port/$folder"
    done
    start "$work/state/$port" "$port" SPRING_DATASOURCE_URL=jdbc:postgresql://127.0.0.1:5433/postgres \
        SPRING_DATASOURCE_USERNAME=kappa SPRING_DATASOURCE_PASSWORD=none
    pids+=("$pid")
done
ready 8081; ready 8082
id="$(submit 8081 "$(body 40 80)")"
await 8082 "$id"
blocks() { curl -sf "http://127.0.0.1:$1/actuator/prometheus" | awk '/^kappa_blocks_total.*outcome="done"/ {n += $NF} END {print n + 0}'; }
say "blocks of a run by two workers" "$(blocks 8081) + $(blocks 8082)"
[ "$(($(blocks 8081) + $(blocks 8082)))" = 40 ] && [ "$(blocks 8081)" -gt 0 ] && [ "$(blocks 8082)" -gt 0 ] || fail "not shared"
two="$(kappa 8082 "$id")"
kill -TERM "${pids[1]}"; wait "${pids[1]}" || true
again="$(submit 8081 "$(body 40 80)")"
await 8081 "$again"
[ "$two" = "$(kappa 8081 "$again")" ] || fail "digits differ: $two, $(kappa 8081 "$again")"
say "kappa of two workers and of one" "$two, the same digits"
kill -TERM "${pids[0]}"; wait "${pids[0]}" || true
user "${postgres[0]}/bin/pg_ctl" -m fast -D "$work/state/data" stop > /dev/null

#!/usr/bin/env bash
# A Docker engine for machines where none runs, such as a CI container: engine.sh start | stop
# It keeps its layers and its pid in a folder of its own, and stops that one and no other.
set -euo pipefail
state=${COUNTERSIGN_ENGINE_DIR:-/var/lib/countersign-engine} # not under target: mvn clean would pull it from under a running engine
pid_file=$state/dockerd.pid

answers() { docker version --format '{{.Server.Version}}' 2> /dev/null; }

# The pid is ours only while it still names a dockerd that keeps its data here: pids are used again.
ours() {
  [[ -s $pid_file ]] && tr '\0' ' ' 2> /dev/null < "/proc/$(< "$pid_file")/cmdline" | grep -qF -- "--data-root $state/data"
}

start() {
  if version=$(answers); then
    echo "engine: $version already answers"
    return
  fi
  if ! command -v dockerd > /dev/null; then
    echo "engine: dockerd is missing; on Debian: apt-get install --no-install-recommends docker.io iptables" >&2
    exit 3
  fi
  if [[ $(id -u) != 0 ]]; then
    echo "engine: only root can start dockerd; start it yourself, or run this through sudo" >&2
    exit 3
  fi
  mkdir -p "$state"
  # Left by an engine that was killed: dockerd would not start if some other process has that pid now.
  ours || rm -f "$pid_file"
  setsid dockerd --data-root "$state/data" -p "$pid_file" > "$state/dockerd.log" 2>&1 < /dev/null &
  for _ in {1..120}; do
    if version=$(answers); then
      echo "engine: $version started, log in $state/dockerd.log"
      return
    fi
    kill -0 $! 2> /dev/null || break
    sleep 0.5
  done
  echo "engine: dockerd did not answer within a minute; the end of $state/dockerd.log:" >&2
  tail -n 15 "$state/dockerd.log" >&2
  stop
  exit 3
}

stop() {
  if ! ours; then
    echo "engine: none of ours runs"
    return
  fi
  local pid
  pid=$(< "$pid_file")
  kill "$pid"
  for _ in {1..60}; do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.5
  done
  if kill -0 "$pid" 2> /dev/null; then
    echo "engine: dockerd ($pid) is still there 30 s after SIGTERM" >&2
    exit 3
  fi
  rm -f "$pid_file"
  echo "engine: stopped"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *)
    echo "usage: engine.sh start | stop" >&2
    exit 2
    ;;
esac

#!/usr/bin/env bash
# Builds countersign-{cli,tsa,signer} from what Maven made: run ./mvnw package first. BASE names another Debian 12 image.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
base=${BASE:-debian:bookworm-slim}
tag=${1:-latest}

for made in cli/target/countersign-cli-*-all.jar {timestamp-authority,signer-service}/target/quarkus-app/quarkus-run.jar; do
  [[ -f $made ]] || {
    echo "build: $made is not there; build it first: ./mvnw package -DskipTests" >&2
    exit 3
  }
done
docker/base-image.sh "$base"

# A machine's proxy is used while building; Docker keeps these arguments out of the image.
arguments=(--build-arg "BASE=$base")
for name in http_proxy https_proxy no_proxy; do
  [[ -z ${!name:-} ]] || arguments+=(--build-arg "$name")
done
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in cli tsa signer; do
  # The host's network, since a proxy is often reachable from there only.
  docker build --network host -f docker/Dockerfile --target "$target" -t "countersign-$target:$tag" "${arguments[@]}" . > "$log" 2>&1 || {
    echo "build: countersign-$target failed; the end of its log:" >&2
    tail -n 25 "$log" >&2
    exit 3
  }
  docker image inspect --format "built countersign-$target:$tag ({{.Size}} bytes)" "countersign-$target:$tag"
done

#!/usr/bin/env bash
# Makes sure that the engine has the base image (default debian:bookworm-slim): there already, pulled from its registry, or, where
# no registry answers, made from Debian's own packages, whose signatures debootstrap checks.
set -euo pipefail
image=${1:-debian:bookworm-slim}

if docker image inspect "$image" > /dev/null 2>&1; then
  exit 0
fi
if timeout 60 docker pull --quiet "$image" > /dev/null 2>&1; then
  echo "base image: $image pulled"
  exit 0
fi
if [[ ! $image =~ ^debian:([a-z]+)-slim$ ]]; then
  echo "base image: no registry gives $image, and only debian:SUITE-slim can be made from packages" >&2
  exit 3
fi
suite=${BASH_REMATCH[1]}
if ! command -v debootstrap > /dev/null || [[ $(id -u) != 0 ]]; then
  echo "base image: no registry gives $image; making it from packages needs root and: apt-get install debootstrap" >&2
  exit 3
fi

# What this machine needs to reach a mirror is used, and not left in the image.
if [[ -z ${http_proxy:-} ]] && command -v apt-config > /dev/null; then
  eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
  [[ -z ${http_proxy:-} || $http_proxy == DIRECT ]] || export http_proxy
fi
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
echo "base image: no registry answers; making $image with debootstrap"
log=$tree.log
debootstrap --variant=minbase "$suite" "$tree/root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" > "$log" 2>&1 || {
  echo "base image: debootstrap failed; the end of $log:" >&2
  tail -n 10 "$log" >&2
  exit 3
}
rm -f "$log"
# As in Debian's slim images: no package files, no lists, no documentation but the licences.
find "$tree/root/var/cache/apt" "$tree/root/var/lib/apt/lists" "$tree/root/var/log" -type f -delete
find "$tree/root/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$tree"/root/usr/share/{man,info,locale}/*
cat > "$tree/root/etc/apt/sources.list" << SOURCES
deb http://deb.debian.org/debian $suite main
deb http://deb.debian.org/debian $suite-updates main
deb http://deb.debian.org/debian-security $suite-security main
SOURCES
: > "$tree/root/etc/resolv.conf"
echo localhost > "$tree/root/etc/hostname"
tar --numeric-owner -C "$tree/root" -c . | docker import --change 'CMD ["bash"]' - "$image" > /dev/null

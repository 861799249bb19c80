#!/usr/bin/env bash
# Builds the samples again and compares them with the committed ones, bit by bit.
# Exit: 0 the same; 1 they differ although the compiler is the one they were made with; 77 this machine cannot tell.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

toolchain() {
  local tool
  for tool in {x86_64,i686}-w64-mingw32-{gcc-win32,ld}; do
    printf '%s: %s\n' "$tool" "$("$tool" --version | head -n 1)"
  done
}

(cd prebuilt && sha256sum --check --quiet SHA256SUMS) || {
  echo "rebuild-check: prebuilt/ does not match its own SHA256SUMS; restore it with: git checkout -- prebuilt" >&2
  exit 1
}
for tool in make {x86_64,i686}-w64-mingw32-gcc-win32; do
  command -v "$tool" > /dev/null || {
    echo "rebuild-check: not rebuilt, $tool is missing; on Debian:" \
      "apt-get install --no-install-recommends make gcc-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32" >&2
    exit 77
  }
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
make --silent OUT="$out"
same=true
for file in hello.sys hello.exe; do
  cmp "prebuilt/$file" "$out/$file" || same=false
done
if $same; then
  echo "rebuild-check: hello.sys and hello.exe rebuilt, bit for bit the committed ones"
elif made_with=$(< prebuilt/TOOLCHAIN) here=$(toolchain) && [[ $made_with != "$here" ]]; then
  printf 'rebuild-check: they differ, but so does the compiler, so this says nothing about the committed files.\nThey were made with:\n%s\nHere is:\n%s\n' \
    "$made_with" "$here" >&2
  exit 77
else
  echo "rebuild-check: the same compiler made other files: prebuilt/ is not what this source gives; README.md says how to update it" >&2
  exit 1
fi

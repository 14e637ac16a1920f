# Minimal Debian roots for tests that need a machine without other software; sourced by bin/fresh-root and test/packages/run. Needs root and mmdebstrap.

suite=trixie

fail() { printf '%s\n' "$@" >&2; exit 2; }

require_root() {
  [ "$(id -u)" = 0 ] || fail 'A root is made as root: run this with sudo.'
  local program
  for program in mmdebstrap unshare ip; do
    command -v "$program" >/dev/null || fail "$program is missing: apt-get install mmdebstrap util-linux iproute2"
  done
}

# make_root FOLDER VARIANT PACKAGE,…: makes a new root with this machine's network settings: names, certificates, sources and settings of apt and npm.
make_root() {
  local root=$1 variant=$2 packages=$3 file
  # The root need not survive a crash.
  mmdebstrap --quiet --dpkgopt=force-unsafe-io --variant="$variant" --include="$packages" "$suite" "$root" >/dev/null
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  if [ -d /etc/ssl/certs ]; then mkdir -p "$root/etc/ssl/certs"; cp -a /etc/ssl/certs/. "$root/etc/ssl/certs/"; fi
  if [ -e /etc/apt/sources.list.d/debian.sources ]; then
    cp -L /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
    rm -f "$root/etc/apt/sources.list"
  fi
  cp -L /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/"
  for file in /etc/npmrc /usr/etc/npmrc "$HOME/.npmrc"; do
    # The path of the headers of this machine's Node.js is not valid for another.
    if [ -e "$file" ]; then mkdir -p "$root$(dirname "$file")"; sed '/^nodedir *=/d' "$file" >"$root$file"; fi
  done
}

# in_root [--no-network] ROOT COMMAND…: runs a command in a root, in namespaces of its own, so that its mounts and processes end with it. Exits like the command.
in_root() {
  local network=() variables
  if [ "$1" = --no-network ]; then network=(--net); shift; fi
  # The path of a machine's own certificates; the rest of the environment is not passed on.
  mapfile -t variables < <(env | grep -E '^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE)=' || true)
  unshare --mount --pid --fork --kill-child "${network[@]}" bash -c '
    set -eu
    root=$1; shift
    # In a namespace without network the loopback interface is down, too.
    ip link set lo up
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" "$@"' in_root "$1" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    "${variables[@]}" "${@:2}"
}

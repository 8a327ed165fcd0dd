# Shared by tools/quickstart and tools/check: packages, builds, Wine. Sourced, not run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${JOBS:-$(nproc)}
started=$(date +%s)

packages_build=(gcc libc6-dev cmake ninja-build clang lld pkg-config glslang-tools spirv-tools spirv-headers
                libvulkan1 libvulkan-dev vulkan-tools libsdl2-dev libjsmn-dev libstb-dev libxxhash-dev
                libxcb1-dev libxcb-shm0-dev libx11-xcb-dev libwayland-dev)
packages_windows=(gcc-mingw-w64-x86-64-posix wine wine64)
packages_test=(libcmocka-dev vulkan-validationlayers xvfb wayland-protocols mesa-vulkan-drivers)
packages_optional=(gfxreconstruct renderdoccmd xdotool) # not every release has them

say() { printf '\n== %s (%d s)\n' "$*" $(($(date +%s) - started)); }
die() { printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

missing_packages() {
   local p
   for p in "$@"; do
      dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || echo "$p"
   done
}

# install_packages PACKAGE...: install what is missing, or say what to install where we may not.
install_packages() {
   local missing sudo=() log="$root/build/install.log"
   command -v dpkg-query >/dev/null || die "this script installs Debian and Ubuntu packages; on other systems install the equivalents of: $* and pass --no-install"
   mapfile -t missing < <(missing_packages "$@")
   if ((${#missing[@]} == 0)); then
      echo "all ${#} packages are installed"
      return
   fi
   echo "missing: ${missing[*]}"
   if ((EUID != 0)); then
      command -v sudo >/dev/null || die "run as root, or install them yourself and pass --no-install: apt-get install ${missing[*]}"
      sudo=(sudo)
   fi
   mkdir -p "$root/build"
   "${sudo[@]}" apt-get update -qq || echo "apt-get update failed; going on with the package lists that are here"
   if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o Dpkg::Progress-Fancy=0 "${missing[@]}" 2>&1 | tee "$log" |
        awk '/^(Unpacking|Setting up)/ { n++; if (n % 25 == 0) { printf "  %d steps of installation done\n", n; fflush() } }'; then
      tail -n 20 "$log" >&2
      die "apt-get install failed (whole log: $log)"
   fi
}

# install_optional PACKAGE...: the tests of what cannot be had are skipped, and say so.
install_optional() {
   local p
   for p in "$@"; do
      (install_packages "$p") || echo "no $p: its tests are skipped"
   done
}

# require_commands COMMAND...: a clear list of what is not there.
require_commands() {
   local c absent=()
   for c in "$@"; do
      command -v "$c" >/dev/null || absent+=("$c")
   done
   ((${#absent[@]} == 0)) || die "missing: ${absent[*]}; run without --no-install, or install the packages that README.md lists"
}

build_linux() { # extra cmake arguments
   cmake -G Ninja -S "$root" -B "$root/build" "$@" >"$root/build/configure.log" 2>&1 ||
      { tail -n 30 "$root/build/configure.log" >&2; die "cmake failed"; }
   ninja -C "$root/build" -j "$jobs" || die "the Linux build failed"
}

build_windows() {
   mkdir -p "$root/build-win"
   cmake -G Ninja -S "$root" -B "$root/build-win" -DCMAKE_TOOLCHAIN_FILE="$root/tools/cmake/mingw-w64.cmake" "$@" \
      >"$root/build-win/configure.log" 2>&1 ||
      { tail -n 30 "$root/build-win/configure.log" >&2; die "cmake for Windows failed"; }
   ninja -C "$root/build-win" -j "$jobs" || die "the Windows build failed"
}

windows_missing() { # prints what keeps the Windows half from running, nothing if all is there
   command -v x86_64-w64-mingw32-gcc-posix >/dev/null || echo "mingw-w64 (package gcc-mingw-w64-x86-64-posix)"
   command -v wine >/dev/null || echo "Wine (packages wine and wine64)"
}

# Environment for programs under Wine: a prefix of our own, our vulkan-1.dll before Wine's, and no
# Linux driver manifest leaking in.
setup_wine() {
   export WINEPREFIX=${WINEPREFIX:-$root/build-win/wine}
   export WINEDEBUG=${WINEDEBUG:--all}
   export WINEDLLOVERRIDES="vulkan-1=n,b;mscoree=;mshtml="
   export WINEARCH=win64
   unset VK_DRIVER_FILES VK_ICD_FILENAMES DISPLAY WAYLAND_DISPLAY
   mkdir -p "$(dirname "$WINEPREFIX")"
   if [[ ! -e $WINEPREFIX/system.reg ]]; then
      echo "preparing a Wine prefix in $WINEPREFIX"
      wine wineboot --init >/dev/null 2>&1 || die "wineboot failed; try it by hand: WINEPREFIX=$WINEPREFIX wine wineboot --init"
      wineserver -w 2>/dev/null || true
   fi
}

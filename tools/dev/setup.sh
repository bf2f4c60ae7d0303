# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Set-up, sourced by ./dev: need GROUP... installs what is missing and is quick when nothing is.

MEMBER_VERSIONS=(5.7.0 5.4.0)

packages_of() {
	case $1 in
	build)
		echo bazel-bootstrap build-essential pkg-config python3 \
			libzmq3-dev libssl-dev libyaml-dev systemtap-sdt-dev
		;;
	members) echo maven default-jdk-headless python3 ;;
	tests) echo libcunit1-dev python3-venv spin stunnel4 ;;
	sanitizers) echo clang-14 libclang-rt-14-dev llvm-14 ;;
	lint) echo clang-14 clang-format-14 clang-tidy-14 ;;
	esac
}

say() {
	echo "==> $*" >&2
}

# Runs a command that can take long; what it prints is kept and shown only if it fails.
quietly() {
	local log=build/setup.log
	mkdir -p build
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 20 "$log" >&2
		say "failed: $* (all of its output: $log)"
		return 1
	fi
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

install_packages() {
	local package missing=()
	for package in "$@"; do
		case " ${missing[*]} " in *" $package "*) continue ;; esac
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ] && ! { command -v sudo && sudo -v; } >/dev/null 2>&1; then
		say "please install, as root: apt-get install ${missing[*]}"
		return 1
	fi
	say "installing Debian packages: ${missing[*]}"
	quietly as_root apt-get update
	quietly as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "${missing[@]}"
}

fetch_members() {
	local version
	for version in "${MEMBER_VERSIONS[@]}"; do
		if [ ! -e "build/members/$version/.complete" ]; then
			say "fetching Hazelcast members ${MEMBER_VERSIONS[*]} from Maven Central"
			quietly mvn -q -B -Dstyle.color=never -f tools/launcher/pom.xml \
				generate-resources -Dmembers="$PWD/build/members"
			for version in "${MEMBER_VERSIONS[@]}"; do
				touch "build/members/$version/.complete"
			done
			return
		fi
	done
}

need() {
	local group packages=()
	for group in "$@"; do
		# shellcheck disable=SC2207 # names of packages have no blanks
		packages+=($(packages_of "$group"))
	done
	install_packages "${packages[@]}"
	for group in "$@"; do
		if [ "$group" = members ]; then
			fetch_members
		fi
	done
}

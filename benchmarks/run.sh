#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures the library beside the floor and prints the table.
#
#   ./dev bench                 every cell, three times, interleaved; about ten minutes
#   ./dev bench quick           the cells with goals, shorter; less than two minutes
#   ./dev bench CELL...         these cells
#   ./dev bench cells           the names of the cells
#   ./dev bench idle            what wakes an idle client in 30 seconds
#   ./dev bench --scripted ...  against the scripted member of the tests in place of a real one
#   ./dev bench --record ...    writes the tables into benchmarks/README.md as well
#
# A member of its own runs on CPU 1, the client on CPU 0; cells of CP structures have another one, of
# 5.4.0, after it. BENCH, FLOOR and SCRIPTED name other programs than those that Bazel builds; ADDRESS
# and CP_ADDRESS name members that run already (they are neither pinned nor ended).
# Every line of JSON is appended to build/benchmarks/results.jsonl.
set -euo pipefail
cd "$(dirname "$0")/.."

repetitions=3
warm=1
seconds=4
record=
scripted=
cells=()
mode=full
failed=0
results=build/benchmarks/results.jsonl
this_run=$(mktemp /tmp/benchmark-XXXXXX.jsonl)
writer=
member=0

# The client's CPU and the member's; with one CPU there is nothing to choose.
client_cpu=()
member_cpu=()
if [ "$(nproc --all)" -gt 1 ]; then
	client_cpu=(taskset -c 0)
	member_cpu=(taskset -c 1)
fi

say() { printf '%s\n' "$*" >&2; }

# The comment at the head of this file.
usage() { sed -n '4,/^[^#]/s/^# \{0,1\}//p' "$0"; }

cleanup() {
	[ -z "$writer" ] || kill "$writer" 2>/dev/null || true
	rm -f "$this_run"
}

# Copies, so that nobody's next build changes what is being measured.
build() {
	if [ -n "${BENCH-}" ] && [ -n "${FLOOR-}" ]; then
		return
	fi
	local programs=(bench floor ${scripted:+scripted_member})
	local own=$PWD/build/benchmarks/bin bin program
	say "building"
	bazel build --config=opt //:libhazelcast.so.0 "${programs[@]/#///benchmarks:}" >&2
	bin=$(bazel info --config=opt bazel-bin 2>/dev/null)
	mkdir -p "$own"
	for program in libhazelcast.so.0 "${programs[@]/#/benchmarks/}"; do
		cp -fL "$bin/$program" "$own"
	done
	export LD_LIBRARY_PATH=$own
	BENCH=${BENCH-$own/bench}
	FLOOR=${FLOOR-$own/floor}
	SCRIPTED=${SCRIPTED-$own/scripted_member}
}

# Both kinds of member end with their standard input, that is, with this script, however it ends.
# The arguments are what the launcher is to be told beside the usual.
start_member() {
	if [ -n "$scripted" ]; then
		say "starting the scripted member"
		coproc MEMBER { exec "${member_cpu[@]}" "$SCRIPTED"; }
		read -r ADDRESS <&"${MEMBER[0]}"
		member=$MEMBER_PID
		return
	fi
	say "starting a member"
	coproc MEMBER { exec "${member_cpu[@]}" python3 tools/members.py serve; }
	# A subshell does not see the array's descriptors, but it does see copies of them.
	exec {launcher_out}<&"${MEMBER[0]}" {launcher_in}>&"${MEMBER[1]}"
	ADDRESS=$(ask_launcher start 1 heap=1g jvm=-Xms1g xml="$PWD/benchmarks/member.xml" "$@")
	member=$(ask_launcher pid 0)
}

# There is room for one launcher at a time.
end_member() {
	if [ "$member" != 0 ]; then
		local launcher=$MEMBER_PID
		eval "exec ${MEMBER[0]}<&- ${MEMBER[1]}>&-"
		exec {launcher_in}>&- {launcher_out}<&-
		wait "$launcher" || true
	fi
	member=0
}

# One command to the launcher; prints its answer.
ask_launcher() {
	local word text
	echo "$@" >&"$launcher_in"
	read -r word text <&"$launcher_out"
	if [ "$word" != ok ]; then
		say "$text"
		return 1
	fi
	echo "$text"
}

# So that the member's code is compiled before the first window.
warm_member() {
	local factor=$1
	say "warming it up"
	"$FLOOR" preload --address="$ADDRESS"
	local cell
	for cell in depth-256 set-8 get-1m get-1 queue-pair; do
		"${client_cpu[@]}" "$FLOOR" "$cell" --address="$ADDRESS" --warm=0 \
			--seconds="$factor" >/dev/null
	done
}

warm_cp_member() {
	say "warming it up"
	local cell
	for cell in "${cells[@]}"; do
		"${client_cpu[@]}" "$BENCH" "$cell" --address="$ADDRESS" --warm=0 --seconds=3 >/dev/null ||
			say "$cell failed while it warmed up"
	done
}

# program cell [option...]: one line of JSON, or a line on standard error
measure() {
	local program=$1 cell=$2
	shift 2
	local binary=$FLOOR
	[ "$program" = floor ] || binary=$BENCH
	local feed=
	case $cell in
	events) feed=write ;;
	messages) feed=publish ;;
	esac
	if [ -n "$feed" ]; then
		"${client_cpu[@]}" "$FLOOR" "$feed" --address="$ADDRESS" --seconds=30 2>/dev/null &
		writer=$!
	fi
	"${client_cpu[@]}" timeout 60 "$binary" "$cell" --address="$ADDRESS" --member="$member" \
		--warm="$warm" "$@" >>"$this_run" || { say "$program $cell failed"; failed=1; }
	if [ -n "$writer" ]; then
		kill "$writer" 2>/dev/null || true
		wait "$writer" 2>/dev/null || true
		writer=
	fi
}

has_floor() {
	"$FLOOR" cells | grep -q "^$1 floor"
}

is_cp() {
	"$FLOOR" cells | grep -q "^$1 .* cp$"
}

measure_cells() {
	local repetition cell order program warm=$warm
	for ((repetition = 1; repetition <= repetitions; repetition++)); do
		for cell in "${cells[@]}"; do
			order="floor ours"
			((repetition % 2 == 1)) || order="ours floor"
			for program in $order; do
				if [ "$program" = ours ] || has_floor "$cell"; then
					measure "$program" "$cell" --seconds="$seconds"
				fi
			done
		done
		say "repetition $repetition of $repetitions done"
	done
	# Counting system calls slows a program down, so that it has a window of its own.
	warm=0.3
	for cell in "${cells[@]}"; do
		! has_floor "$cell" || measure floor "$cell" --seconds=0.5 --calls
		measure ours "$cell" --seconds=0.5 --calls
	done
}

heading() {
	python3 - "$(git rev-parse --short HEAD)" "$(nproc)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)" \
		"$repetitions" "$seconds" "${scripted:-real}" <<-'PYTHON'
		import json, sys, time
		keys = ("commit", "cpus", "kernel", "load_before", "repetitions", "window_s", "member")
		print(json.dumps(dict(zip(keys, sys.argv[1:]), run=time.strftime("%Y-%m-%d %H:%M"))))
	PYTHON
}

trap cleanup EXIT
while [ $# -gt 0 ]; do
	case $1 in
	--record) record=--record ;;
	--scripted) scripted=scripted ;;
	quick | idle | cells) mode=$1 ;;
	-h | --help) usage; exit ;;
	-*) say "there is no option '$1'; './dev bench --help' lists them"; exit 2 ;;
	*) cells+=("$1") ;;
	esac
	shift
done

mkdir -p build/benchmarks
build
case $mode in
cells)
	"$FLOOR" cells
	exit
	;;
idle)
	[ -n "${ADDRESS-}" ] || start_member
	"${client_cpu[@]}" "$BENCH" idle --address="$ADDRESS" --seconds=30
	exit
	;;
quick)
	warm=0.4
	seconds=1.2
	[ ${#cells[@]} -gt 0 ] || mapfile -t cells < <("$FLOOR" cells | awk '$3 == "quick" {print $1}')
	;;
*)
	[ ${#cells[@]} -gt 0 ] || mapfile -t cells < <("$FLOOR" cells | awk '{print $1}')
	;;
esac

for cell in "${cells[@]}"; do
	if ! "$FLOOR" cells | awk -v cell="$cell" '$1 == cell {found = 1} END {exit !found}'; then
		say "there is no cell '$cell'; './dev bench cells' lists them"
		exit 2
	fi
done
plain=()
cp=()
for cell in "${cells[@]}"; do
	if is_cp "$cell"; then cp+=("$cell"); else plain+=("$cell"); fi
done
heading >>"$this_run"
if [ ${#plain[@]} -gt 0 ]; then
	cells=("${plain[@]}")
	[ -n "${ADDRESS-}" ] || start_member
	warm_member "$([ "$mode" = quick ] && echo 2 || echo 5)"
	measure_cells
	[ ${#cp[@]} -eq 0 ] || end_member
fi
if [ ${#cp[@]} -gt 0 ] && [ -n "$scripted" ]; then
	say "the scripted member has no CP subsystem: ${cp[*]} left out"
elif [ ${#cp[@]} -gt 0 ]; then
	cells=("${cp[@]}")
	ADDRESS=${CP_ADDRESS-}
	[ -n "$ADDRESS" ] || start_member version=5.4.0
	warm_cp_member
	measure_cells
fi
printf '{"load_after": "%s"}\n' "$(cut -d' ' -f1 /proc/loadavg)" >>"$this_run"
cat "$this_run" >>"$results"
python3 benchmarks/table.py $record "$this_run"
exit "$failed"

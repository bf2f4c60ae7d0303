#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Checks one Promela model over all interleavings.
#
#	check.sh MODEL pass=OPTIONS... fail=OPTIONS...
#
# OPTIONS are -D options for the model, separated by commas. A run that must pass has no error and
# was complete; a run that must fail has one, which shows that the model sees what it is there for.
set -u

model=$1
shift
for tool in spin gcc; do
	if ! command -v "$tool" >/dev/null; then
		echo "$tool is missing: install the Debian package of that name"
		exit 1
	fi
done
if [ ! -r "$model" ]; then
	echo "$model cannot be read"
	exit 1
fi
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/model.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cp "$model" "$work/model.pml" || exit 1
cd "$work" || exit 1

# Explores everything that the model with these options can do; what pan says goes to `said`.
explore() {
	rm -f pan*
	# shellcheck disable=SC2046 # each option is a word
	spin -a $(echo "$1" | tr ',' ' ') model.pml >spin.log 2>&1
	if [ ! -f pan.c ] || grep -q 'Error' spin.log; then
		cat spin.log
		return 1
	fi
	gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=3000 -o pan pan.c || return 1
	./pan -m100000 >said 2>&1
}

failed=0
for run in "$@"; do
	want=${run%%=*}
	options=${run#*=}
	if ! explore "$options"; then
		verdict="could not be explored"
	elif ! grep -q 'errors: ' said || grep -q -e 'Search not completed' -e 'too small' -e 'MEMLIM' said; then
		verdict=incomplete
	elif grep -q 'errors: 0$' said; then
		verdict=pass
	else
		verdict=fail
	fi
	# A failing search stops at the first error, which makes it incomplete, and is what was asked for.
	if [ "$verdict" = incomplete ] && grep -q -e 'assertion violated' -e 'invalid end state (' said; then
		verdict=fail
	fi
	states=$(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' said 2>/dev/null)
	if [ "$verdict" = "$want" ]; then
		echo "ok ${options:-as it is}: must $want, $states states"
	else
		echo "not ok ${options:-as it is}: must $want, but: $verdict"
		cat said 2>/dev/null
		failed=1
	fi
done
exit $failed

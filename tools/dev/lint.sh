#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fmt: formats every C file. lint: changes nothing, fails on format or on a finding of clang-tidy.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.c' '*.h')
if [ "$1" = fmt ]; then
	exec clang-format-14 -i "${files[@]}"
fi
clang-format-14 --dry-run -Werror "${files[@]}"
for file in "${files[@]}"; do
	# clang-format leaves comments alone, so their width is looked at here, a tab being eight columns.
	expand -t 8 "$file" | awk -v file="$file" 'length > 100 {
		print file ":" NR ": more than 100 columns"; bad = 1 } END { exit bad }' || wide=1
done
[ -z "${wide:-}" ] || exit 1

# The generated tables must exist before anything that includes them can be parsed.
bazel build //protocol
generated=$(bazel info bazel-bin 2>/dev/null)
export TIDY_FLAGS="-std=c11 -D_GNU_SOURCE -I. -I$generated -Iinclude"
printf '%s\0' "${files[@]}" | grep -z '\.c$' |
	xargs -0 -P 2 -n 4 bash -c 'clang-tidy-14 --quiet "$@" -- $TIDY_FLAGS' tidy
echo "lint: clean"

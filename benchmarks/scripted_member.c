// SPDX-License-Identifier: Apache-2.0
//
// The scripted member of the tests as a process of its own, to measure against: it answers faster
// than a real one and does nothing else meanwhile. Prints its address and lives until its standard
// input ends.
#include "tests/support/scripted.h"

#include <stdio.h>

int
main(void)
{
	hzt_scripted *member = hzt_scripted_start(NULL);
	if (member == NULL) {
		return 1;
	}
	puts(hzt_scripted_address(member));
	fflush(stdout);
	while (getchar() != EOF) {
	}
	hzt_scripted_end(&member);
	return 0;
}

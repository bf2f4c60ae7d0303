// SPDX-License-Identifier: Apache-2.0
//
// Whether docs/protocol-coverage.md is what tools/hzcoverage.py would write now.
#include "tests/support/suite.h"

#include <stdlib.h>

static void
page_is_up_to_date(void)
{
	HZT_EQ_INT(system("python3 tools/hzcoverage.py --check"), 0);
}

static const hzt_case cases[] = {{"page_is_up_to_date", page_is_up_to_date}};
HZT_MAIN("coverage", cases)

// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/cp_board.h"

#include "tests/support/suite.h"

#include <sys/mman.h>
#include <unistd.h>

cp_board *
cp_board_open(int descriptor)
{
	void *at = mmap(NULL, sizeof(cp_board), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	return at != MAP_FAILED ? at : NULL;
}

cp_board *
cp_board_new(int *descriptor)
{
	*descriptor = memfd_create("board", MFD_CLOEXEC);
	HZT_CHECK(*descriptor >= 0);
	HZT_CHECK(ftruncate(*descriptor, sizeof(cp_board)) == 0);
	cp_board *board = cp_board_open(*descriptor);
	HZT_CHECK(board != NULL);
	return board;
}

void
cp_board_destroy(cp_board **board, int descriptor)
{
	munmap(*board, sizeof(**board));
	close(descriptor);
	*board = NULL;
}

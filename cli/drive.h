// SPDX-License-Identifier: Apache-2.0
//
// `hzc drive`: the modes by which anybody can load a cluster through this library and check from
// outside what it promises. docs/drive.md has what they print and write.
#ifndef CLI_DRIVE_H
#define CLI_DRIVE_H

// Each takes what follows its own name and returns the program's exit code: 0 done, 2 a wrong
// command line, 3 no client, no threads; `once` has codes of its own.
int drive_load(int argc, char **argv);
int drive_block(int argc, char **argv);
int drive_listen(int argc, char **argv);
int drive_check_free(int argc, char **argv);
int drive_cp(int argc, char **argv);
int drive_once(int argc, char **argv);

#endif

// SPDX-License-Identifier: Apache-2.0
#include "tests/interop/peer.h"

#include "tests/support/cluster.h"
#include "tests/support/suite.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// What runs the script: Java programs bring nothing along, Python's client is installed apart.
static void
find_runner(const char *script, char *path, size_t cap)
{
	const char *end = strrchr(script, '.');
	if (end != NULL && strcmp(end, ".java") == 0) {
		snprintf(path, cap, "tools/java.py");
		return;
	}
	FILE *found = popen("tools/pyclient.py", "r");
	HZT_CHECK(found != NULL);
	bool read = fgets(path, (int)cap, found) != NULL;
	HZT_EQ_INT(pclose(found), 0);
	HZT_CHECK(read);
	path[strcspn(path, "\n")] = '\0';
}

void
hzt_peer_start_at(hzt_peer *self, const char *script, const char *addresses)
{
	char runner[1024], path[1024];
	int in[2], out[2];
	find_runner(script, runner, sizeof(runner));
	snprintf(path, sizeof(path), "tests/interop/%s", script);
	HZT_CHECK(pipe(in) == 0 && pipe(out) == 0);
	self->pid = fork();
	HZT_CHECK(self->pid >= 0);
	if (self->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		for (size_t i = 0; i < 2; i++) {
			close(in[i]);
			close(out[i]);
		}
		execl(runner, runner, path, addresses, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	self->to = fdopen(in[1], "w");
	self->from = fdopen(out[0], "r");
	HZT_CHECK(self->to != NULL && self->from != NULL);
}

void
hzt_peer_start(hzt_peer *self, const char *script)
{
	hzt_peer_start_at(self, script, hzt_shared_addresses());
}

const char *
hzt_peer_ask(hzt_peer *self, const char *line)
{
	static char answer[4096];
	fprintf(self->to, "%s\n", line);
	fflush(self->to);
	HZT_CHECK(fgets(answer, sizeof(answer), self->from) != NULL);
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

void
hzt_peer_end(hzt_peer *self)
{
	int status = -1;
	fclose(self->to); // its end of input is its end
	HZT_EQ_INT(waitpid(self->pid, &status, 0), self->pid);
	fclose(self->from);
	HZT_EQ_INT(status, 0);
}

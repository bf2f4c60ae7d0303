// SPDX-License-Identifier: Apache-2.0
//
// A topic: everybody who listens hears what is published; nothing is kept for later.
#include "connect.h"

#include <semaphore.h>

static sem_t heard;

static void
on_news(void *ctx, const hz_message *message)
{
	const char *text;
	size_t n;
	if (hz_value_get_str(&message->value, &text, &n) == HZ_OK) {
		printf("%s: %.*s\n", (const char *)ctx, (int)n, text);
	}
	sem_post(&heard);
}

// What was published meanwhile is lost, and nobody can say how much that was.
static void
on_gap(void *ctx, const hz_gap *gap)
{
	(void)gap;
	printf("%s may have missed something\n", (const char *)ctx);
}

int
main(int argc, char **argv)
{
	const hz_value more[] = {hz_str("it clears up"), hz_str("the sun shines")};
	static char listener_name[] = "radio";
	const hz_message_listener radio = {
			.size = sizeof(radio),
			.ctx = listener_name,
			.message = on_news,
			.gap = on_gap,
	};
	hz_error err = {0};
	hz_topic *news = NULL;
	hz_listener_id id;
	hz_client *client = connect_to(argc, argv);
	sem_init(&heard, 0, 0);
	check(hz_topic_open(client, "example-news", NULL, &news, &err), &err);
	check(hz_topic_listen(news, &radio, &id, &err), &err);

	check(hz_topic_publish(news, hz_str("it rains"), &err), &err);
	check(hz_topic_publish_all(news, more, 2, &err), &err);
	for (int i = 0; i < 3; i++) {
		sem_wait(&heard);
	}

	// When this returns, nothing of the listener runs or will run.
	check(hz_listener_remove(client, id, &err), &err);
	check(hz_topic_publish(news, hz_str("nobody hears this"), &err), &err);
	check(hz_topic_destroy(&news, &err), &err);
	hz_client_destroy(&client);
	return 0;
}

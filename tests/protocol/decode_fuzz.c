// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a stream of messages of any type: split, put together, decoded, encoded again.
#include "base/buf.h"
#include "protocol/decode.h"
#include "protocol/encode.h"
#include "protocol/fragments.h"
#include "protocol/message.h"
#include "protocol/split.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
try_message(const uint8_t *msg, size_t n)
{
	const hzp_message *m = NULL;
	if (hzp_message_check(msg, n) == HZ_OK) {
		m = hzp_message_find(hzp_message_type(msg));
	}
	void *record = m != NULL ? malloc(m->struct_size) : NULL;
	if (record == NULL) {
		return;
	}
	if (hzp_decode(msg, n, m, record, NULL) == HZ_OK) {
		hzi_buf out = {0};
		// What was accepted can be written, and what was written is accepted.
		if (hzp_encode(&out, m, record) != HZ_OK ||
				hzp_decode(out.data, out.len, m, record, NULL) != HZ_OK) {
			abort();
		}
		hzi_buf_clear(&out);
	}
	free(record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	hzp_splitter s = {.max_bytes = 1 << 16};
	hzp_fragments f;
	hzp_fragments_init(&f, 4, 1 << 16);
	size_t whole = 1;
	while (n > 0 && hzp_split(&s, bytes, n, &whole) == HZ_OK && whole > 0) {
		hzi_buf joined = {0};
		if (!hzp_is_fragment(bytes)) {
			try_message(bytes, whole);
		} else if (hzp_fragments_add(&f, bytes, whole, &joined) == HZ_OK &&
				joined.len > 0) {
			try_message(joined.data, joined.len);
		}
		hzi_buf_clear(&joined);
		bytes += whole;
		n -= whole;
	}
	hzp_fragments_clear(&f);
	return 0;
}

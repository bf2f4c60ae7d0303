// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include "tests/support/suite.h"

#include <string.h>

static void
names_and_texts(void)
{
	HZT_EQ_STR(hz_err_name(HZ_OK), "OK");
	HZT_EQ_STR(hz_err_text(HZ_OK), "success");
	HZT_EQ_STR(hz_err_name(HZ_ERR_LOCK_OWNERSHIP_LOST), "LOCK_OWNERSHIP_LOST");
	HZT_EQ_STR(hz_err_text(HZ_ERR_TIMEOUT), "deadline passed");
#define CHECK_ROW(name, number, text)                                                              \
	HZT_EQ_STR(hz_err_name((hz_err)(number)), #name);                                          \
	HZT_EQ_STR(hz_err_text((hz_err)(number)), text);
	HZ_ERR_MAP(CHECK_ROW)
#undef CHECK_ROW
	static const int none[] = {-1, 16, 99, 110, 1 << 30};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		HZT_EQ_STR(hz_err_name((hz_err)none[i]), "UNKNOWN");
		HZT_EQ_STR(hz_err_text((hz_err)none[i]), "unknown error");
	}
}

static void
server_codes(void)
{
	for (int32_t code = 0; code < 100; code++) {
		const hzi_server_error *found = hzi_server_error_find(code);
		HZT_CHECK(found != NULL && found->name != NULL);
		HZT_EQ_INT(found->code, code);
	}
	static const int32_t unknown[] = {-1, INT32_MIN, 100, 500, 1000, INT32_MAX};
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		HZT_CHECK(hzi_server_error_find(unknown[i]) == NULL);
	}
	// A name that is a macro in some header must not have been replaced by its value.
	HZT_EQ_STR(hzi_server_error_find(15)->name, "EOF");
	HZT_EQ_STR(hzi_server_error_find(62)->name, "WRONG_TARGET");
	HZT_EQ_STR(hzi_server_error_find(99)->name, "NO_CLASS_DEF_FOUND_ERROR");
}

static void
promotions(void)
{
	static const struct {
		int32_t code;
		hz_err promotion;
	} rows[] = {
			{1, HZ_ERR_RANGE},
			{14, HZ_ERR_DESTROYED},
			{23, HZ_ERR_ARGUMENT},
			{26, HZ_ERR_NOT_OWNER},
			{27, HZ_ERR_STATE},
			{29, HZ_ERR_RANGE},
			{51, HZ_ERR_STALE_SEQUENCE},
			{55, HZ_ERR_TOPIC_OVERLOAD},
			{61, HZ_ERR_UNSUPPORTED},
			{67, HZ_ERR_NO_DATA_MEMBER},
			{80, HZ_ERR_INDETERMINATE},
			{81, HZ_ERR_NODE_ID_RANGE},
			{84, HZ_ERR_CONSISTENCY_LOST},
			{85, HZ_ERR_SESSION_EXPIRED},
			{86, HZ_ERR_WAIT_KEY_CANCELLED},
			{87, HZ_ERR_LOCK_LIMIT},
			{88, HZ_ERR_LOCK_OWNERSHIP_LOST},
			{89, HZ_ERR_GROUP_DESTROYED},
	};
	size_t promoted = 0;
	for (int32_t code = 0; code < 100; code++) {
		promoted += hzi_server_error_find(code)->promotion != HZ_ERR_SERVER ? 1 : 0;
	}
	HZT_EQ_INT(promoted, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		HZT_EQ_INT(hzi_server_error_find(rows[i].code)->promotion, rows[i].promotion);
	}
}

static void
retryable(void)
{
	static const int32_t codes[] = {8, 33, 39, 46, 47, 53, 62, 82, 90};
	size_t at = 0;
	for (int32_t code = 0; code < 100; code++) {
		bool want = at < sizeof(codes) / sizeof(codes[0]) && codes[at] == code;
		HZT_CHECK(hzi_server_error_find(code)->retryable == want);
		at += want ? 1 : 0;
	}
	HZT_EQ_INT(at, sizeof(codes) / sizeof(codes[0]));
}

static const hzt_case cases[] = {
		{"names_and_texts", names_and_texts},
		{"server_codes", server_codes},
		{"promotions", promotions},
		{"retryable", retryable},
};

HZT_MAIN("error", cases)

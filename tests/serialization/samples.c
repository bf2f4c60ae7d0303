// SPDX-License-Identifier: Apache-2.0
#include "tests/serialization/samples.h"

#include "tests/support/suite.h"

#include <math.h>

// Written by Hazelcast 5.7.0: its serialization service for each byte order, and the partition hash
// that it gives.
const sample *
hzt_samples(size_t *n)
{
	static const uint8_t bytes[] = {1, 2, 200};
	static const bool bools[] = {true, false, true};
	static const uint16_t chars[] = {'a', 0x20ac};
	static const int16_t shorts[] = {1, -2};
	static const int32_t ints[] = {1, -2, 3};
	static const int64_t longs[] = {INT64_C(1) << 40, -1};
	static const float floats[] = {1.5f, -0.0f};
	static const double doubles[] = {1.5, (double)NAN};
	static const char *const strings[] = {"x", NULL, ""};
	static const hz_uuid uuid = {0x0123456789abcdef, 0xfedcba9876543210};
	static const uint8_t large[] = {0x04, 0xab, 0x78, 0x1f, 0xb5, 0x22, 0x9b};
	static const uint8_t negative[] = {0xff, 0x7f};
	static const uint8_t zero[] = {0};
	static const uint8_t unscaled[] = {0xfb, 0x1e, 0x12, 0x9d, 0x7d, 0xbe};
	static const hz_decimal price = {.unscaled = unscaled, .size = 2, .scale = 2};
	static const hz_decimal weight = {.unscaled = unscaled + 2, .size = 4, .scale = 4};
	static const hz_local_date day = {.year = 2021, .month = 6, .day = 28};
	static const hz_local_date first_day = {.year = -999999999, .month = 1, .day = 1};
	static const hz_local_time time = {
			.hour = 11, .minute = 22, .second = 41, .nano = 123456789};
	static const hz_local_time full_second = {.hour = 11, .minute = 22, .second = 41};
	static hz_value inner[1];
	static hz_value items[4];
	inner[0] = hz_i64(2);
	items[0] = hz_i32(1);
	items[1] = hz_str("a");
	items[2] = hz_null();
	items[3] = hz_values(inner, 1);
	const sample rows[] = {
			{"bool", hz_bool(true), {"00000000fffffffc01", "00000000fffffffc01"},
					535970202, "true"},
			{"i8", hz_i8(-5), {"00000000fffffffdfb", "00000000fffffffdfb"}, 828062724,
					"-5"},
			{"i16", hz_i16(-2), {"00000000fffffffafeff", "00000000fffffffafffe"},
					-1684401368, "-2"},
			{"char16", hz_char16(0xe9),
					{"00000000fffffffbe900", "00000000fffffffb00e9"}, 474547413,
					"'\\u00e9'"},
			{"i32", hz_i32(56789),
					{"00000000fffffff9d5dd0000", "00000000fffffff90000ddd5"},
					-102944815, "56789"},
			{"i64", hz_i64(-50992225),
					{"00000000fffffff89febf5fcffffffff",
							"00000000fffffff8fffffffffcf5eb9f"},
					478207593, "-50992225"},
			{"f32", hz_f32(900.5678f),
					{"00000000fffffff757246144", "00000000fffffff744612457"},
					619463163, "900.5678"},
			{"f64", hz_f64(-897543.3678909),
					{"00000000fffffff630325cbc0e642bc1",
							"00000000fffffff6c12b640ebc5c3230"},
					-1616763969, "-897543.3678909"},
			{"str", hz_str("a\u00e9\u20ac\U0001F600"),
					{"00000000fffffff50a00000061c3a9e282acf09f9880",
							"00000000fffffff50000000a61c3a9e282acf09f98"
							"80"},
					-791507814, "\"a\u00e9\u20ac\U0001F600\""},
			{"str0", hz_str(""),
					{"00000000fffffff500000000", "00000000fffffff500000000"},
					923237662, "\"\""},
			{"bytes", hz_bytes(bytes, 3),
					{"00000000fffffff4030000000102c8",
							"00000000fffffff4000000030102c8"},
					-1151190820, "0x0102c8"},
			{"bools", hz_bools(bools, 3),
					{"00000000fffffff303000000010001",
							"00000000fffffff300000003010001"},
					1701676268, "[true, false, true]"},
			{"char16s", hz_char16s(chars, 2),
					{"00000000fffffff2020000006100ac20",
							"00000000fffffff200000002006120ac"},
					1619586975, "['a', '\\u20ac']"},
			{"i16s", hz_i16s(shorts, 2),
					{"00000000fffffff1020000000100feff",
							"00000000fffffff1000000020001fffe"},
					-1639377211, "[1, -2]"},
			{"i32s", hz_i32s(ints, 3),
					{"00000000fffffff00300000001000000feffffff03000000",
							"00000000fffffff00000000300000001fffffffe00"
							"000003"},
					685230415, "[1, -2, 3]"},
			{"i64s", hz_i64s(longs, 2),
					{"00000000ffffffef020000000000000000010000ffffffffffffffff",
							"00000000ffffffef000000020000010000000000ff"
							"ffffffffffffff"},
					-568835128, "[1099511627776, -1]"},
			{"f32s", hz_f32s(floats, 2),
					{"00000000ffffffee020000000000c03f00000080",
							"00000000ffffffee000000023fc0000080000000"},
					1824917698, "[1.5, -0]"},
			{"f64s", hz_f64s(doubles, 2),
					{"00000000ffffffed02000000000000000000f83f000000000000f87f",
							"00000000ffffffed000000023ff80000000000007f"
							"f8000000000000"},
					-1273335787, "[1.5, nan]"},
			{"strs", hz_strs(strings, 3),
					{"00000000ffffffec030000000100000078ffffffff00000000",
							"00000000ffffffec000000030000000178ffffffff"
							"00000000"},
					1604824576, "[\"x\", null, \"\"]"},
			{"uuid", hz_uuid_value(uuid),
					{"00000000ffffffebefcdab89674523011032547698badcfe",
							"00000000ffffffeb0123456789abcdeffedcba9876"
							"543210"},
					-296949771, "01234567-89ab-cdef-fedc-ba9876543210"},
			{"json", hz_json("{\"a\":1}"),
					{"00000000ffffff7e070000007b2261223a317d",
							"00000000ffffff7e000000077b2261223a317d"},
					1343167611, "{\"a\":1}"},
			{"bigint", hz_big_integer(large, 7),
					{"00000000ffffffe60700000004ab781fb5229b",
							"00000000ffffffe60000000704ab781fb5229b"},
					616373191, "1314432323232411"},
			{"bigintneg", hz_big_integer(negative, 2),
					{"00000000ffffffe602000000ff7f",
							"00000000ffffffe600000002ff7f"},
					-1193293955, "-129"},
			{"bigint0", hz_big_integer(zero, 1),
					{"00000000ffffffe60100000000",
							"00000000ffffffe60000000100"},
					-1813067865, "0"},
			{"dec", hz_decimal_value(price),
					{"00000000ffffffe502000000fb1e02000000",
							"00000000ffffffe500000002fb1e00000002"},
					618344742, "-12.50"},
			{"dec2", hz_decimal_value(weight),
					{"00000000ffffffe504000000129d7dbe04000000",
							"00000000ffffffe500000004129d7dbe00000004"},
					1477570490, "31231.1230"},
			{"date", hz_date(1234567890123),
					{"00000000ffffffe7cb04fb711f010000",
							"00000000ffffffe70000011f71fb04cb"},
					-242531761, "1234567890123ms"},
			{"ldate", hz_local_date_value(day),
					{"00000000ffffffcde5070000061c",
							"00000000ffffffcd000007e5061c"},
					1382656928, "2021-06-28"},
			{"ldateneg", hz_local_date_value(first_day),
					{"00000000ffffffcd013665c40101",
							"00000000ffffffcdc46536010101"},
					903457618, "-999999999-01-01"},
			{"ltime", hz_local_time_value(time),
					{"00000000ffffffcc0b162915cd5b07",
							"00000000ffffffcc0b1629075bcd15"},
					-632721338, "11:22:41.123456789"},
			{"ldt", hz_local_date_time_value((hz_local_date_time){day, time}),
					{"00000000ffffffcbe5070000061c0b162915cd5b07",
							"00000000ffffffcb000007e5061c0b1629075bcd1"
							"5"},
					829438756, "2021-06-28T11:22:41.123456789"},
			{"odt", hz_offset_date_time_value((hz_offset_date_time){day, time, 64800}),
					{"00000000ffffffcae5070000061c0b162915cd5b0720fd0000",
							"00000000ffffffca000007e5061c0b1629075bcd15"
							"0000fd20"},
					-1668931325, "2021-06-28T11:22:41.123456789+18:00"},
			{"odtn",
					hz_offset_date_time_value((hz_offset_date_time){
							day, full_second, -12615}),
					{"00000000ffffffcae5070000061c0b162900000000b9ceffff",
							"00000000ffffffca000007e5061c0b162900000000"
							"ffffceb9"},
					-298380414, "2021-06-28T11:22:41-03:30:15"},
			{"alist", hz_values(items, 4),
					{"00000000ffffffe304000000f9ffffff01000000f5ffffff010000006"
					 "100000000e3ffffff01000000f8ffffff0200000000000000",
							"00000000ffffffe300000004fffffff900000001ff"
							"fffff5000000016100000000ffffffe300000001ff"
							"fffff80000000000000002"},
					-1020826865, "[1, \"a\", null, [2]]"},
	};
	static sample samples[sizeof(rows) / sizeof(rows[0])];
	memcpy(samples, rows, sizeof(rows));
	*n = sizeof(rows) / sizeof(rows[0]);
	return samples;
}

const foreign_sample *
hzt_foreign_samples(size_t *n)
{
	static const foreign_sample samples[] = {
			{"LinkedList",
					{"00000000ffffffe204000000f9ffffff01000000f5ffffff010000006"
					 "100000000e3ffff"
					 "ff01000000f8ffffff0200000000000000",
							"00000000ffffffe200000004fffffff900000001ff"
							"fffff5000000016100000000ffffff"
							"e300000001fffffff80000000000000002"},
					HZ_KIND_LIST, -30, "[1, \"a\", null, [2]]"},
			{"Object[]",
					{"00000000ffffffe403000000f9ffffff0100000000000000f5ffffff0"
					 "10000007a",
							"00000000ffffffe400000003fffffff90000000100"
							"000000fffffff5000000017a"},
					HZ_KIND_LIST, -28, "[1, null, \"z\"]"},
			{"CopyOnWriteArrayList",
					{"00000000ffffffe101000000f9ffffff01000000",
							"00000000ffffffe100000001fffffff900000001"},
					HZ_KIND_LIST, -31, "[1]"},
			{"HashSet",
					{"00000000ffffffdb01000000f9ffffff01000000",
							"00000000ffffffdb00000001fffffff900000001"},
					HZ_KIND_LIST, -37, "[1]"},
			{"TreeSet",
					{"00000000ffffffda0000000001000000f9ffffff01000000",
							"00000000ffffffda0000000000000001fffffff900"
							"000001"},
					HZ_KIND_LIST, -38, "[1]"},
			{"LinkedHashSet",
					{"00000000ffffffd901000000f9ffffff01000000",
							"00000000ffffffd900000001fffffff900000001"},
					HZ_KIND_LIST, -39, "[1]"},
			{"CopyOnWriteArraySet",
					{"00000000ffffffd801000000f9ffffff01000000",
							"00000000ffffffd800000001fffffff900000001"},
					HZ_KIND_LIST, -40, "[1]"},
			{"ConcurrentSkipListSet",
					{"00000000ffffffd70000000001000000f9ffffff01000000",
							"00000000ffffffd70000000000000001fffffff900"
							"000001"},
					HZ_KIND_LIST, -41, "[1]"},
			{"ArrayDeque",
					{"00000000ffffffd601000000f9ffffff01000000",
							"00000000ffffffd600000001fffffff900000001"},
					HZ_KIND_LIST, -42, "[1]"},
			{"LinkedBlockingQueue",
					{"00000000ffffffd501000000f9ffffff01000000",
							"00000000ffffffd500000001fffffff900000001"},
					HZ_KIND_LIST, -43, "[1]"},
			{"ArrayBlockingQueue",
					{"00000000ffffffd401000000f9ffffff01000000",
							"00000000ffffffd400000001fffffff900000001"},
					HZ_KIND_LIST, -44, "[1]"},
			{"PriorityBlockingQueue",
					{"00000000ffffffd30000000001000000f9ffffff01000000",
							"00000000ffffffd30000000000000001fffffff900"
							"000001"},
					HZ_KIND_LIST, -45, "[1]"},
			{"LinkedTransferQueue",
					{"00000000ffffffd001000000f9ffffff01000000",
							"00000000ffffffd000000001fffffff900000001"},
					HZ_KIND_LIST, -48, "[1]"},
			{"PriorityQueue",
					{"00000000ffffffcf0000000001000000f9ffffff01000000",
							"00000000ffffffcf0000000000000001fffffff900"
							"000001"},
					HZ_KIND_LIST, -49, "[1]"},
			{"DelayQueue", {"00000000ffffffd200000000", "00000000ffffffd200000000"},
					HZ_KIND_LIST, -46, "[]"},
			{"SynchronousQueue",
					{"00000000ffffffd100000000", "00000000ffffffd100000000"},
					HZ_KIND_LIST, -47, "[]"},
			{"HashMap",
					{"00000000ffffffe001000000f5ffffff010000006bf9ffffff0100000"
					 "0",
							"00000000ffffffe000000001fffffff5000000016b"
							"fffffff900000001"},
					HZ_KIND_MAP, -32, "{\"k\": 1}"},
			{"ConcurrentSkipListMap",
					{"00000000ffffffdf0000000001000000f5ffffff010000006bf9fffff"
					 "f01000000",
							"00000000ffffffdf0000000000000001fffffff500"
							"0000016bfffffff900000001"},
					HZ_KIND_MAP, -33, "{\"k\": 1}"},
			{"ConcurrentHashMap",
					{"00000000ffffffde01000000f5ffffff010000006bf9ffffff0100000"
					 "0",
							"00000000ffffffde00000001fffffff5000000016b"
							"fffffff900000001"},
					HZ_KIND_MAP, -34, "{\"k\": 1}"},
			{"LinkedHashMap",
					{"00000000ffffffdd01000000f5ffffff010000006bf9ffffff0100000"
					 "0",
							"00000000ffffffdd00000001fffffff5000000016b"
							"fffffff900000001"},
					HZ_KIND_MAP, -35, "{\"k\": 1}"},
			{"TreeMap",
					{"00000000ffffffdc0000000001000000f5ffffff010000006bf9fffff"
					 "f01000000",
							"00000000ffffffdc0000000000000001fffffff500"
							"0000016bfffffff900000001"},
					HZ_KIND_MAP, -36, "{\"k\": 1}"},
			{"SimpleEntry",
					{"00000000ffffffeaf5ffffff010000006bf9ffffff01000000",
							"00000000ffffffeafffffff5000000016bfffffff9"
							"00000001"},
					HZ_KIND_MAP, -22, "{\"k\": 1}"},
			{"SimpleImmutableEntry",
					{"00000000ffffffe9f5ffffff010000006bf9ffffff01000000",
							"00000000ffffffe9fffffff5000000016bfffffff9"
							"00000001"},
					HZ_KIND_MAP, -23, "{\"k\": 1}"},
			{"LazyMapEntry",
					{"00000000fffffffe01fcffffff78000000f5ffffff0100000061f9fff"
					 "f"
					 "ff01000000",
							"00000000fffffffe01fffffffc00000078fffffff5"
							"0000000161fffffff900000001"},
					HZ_KIND_MAP, -2, "{\"a\": 1}"},
			{"CanonicalizingHashSet",
					{"00000000fffffffe01e3ffffff1300000002000000f9ffffff0100000"
					 "0"
					 "00000000",
							"00000000fffffffe01ffffffe30000001300000002"
							"fffffff90000000100000000"},
					HZ_KIND_LIST, -2, "[1, null]"},
			{"Optional",
					{"00000000ffffffce01f9ffffff01000000",
							"00000000ffffffce01fffffff900000001"},
					HZ_KIND_RAW, -50, "<type -50, 17 bytes>"},
			{"Class",
					{"00000000ffffffe8100000006a6176612e6c616e672e537472696e67",
							"00000000ffffffe8000000106a6176612e6c616e67"
							"2e537472696e67"},
					HZ_KIND_RAW, -24, "<type -24, 28 bytes>"},
			{"TreeSet in reverse",
					{"00000000ffffffda9cffffffaced0005737200276a6176612e7574696"
					 "c2e436f6c6c6563"
					 "74696f6e732452657665727365436f6d70617261746f7264048af0534"
					 "e4ad00200007870"
					 "00000000",
							"00000000ffffffdaffffff9caced0005737200276a"
							"6176612e7574696c2e436f6c6c6563"
							"74696f6e732452657665727365436f6d7061726174"
							"6f7264048af0534e4ad00200007870"
							"00000000"},
					HZ_KIND_RAW, -38, "<type -38, 76 bytes>"},
	};
	*n = sizeof(samples) / sizeof(samples[0]);
	return samples;
}

static unsigned
digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

size_t
hzt_unhex(const char *hex, uint8_t *to, size_t cap)
{
	size_t n = strlen(hex) / 2;
	HZT_CHECK(n <= cap);
	for (size_t i = 0; i < n; i++) {
		to[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	}
	return n;
}

// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.compact.FieldDescriptor;
import com.hazelcast.internal.serialization.impl.compact.Schema;
import com.hazelcast.internal.serialization.impl.compact.SchemaService;
import com.hazelcast.nio.serialization.genericrecord.GenericRecord;
import com.hazelcast.nio.serialization.genericrecord.GenericRecordBuilder;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Prints Compact records as members serialize them: "sample NAME ORDER HEX" for those of
 * tests/support/everything.h, "random - ORDER HEX" for others, and before its first record each
 * schema as "schema TYPE COUNT" and "NAME KIND" for each field. Names are in hex behind an 'x',
 * ORDER is BE or LE. Run by tools/java.py.
 */
public final class Records {
	private static final int RANDOM = 200;
	private static final LocalDate DAY = LocalDate.of(2024, 2, 29);
	private static final LocalTime CLOCK = LocalTime.of(23, 59, 58, 123456000);
	private static final ZoneOffset INDIA = ZoneOffset.ofHoursMinutes(5, 30);

	private Records() {
	}

	/** Schemas in memory, each printed when it comes. */
	private static final class Schemas implements SchemaService {
		private final Map<Long, Schema> all = new HashMap<>();

		@Override
		public Schema get(long id) {
			return all.get(id);
		}

		@Override
		public void put(Schema schema) {
			if (all.put(schema.getSchemaId(), schema) == null) {
				System.out.println("schema " + hex(schema.getTypeName().getBytes(StandardCharsets.UTF_8))
						+ " " + schema.getFieldCount());
				for (FieldDescriptor field : schema.getFields()) {
					System.out.println(hex(field.getFieldName().getBytes(StandardCharsets.UTF_8))
							+ " " + field.getKind().getId());
				}
			}
		}

		@Override
		public void putLocal(Schema schema) {
			put(schema);
		}
	}

	private static String hex(byte[] bytes) {
		StringBuilder hex = new StringBuilder(2 * bytes.length + 1).append('x');
		for (byte b : bytes) {
			hex.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
		}
		return hex.toString();
	}

	private static GenericRecord inner(int id, String name) {
		return GenericRecordBuilder.compact("inner").setInt32("id", id).setString("name", name).build();
	}

	private static GenericRecord full(String string) {
		BigDecimal digits = new BigDecimal("-1234567890123456789.0123");
		LocalDateTime when = LocalDateTime.of(DAY, CLOCK);
		return GenericRecordBuilder.compact("everything")
				.setBoolean("bool", true)
				.setArrayOfBoolean("array_bool", new boolean[] {
					true, false, true, true, false, false, true, false, true})
				.setInt8("i8", (byte) -7)
				.setArrayOfInt8("array_i8", new byte[] {-128, 0, 127})
				.setInt16("i16", (short) -300)
				.setArrayOfInt16("array_i16", new short[] {Short.MIN_VALUE, 0, Short.MAX_VALUE})
				.setInt32("i32", -70000)
				.setArrayOfInt32("array_i32", new int[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE})
				.setInt64("i64", -5000000000L)
				.setArrayOfInt64("array_i64", new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE})
				.setFloat32("f32", 1.5f)
				.setArrayOfFloat32("array_f32", new float[] {-1.5f, 0, 2.25f})
				.setFloat64("f64", -2.5e-300)
				.setArrayOfFloat64("array_f64", new double[] {-1.5, 0, 1e300})
				.setString("string", string)
				.setArrayOfString("array_string", new String[] {"a", null, "\u4e16\u754c", ""})
				.setDecimal("decimal", digits)
				.setArrayOfDecimal("array_decimal", new BigDecimal[] {digits, null, new BigDecimal("12E+5")})
				.setTime("time", CLOCK)
				.setArrayOfTime("array_time", new LocalTime[] {CLOCK, null, LocalTime.MIDNIGHT})
				.setDate("date", DAY)
				.setArrayOfDate("array_date", new LocalDate[] {DAY, null, DAY})
				.setTimestamp("timestamp", when)
				.setArrayOfTimestamp("array_timestamp", new LocalDateTime[] {when, null})
				.setTimestampWithTimezone("timestamp_tz", OffsetDateTime.of(when, INDIA))
				.setArrayOfTimestampWithTimezone("array_timestamp_tz", new OffsetDateTime[] {
					OffsetDateTime.of(when, INDIA), null, OffsetDateTime.of(when, ZoneOffset.UTC)})
				.setGenericRecord("record", inner(36, "Ada"))
				.setArrayOfGenericRecord("array_record", new GenericRecord[] {
					inner(36, "Ada"), null, inner(0, null)})
				.setNullableBoolean("nullable_bool", true)
				.setArrayOfNullableBoolean("array_nullable_bool", new Boolean[] {true, null, false})
				.setNullableInt8("nullable_i8", (byte) -7)
				.setArrayOfNullableInt8("array_nullable_i8", new Byte[] {-2, null, 3})
				.setNullableInt16("nullable_i16", (short) -300)
				.setArrayOfNullableInt16("array_nullable_i16", new Short[] {-2, null, 3})
				.setNullableInt32("nullable_i32", -70000)
				.setArrayOfNullableInt32("array_nullable_i32", new Integer[] {-2, null, 3})
				.setNullableInt64("nullable_i64", -5000000000L)
				.setArrayOfNullableInt64("array_nullable_i64", new Long[] {-2L, null, 3L})
				.setNullableFloat32("nullable_f32", -1.5f)
				.setArrayOfNullableFloat32("array_nullable_f32", new Float[] {-1.5f, null, 0f})
				.setNullableFloat64("nullable_f64", 1e300)
				.setArrayOfNullableFloat64("array_nullable_f64", new Double[] {-1.5, null, 1e300})
				.build();
	}

	private static GenericRecord bare(boolean empty) {
		GenericRecordBuilder b = GenericRecordBuilder.compact("everything")
				.setBoolean("bool", false).setInt8("i8", (byte) 0).setInt16("i16", (short) 0)
				.setInt32("i32", 0).setInt64("i64", 0).setFloat32("f32", 0).setFloat64("f64", 0)
				.setString("string", empty ? "" : null).setDecimal("decimal", null).setTime("time", null)
				.setDate("date", null).setTimestamp("timestamp", null)
				.setTimestampWithTimezone("timestamp_tz", null).setGenericRecord("record", null)
				.setNullableBoolean("nullable_bool", null).setNullableInt8("nullable_i8", null)
				.setNullableInt16("nullable_i16", null).setNullableInt32("nullable_i32", null)
				.setNullableInt64("nullable_i64", null).setNullableFloat32("nullable_f32", null)
				.setNullableFloat64("nullable_f64", null);
		return b.setArrayOfBoolean("array_bool", empty ? new boolean[0] : null)
				.setArrayOfInt8("array_i8", empty ? new byte[0] : null)
				.setArrayOfInt16("array_i16", empty ? new short[0] : null)
				.setArrayOfInt32("array_i32", empty ? new int[0] : null)
				.setArrayOfInt64("array_i64", empty ? new long[0] : null)
				.setArrayOfFloat32("array_f32", empty ? new float[0] : null)
				.setArrayOfFloat64("array_f64", empty ? new double[0] : null)
				.setArrayOfString("array_string", empty ? new String[0] : null)
				.setArrayOfDecimal("array_decimal", empty ? new BigDecimal[0] : null)
				.setArrayOfTime("array_time", empty ? new LocalTime[0] : null)
				.setArrayOfDate("array_date", empty ? new LocalDate[0] : null)
				.setArrayOfTimestamp("array_timestamp", empty ? new LocalDateTime[0] : null)
				.setArrayOfTimestampWithTimezone("array_timestamp_tz", empty ? new OffsetDateTime[0] : null)
				.setArrayOfGenericRecord("array_record", empty ? new GenericRecord[0] : null)
				.setArrayOfNullableBoolean("array_nullable_bool", empty ? new Boolean[0] : null)
				.setArrayOfNullableInt8("array_nullable_i8", empty ? new Byte[0] : null)
				.setArrayOfNullableInt16("array_nullable_i16", empty ? new Short[0] : null)
				.setArrayOfNullableInt32("array_nullable_i32", empty ? new Integer[0] : null)
				.setArrayOfNullableInt64("array_nullable_i64", empty ? new Long[0] : null)
				.setArrayOfNullableFloat32("array_nullable_f32", empty ? new Float[0] : null)
				.setArrayOfNullableFloat64("array_nullable_f64", empty ? new Double[0] : null)
				.build();
	}

	private static String text(Random random) {
		int[] points = new int[random.nextInt(500) == 0 ? random.nextInt(30000) : random.nextInt(40)];
		for (int i = 0; i < points.length; i++) {
			int[] choice = {'a', 0xe9, 0x4e16, 0x1f680, 0};
			points[i] = choice[random.nextInt(choice.length)];
		}
		return new String(points, 0, points.length);
	}

	private static LocalDateTime moment(Random random) {
		return LocalDateTime.of(LocalDate.ofEpochDay(random.nextInt(2000000) - 1000000),
				LocalTime.ofNanoOfDay((long) (random.nextDouble() * 86399e9)));
	}

	private static BigDecimal decimal(Random random) {
		return new BigDecimal(new BigInteger(random.nextInt(300), random).negate(), random.nextInt(9) - 4);
	}

	private static GenericRecord someItem(Random random, int depth, long seed) {
		return random.nextInt(3) == 0 ? null : someRecord(new Random(seed), random, depth + 1);
	}

	private static Integer[] numbers(Random random) {
		Integer[] items = new Integer[random.nextInt(300)];
		for (int i = 0; i < items.length; i++) {
			items[i] = random.nextInt(3) == 0 ? null : random.nextInt();
		}
		return items;
	}

	/** One of many shapes; the shape follows from the one random number, the content from the other. */
	private static GenericRecord someRecord(Random shape, Random random, int depth) {
		GenericRecordBuilder b = GenericRecordBuilder.compact("type" + shape.nextInt(1000));
		int fields = shape.nextInt(30);
		for (int i = 0; i < fields; i++) {
			String name = "f" + shape.nextInt(100000) + "-" + i;
			boolean isNull = random.nextInt(4) == 0;
			long seed = shape.nextLong();
			switch (shape.nextInt(depth < 4 ? 16 : 14)) {
				case 0: b.setBoolean(name, random.nextBoolean()); break;
				case 1: b.setBoolean(name, random.nextBoolean()); break;
				case 2: b.setInt16(name, (short) random.nextInt()); break;
				case 3: b.setFloat64(name, random.nextGaussian()); break;
				case 4: b.setString(name, isNull ? null : text(random)); break;
				case 5: b.setNullableInt64(name, isNull ? null : random.nextLong()); break;
				case 6: b.setDecimal(name, isNull ? null : decimal(random)); break;
				case 7: b.setTimestamp(name, isNull ? null : moment(random)); break;
				case 8: b.setArrayOfNullableInt32(name, isNull ? null : numbers(random)); break;
				case 9: b.setArrayOfString(name, isNull ? null : new String[] {text(random), null, text(random)}); break;
				case 10: b.setArrayOfBoolean(name, isNull ? null : new boolean[random.nextInt(40)]); break;
				case 11: b.setInt8(name, (byte) random.nextInt()); break;
				case 12: b.setArrayOfDate(name, isNull ? null : new LocalDate[] {moment(random).toLocalDate(), null}); break;
				case 13: b.setArrayOfInt64(name, isNull ? null : random.longs(random.nextInt(50)).toArray()); break;
				case 14: b.setGenericRecord(name, someItem(random, depth, seed)); break;
				default: b.setArrayOfGenericRecord(name, new GenericRecord[] {
					someItem(random, depth, seed), someItem(random, depth, seed)}); break;
			}
		}
		return b.build();
	}

	private static void print(InternalSerializationService[] orders, String what, GenericRecord record) {
		for (InternalSerializationService order : orders) {
			byte[] data = order.toData(record).toByteArray();
			System.out.println(what + (order.getByteOrder() == ByteOrder.BIG_ENDIAN ? " BE " : " LE ") + hex(data));
		}
	}

	public static void main(String[] unused) {
		Schemas schemas = new Schemas();
		InternalSerializationService[] orders = {
			new DefaultSerializationServiceBuilder().setSchemaService(schemas)
					.setByteOrder(ByteOrder.BIG_ENDIAN).build(),
			new DefaultSerializationServiceBuilder().setSchemaService(schemas)
					.setByteOrder(ByteOrder.LITTLE_ENDIAN).build(),
		};
		char[] letters = new char[70000];
		Arrays.fill(letters, 'x');
		print(orders, "sample full", full("Gr\u00fc\u00dfe \ud83d\ude80"));
		print(orders, "sample nulls", bare(false));
		print(orders, "sample empty", bare(true));
		print(orders, "sample middle", full(new String(letters, 0, 300)));
		print(orders, "sample large", full(new String(letters)));
		Random random = new Random(42);
		for (int i = 0; i < RANDOM; i++) {
			print(orders, "random -", someRecord(random, random, 0));
		}
	}
}

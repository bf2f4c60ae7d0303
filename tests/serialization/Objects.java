// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.aggregation.Aggregators;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.projection.Projections;
import com.hazelcast.query.Predicate;
import com.hazelcast.query.Predicates;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

/**
 * What Java writes for objects that members know: takes the names of objects from standard input and
 * answers each line with the object's Data in hexadecimal, little-endian, a space, big-endian.
 */
public final class Objects {
	private static final Map<String, Object> OBJECTS = new HashMap<>();

	private Objects() {
	}

	private static void predicates() {
		OBJECTS.put("parse", Predicates.sql("age > 30 and name like 'A%'"));
		OBJECTS.put("equal", Predicates.equal("age", 7));
		OBJECTS.put("equal_null", Predicates.equal("name", null));
		OBJECTS.put("not_equal", Predicates.notEqual("name", "Zo\u00eb \ud83d\ude00"));
		OBJECTS.put("greater", Predicates.greaterThan("pay", 1.5));
		OBJECTS.put("greater_equal", Predicates.greaterEqual("__key", 1L << 40));
		OBJECTS.put("less", Predicates.lessThan("this", new BigDecimal("-12.50")));
		OBJECTS.put("less_equal", Predicates.lessEqual("a.b[any].c", (short) -2));
		OBJECTS.put("between", Predicates.between("age", 18, 65));
		OBJECTS.put("in", Predicates.in("name", "a", "", "b"));
		OBJECTS.put("in_nothing", Predicates.in("name"));
		OBJECTS.put("like", Predicates.like("name", "A_%"));
		OBJECTS.put("ilike", Predicates.ilike("name", "a%"));
		OBJECTS.put("regex", Predicates.regex("name", "^A.*[0-9]$"));
		OBJECTS.put("instance_of", Predicates.instanceOf(Long.class));
		OBJECTS.put("true", Predicates.alwaysTrue());
		OBJECTS.put("false", Predicates.alwaysFalse());
		Predicate<Object, Object> young = Predicates.lessThan("age", 20);
		Predicate<Object, Object> old = Predicates.greaterThan("age", 60);
		Predicate<Object, Object> named = Predicates.equal("id", new UUID(1, 2));
		OBJECTS.put("and", Predicates.and(young, named));
		OBJECTS.put("or", Predicates.or(young, old));
		OBJECTS.put("not", Predicates.not(young));
		OBJECTS.put("all_of", Predicates.and(named, Predicates.not(old), Predicates.or(young, old)));
		OBJECTS.put("any_of", Predicates.or(young, old, named));
		OBJECTS.put("in_partition", Predicates.partitionPredicate("key", young));
	}

	private static void aggregators() {
		String a = "pay";
		OBJECTS.put("count", Aggregators.count(a));
		OBJECTS.put("count_all", Aggregators.count());
		OBJECTS.put("distinct", Aggregators.distinct(a));
		OBJECTS.put("min", Aggregators.comparableMin(a));
		OBJECTS.put("max", Aggregators.comparableMax(a));
		OBJECTS.put("min_by", Aggregators.minBy(a));
		OBJECTS.put("max_by", Aggregators.maxBy(a));
		OBJECTS.put("int_sum", Aggregators.integerSum(a));
		OBJECTS.put("long_sum", Aggregators.longSum(a));
		OBJECTS.put("double_sum", Aggregators.doubleSum(a));
		OBJECTS.put("big_integer_sum", Aggregators.bigIntegerSum(a));
		OBJECTS.put("big_decimal_sum", Aggregators.bigDecimalSum(a));
		OBJECTS.put("fixed_point_sum", Aggregators.fixedPointSum(a));
		OBJECTS.put("floating_point_sum", Aggregators.floatingPointSum(a));
		OBJECTS.put("int_avg", Aggregators.integerAvg(a));
		OBJECTS.put("long_avg", Aggregators.longAvg(a));
		OBJECTS.put("double_avg", Aggregators.doubleAvg(a));
		OBJECTS.put("big_integer_avg", Aggregators.bigIntegerAvg(a));
		OBJECTS.put("big_decimal_avg", Aggregators.bigDecimalAvg(a));
		OBJECTS.put("number_avg", Aggregators.numberAvg(a));
	}

	private static void others() {
		OBJECTS.put("single", Projections.singleAttribute("pay"));
		OBJECTS.put("multi", Projections.multiAttribute("pay", "name"));
		OBJECTS.put("identity", Projections.identity());
	}

	private static String write(Object object, ByteOrder order) {
		InternalSerializationService service =
				new DefaultSerializationServiceBuilder().setByteOrder(order).build();
		try {
			return HexFormat.of().formatHex(service.toData(object).toByteArray());
		} finally {
			service.dispose();
		}
	}

	public static void main(String[] arguments) throws Exception {
		predicates();
		aggregators();
		others();
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			Object object = OBJECTS.get(line);
			System.out.println(object == null ? "none"
					: write(object, ByteOrder.LITTLE_ENDIAN) + " "
							+ write(object, ByteOrder.BIG_ENDIAN));
			System.out.flush();
		}
	}
}

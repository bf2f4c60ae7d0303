// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.internal.serialization.impl.compact.FieldDescriptor;
import com.hazelcast.internal.serialization.impl.compact.Schema;
import com.hazelcast.internal.serialization.impl.compact.SchemaWriter;
import com.hazelcast.nio.serialization.FieldKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Prints schemas and what members make of them: "TYPE ID FIXED VARIABLE COUNT" on one line, then
 * "NAME KIND OFFSET BIT INDEX" for each field, in the order in which it was added. Names are in hex
 * behind an 'x'; what a field does not have is -1. Run by tools/java.py.
 */
public final class Schemas {
	private static final String[] ALPHABETS = {
		"abcdefghijklmnopqrstuvwxyz", "aA_0-.", "\u00e9\u4e16\ud7ff\ue000\uffee",
	};
	private static final int[] BEYOND = {0x1f680, 0x10000, 0x10ffff, 'a', 0xe001, 0xfffd, 0xd7fe};

	private Schemas() {
	}

	private static String hex(String text) {
		StringBuilder hex = new StringBuilder("x");
		for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
			hex.append(String.format("%02x", b));
		}
		return hex.toString();
	}

	private static String name(Random random) {
		StringBuilder name = new StringBuilder();
		int choice = random.nextInt(ALPHABETS.length + 1);
		for (int i = random.nextInt(12); i >= 0; i--) {
			if (choice == ALPHABETS.length) {
				name.appendCodePoint(BEYOND[random.nextInt(BEYOND.length)]);
			} else {
				name.append(ALPHABETS[choice].charAt(random.nextInt(ALPHABETS[choice].length())));
			}
		}
		return name.toString();
	}

	private static List<FieldKind> kinds() {
		List<FieldKind> kinds = new ArrayList<>();
		for (FieldKind kind : FieldKind.values()) {
			String name = kind.name();
			if (!name.contains("CHAR") && !name.contains("PORTABLE") && kind.getId() != 0) {
				kinds.add(kind);
			}
		}
		return kinds;
	}

	private static void print(String type, Set<String> names, List<FieldKind> kinds, Random random) {
		SchemaWriter writer = new SchemaWriter(type);
		List<FieldDescriptor> fields = new ArrayList<>();
		for (String name : names) {
			FieldKind kind = random == null
					? kinds.get(fields.size() % kinds.size())
					: kinds.get(random.nextInt(kinds.size()));
			FieldDescriptor field = new FieldDescriptor(name, kind);
			fields.add(field);
			writer.addField(field);
		}
		Schema schema = writer.build();
		System.out.println(hex(type) + " " + schema.getSchemaId() + " "
				+ schema.getFixedSizeFieldsLength() + " "
				+ schema.getNumberOfVariableSizeFields() + " " + fields.size());
		for (FieldDescriptor field : fields) {
			FieldDescriptor placed = schema.getField(field.getFieldName());
			System.out.println(hex(field.getFieldName()) + " " + field.getKind().getId() + " "
					+ placed.getOffset() + " " + placed.getBitOffset() + " " + placed.getIndex());
		}
	}

	public static void main(String[] unused) {
		Random random = new Random(42);
		List<FieldKind> kinds = kinds();
		Set<String> all = new LinkedHashSet<>();
		for (int i = 0; i < 3 * kinds.size(); i++) {
			all.add("field" + i);
		}
		print("all", all, kinds, null);
		print("", new LinkedHashSet<>(), kinds, random);
		for (int i = 0; i < 300; i++) {
			Set<String> names = new LinkedHashSet<>();
			for (int k = random.nextInt(40); k >= 0; k--) {
				names.add(name(random));
			}
			print(name(random), names, i % 3 == 0 ? kinds.subList(0, 2) : kinds, random);
		}
	}
}

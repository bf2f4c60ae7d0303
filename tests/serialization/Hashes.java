// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.internal.serialization.impl.HeapData;
import java.util.Random;

/**
 * Prints payloads and the hash that members take of each: "HEX HASH", one a line. Run by tools/java.py.
 */
public final class Hashes {
	private static final int HEADER = 8;

	private Hashes() {
	}

	private static void print(byte[] payload) {
		byte[] data = new byte[HEADER + payload.length];
		System.arraycopy(payload, 0, data, HEADER, payload.length);
		// Type and partition hash must make no difference.
		for (int i = 0; i < HEADER; i++) {
			data[i] = (byte) payload.length;
		}
		StringBuilder line = new StringBuilder("-");
		for (byte b : payload) {
			line.append(String.format("%02x", b));
		}
		System.out.println(line.append(' ').append(new HeapData(data).hash64()));
	}

	public static void main(String[] unused) {
		Random random = new Random(42);
		for (int length = 0; length < 200; length++) {
			byte[] payload = new byte[length];
			print(payload);
			java.util.Arrays.fill(payload, (byte) -1);
			print(payload);
			for (int i = 0; i < 5; i++) {
				random.nextBytes(payload);
				print(payload);
			}
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.cardinality.CardinalityEstimator;
import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;

/**
 * Java's client on a leash: takes commands from standard input, one line each, and answers each with
 * the estimate of the estimator that it names.
 *
 * <pre>
 *     add NAME MAP KEY      adds the value that the map has under the key
 *     count NAME FROM TO    adds the Longs from FROM up to below TO
 *     estimate NAME         adds nothing
 * </pre>
 *
 * Argument: the members' addresses. Run by tools/java.py.
 */
public final class Estimator {
	private Estimator() {
	}

	private static void carryOut(HazelcastInstance client, String[] words) {
		CardinalityEstimator estimator = client.getCardinalityEstimator(words[1]);
		if (words[0].equals("add")) {
			IMap<Object, Object> map = client.getMap(words[2]);
			estimator.add(map.get(words[3]));
		} else if (words[0].equals("count")) {
			for (long i = Long.parseLong(words[2]); i < Long.parseLong(words[3]); i++) {
				estimator.add(i);
			}
		}
		System.out.println(estimator.estimate());
		System.out.flush();
	}

	public static void main(String[] arguments) throws Exception {
		ClientConfig config = new ClientConfig();
		config.setProperty("hazelcast.logging.type", "none");
		config.getNetworkConfig().setAddresses(Arrays.asList(arguments[0].split(",")));
		HazelcastInstance client = HazelcastClient.newHazelcastClient(config);
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			carryOut(client, line.split(" "));
		}
		client.shutdown();
	}
}

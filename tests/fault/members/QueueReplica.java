// SPDX-License-Identifier: Apache-2.0

import com.hazelcast.collection.impl.queue.QueueContainer;
import com.hazelcast.collection.impl.queue.QueueService;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.QueueConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.nio.BufferObjectDataOutput;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.spi.impl.NodeEngineImpl;
import java.util.concurrent.CyclicBarrier;

/**
 * Whether a member keeps a copy of a queue that it has been sent when its own metrics look at that
 * copy while the first offers for it come in. No client and no network takes part: the copy is
 * written and read as a migration does it, one thread then stores backups of offers into it as the
 * partition's thread does, and another asks for its size as the thread that collects metrics does.
 *
 * <p>Arguments: rounds, items of the copy, and whether to ask ("metrics") or not ("quiet"). Run by
 * tools/java.py.
 */
public final class QueueReplica {
	private static final int OFFERS = 200;

	private final QueueConfig config;
	private final NodeEngineImpl engine;
	private final InternalSerializationService codec;
	private final QueueService service;
	private final Data item;

	private QueueReplica(HazelcastInstance member) {
		config = member.getConfig().findQueueConfig("replica");
		engine = ((HazelcastInstanceProxy) member).getOriginal().node.nodeEngine;
		codec = (InternalSerializationService) engine.getSerializationService();
		service = engine.getService(QueueService.SERVICE_NAME);
		item = codec.toData(1L);
	}

	private byte[] writeOwner(int items) throws Exception {
		QueueContainer owner = new QueueContainer("replica", config, engine, service);
		for (int i = 0; i < items; i++) {
			owner.offer(item);
		}
		BufferObjectDataOutput out = codec.createObjectDataOutput();
		owner.writeData(out);
		return out.toByteArray();
	}

	/** How many items the copy has in the end, of those that it was sent or offered. */
	private int keep(byte[] sent, int items, boolean metrics) throws Exception {
		QueueContainer copy = new QueueContainer("replica", config, engine, service);
		copy.readData(codec.createObjectDataInput(sent));
		copy.setConfig(config, engine, service);
		CyclicBarrier start = new CyclicBarrier(2);
		Thread asking = new Thread(() -> {
			try {
				start.await();
				if (metrics) {
					copy.backupSize();
				}
			} catch (Exception e) {
				System.out.println("the asking thread ended: " + e);
			}
		});
		asking.start();
		start.await();
		for (int i = 1; i <= OFFERS; i++) {
			copy.offerBackup(item, items + i);
		}
		asking.join();
		return copy.backupSize();
	}

	private static HazelcastInstance startMember() {
		Config config = new Config();
		config.setProperty("hazelcast.logging.type", "none");
		config.setProperty("hazelcast.phone.home.enabled", "false");
		config.setProperty("hazelcast.metrics.enabled", "false");
		JoinConfig join = config.getNetworkConfig().getJoin();
		join.getAutoDetectionConfig().setEnabled(false);
		join.getMulticastConfig().setEnabled(false);
		config.getNetworkConfig().getInterfaces().setEnabled(true)
				.addInterface("127.0.0.1");
		return Hazelcast.newHazelcastInstance(config);
	}

	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[0]);
		int items = Integer.parseInt(arguments[1]);
		boolean metrics = arguments[2].equals("metrics");
		HazelcastInstance member = startMember();
		QueueReplica replica = new QueueReplica(member);
		byte[] sent = replica.writeOwner(items);
		int losing = 0;
		int most = 0;
		for (int i = 0; i < rounds; i++) {
			int lost = items + OFFERS - replica.keep(sent, items, metrics);
			losing += lost > 0 ? 1 : 0;
			most = Math.max(most, lost);
		}
		System.out.printf("%d of %d copies of %d items lost some, %d at most%n", losing,
				rounds, items, most);
		member.shutdown();
	}
}

package peers;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A Kafka Streams application that folds Rapport's topic into two persistent stores and serves them over Vert.x.
 *
 * <p>StreamsPeer BROKERS TOPIC STATE_DIRECTORY APPLICATION_ID on|off PORT; on or off is the stores' changelog. It ends in
 * order on SIGTERM.
 */
public final class StreamsPeer {
  private StreamsPeer() {}

  public static void main(String[] args) throws Exception {
    String topic = args[1];
    boolean logged = args[4].equals("on");
    int port = Integer.parseInt(args[5]);
    LongAdder applied = new LongAdder();
    KafkaStreams streams = new KafkaStreams(topology(topic, logged, applied), settings(args[0], args[2], args[3]));
    StreamsReads reads = new StreamsReads(streams, partitions(args[0], topic), applied);
    Vertx vertx = Vertx.vertx();
    vertx.deployVerticle(() -> new Server(reads, port), new DeploymentOptions().setInstances(2))
        .toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static int partitions(String brokers, String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers))) {
      return admin.describeTopics(List.of(topic)).allTopicNames().get(30, TimeUnit.SECONDS).get(topic).partitions().size();
    }
  }

  private static Properties settings(String brokers, String directory, String application) {
    Properties settings = new Properties();
    settings.putAll(Map.of(
        StreamsConfig.APPLICATION_ID_CONFIG, application,
        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
        StreamsConfig.STATE_DIR_CONFIG, directory,
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE,
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2,
        StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L << 20,
        StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class,
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 30_000));
    settings.putAll(Map.of(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest",
        // A static member: after a restart it goes on at once, where another waits until its old self is given up.
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), "peer",
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000,
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20,
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000,
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20,
        StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000));
    settings.putAll(Map.of(
        StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4",
        StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10,
        StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 50,
        StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20));
    return settings;
  }

  private static Topology topology(String topic, boolean logged, LongAdder applied) {
    Topology topology = new Topology();
    topology.addSource("events", Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), topic);
    topology.addProcessor("fold", () -> new FoldProcessor(applied), "events");
    // A contact is written at nearly every event, so its store is cached; a timeline row is written once.
    topology.addStateStore(store(FoldProcessor.CONTACTS, logged).withCachingEnabled(), "fold");
    topology.addStateStore(store(FoldProcessor.TIMELINE, logged), "fold");
    return topology;
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name, boolean logged) {
    var builder = Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    return logged ? builder.withLoggingEnabled(Map.of()) : builder.withLoggingDisabled();
  }

  /** One event loop's server; both share the port. Reads come from memory mostly, so they run on the loop. */
  private static final class Server extends VerticleBase {
    private final StreamsReads reads;
    private final int port;

    Server(StreamsReads reads, int port) {
      this.reads = reads;
      this.port = port;
    }

    @Override
    public Future<?> start() {
      return vertx.createHttpServer().requestHandler(reads::answer).listen(port, "127.0.0.1");
    }
  }
}

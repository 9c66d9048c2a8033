#include "engine/log/kafka_group.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/log/kafka_client.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollWaitMs = 100;
constexpr std::chrono::milliseconds kAskWait{2'000};
constexpr std::chrono::milliseconds kRetryDelay{200};
constexpr std::string_view kClientIdPrefix = "rapport@";
constexpr std::size_t kInstanceIdMax = 249;

// Of a member's name in the group Kafka takes letters, digits, ".", "_" and "-".
std::string instance_id_of(std::string_view address) {
  std::string id = "rapport-";
  for (const char c : address) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    id += kept ? c : '_';
  }
  return id;
}

std::set<Partition> partitions_of(const rd_kafka_topic_partition_list_t* list, const std::string& topic) {
  std::set<Partition> out;
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].topic == topic) out.insert(Partition{list->elems[i].partition});
  }
  return out;
}

}  // namespace

struct KafkaGroup::Impl {
  Impl(const KafkaGroupOptions& given, Assigned tell) : options(given), assigned(std::move(tell)) {}

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    stop_due.notify_all();
    if (poller.joinable()) poller.join();
    if (describer.joinable()) describer.join();
  }

  Result<void> join();
  void rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions);
  void poll();
  void tell_assigned();
  void describe();
  Result<void> describe_once();
  void take_description(const rd_kafka_ConsumerGroupDescription_t& group, Clock::time_point asked);
  bool rest(std::chrono::milliseconds duration) {
    std::unique_lock lock(mutex);
    return !stop_due.wait_for(lock, duration, [this] { return stopping; });
  }
  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  void set_error(std::optional<Error> next) {
    const std::lock_guard lock(mutex);
    error = std::move(next);
  }

  const KafkaGroupOptions options;
  const Assigned assigned;

  mutable std::mutex mutex;
  std::condition_variable stop_due;
  bool stopping = false;
  std::vector<GroupMember> members;
  std::optional<Clock::time_point> confirmed_at;
  std::optional<Error> error, not_taken, fatal;

  // Of the polling thread, on which the rebalance callback runs, too.
  std::optional<std::set<Partition>> untold;
  Clock::time_point tell_due{};

  KafkaPtr client, asking;
  std::thread poller, describer;
};

Result<void> KafkaGroup::Impl::join() {
  const std::string timeout = std::to_string(options.session_timeout.count());
  const std::string heartbeat = std::to_string(std::max<std::int64_t>(options.session_timeout.count() / 12, 100));
  const std::array fixed{
      KafkaProperty{"group.id", options.group}, KafkaProperty{"group.instance.id", instance_id_of(options.address)},
      KafkaProperty{"client.id", std::string(kClientIdPrefix) + options.address},
      KafkaProperty{"session.timeout.ms", timeout}, KafkaProperty{"heartbeat.interval.ms", heartbeat},
      KafkaProperty{"enable.auto.commit", "false"}, KafkaProperty{"enable.auto.offset.store", "false"},
      KafkaProperty{"auto.offset.reset", "error"},
      // The cooperative protocol of librdkafka before 2.6 can loop for ever.
      KafkaProperty{"partition.assignment.strategy", "range"}, KafkaProperty{"allow.auto.create.topics", "false"}};
  // What comes before the pause is thrown away: let it be little.
  const std::array defaults{KafkaProperty{"queued.max.messages.kbytes", "64"},
                            KafkaProperty{"socket.timeout.ms", "6000"}};
  const auto on_rebalance = [](rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                               void* group) { static_cast<Impl*>(group)->rebalanced(code, partitions); };
  const auto on_error = [](rd_kafka_t*, int code, const char* reason, void* group) {
    auto told = told_error(static_cast<rd_kafka_resp_err_t>(code), reason);
    if (told) static_cast<Impl*>(group)->set_error(std::move(told));
  };
  auto made = make_kafka_client(KafkaRole::consumer, options.connection, {fixed, defaults},
                                {.error = on_error, .rebalance = on_rebalance, .opaque = this});
  if (!made) return made.error();
  client = *std::move(made);
  RAPPORT_TRY(subscribe_to(*client, options.topic, "the group cannot be joined"));
  auto asker = make_kafka_asking_client(options.connection);
  if (!asker) return asker.error();
  asking = *std::move(asker);
  return {};
}

// A partition that is taken away is kept until we are told what is ours instead: who folds it too does no harm, and
// while the group settles nobody else answers for it.
void KafkaGroup::Impl::rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions) {
  if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(client.get(), nullptr);
    return;
  }
  for (int i = 0; i < partitions->cnt; ++i) partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
  rd_kafka_assign(client.get(), partitions);
  rd_kafka_pause_partitions(client.get(), partitions);
  untold = partitions_of(partitions, options.topic);
  tell_due = {};
}

void KafkaGroup::Impl::tell_assigned() {
  if (!untold || Clock::now() < tell_due) return;
  const auto told = assigned(*untold);
  if (told) {
    untold.reset();
  } else {
    tell_due = Clock::now() + kRetryDelay;
  }
  const std::lock_guard lock(mutex);
  not_taken = told ? std::nullopt : std::optional<Error>(told.error());
}

void KafkaGroup::Impl::poll() {
  while (!is_stopping()) {
    const KafkaMessagePtr unread(rd_kafka_consumer_poll(client.get(), kPollWaitMs));
    std::array<char, 256> why{};
    if (rd_kafka_fatal_error(client.get(), why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::lock_guard lock(mutex);
      fatal =
          Error{Errc::locked, std::string("out of the group for good, another member has our address: ") + why.data(),
                "advertise"};
    }
    tell_assigned();
  }
  rd_kafka_consumer_close(client.get());
}

void KafkaGroup::Impl::describe() {
  do {
    if (const auto described = describe_once(); !described) set_error(described.error());
  } while (rest(options.describe_interval));
}

Result<void> KafkaGroup::Impl::describe_once() {
  const auto asked = Clock::now();
  const std::string what = "the group is not described";
  const char* name = options.group.c_str();
  const auto answer = ask_kafka(
      *asking, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, kAskWait,
      [&](auto* wait, auto* answers) { rd_kafka_DescribeConsumerGroups(asking.get(), &name, 1, wait, answers); });
  if (!answer) return Error{answer.error().code, what + ": " + answer.error().detail};
  std::size_t count = 0;
  const auto groups = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(answer->get()), &count);
  if (count != 1) return kafka_error(RD_KAFKA_RESP_ERR_UNKNOWN, what);
  if (const auto* failed = rd_kafka_ConsumerGroupDescription_error(groups[0]); failed != nullptr) {
    return kafka_error(rd_kafka_error_code(failed), what);
  }
  take_description(*groups[0], asked);
  return {};
}

void KafkaGroup::Impl::take_description(const rd_kafka_ConsumerGroupDescription_t& group, Clock::time_point asked) {
  std::vector<GroupMember> found;
  bool ours = false;
  char* const own_id = rd_kafka_memberid(client.get());
  for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(&group); ++i) {
    const auto* member = rd_kafka_ConsumerGroupDescription_member(&group, i);
    if (own_id != nullptr && std::string_view(rd_kafka_MemberDescription_consumer_id(member)) == own_id) ours = true;
    std::string_view client_id = rd_kafka_MemberDescription_client_id(member);
    if (!client_id.starts_with(kClientIdPrefix)) continue;  // no member of ours, but it has partitions: nobody's
    client_id.remove_prefix(kClientIdPrefix.size());
    const auto* list = rd_kafka_MemberAssignment_partitions(rd_kafka_MemberDescription_assignment(member));
    found.push_back({std::string(client_id), partitions_of(list, options.topic)});
  }
  if (own_id != nullptr) rd_kafka_mem_free(client.get(), own_id);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  const std::lock_guard lock(mutex);
  if (ours) {
    confirmed_at = asked;
    error.reset();
  }
  if (rd_kafka_ConsumerGroupDescription_state(&group) == RD_KAFKA_CONSUMER_GROUP_STATE_STABLE) {
    members = std::move(found);
  }
}

KafkaGroup::KafkaGroup(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaGroup::~KafkaGroup() = default;

Result<std::unique_ptr<KafkaGroup>> KafkaGroup::open(const KafkaGroupOptions& options, Assigned assigned) {
  if (options.group.empty()) return Error{Errc::invalid_argument, "names no group", "group"};
  if (options.address.empty() || instance_id_of(options.address).size() > kInstanceIdMax) {
    return Error{Errc::invalid_argument, "is no HOST:PORT", "advertise"};
  }
  auto impl = std::make_unique<Impl>(options, std::move(assigned));
  RAPPORT_TRY(impl->join());
  impl->poller = std::thread([group = impl.get()] { group->poll(); });
  impl->describer = std::thread([group = impl.get()] { group->describe(); });
  return std::unique_ptr<KafkaGroup>(new KafkaGroup(std::move(impl)));
}

std::vector<GroupMember> KafkaGroup::members() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->members;
}

bool KafkaGroup::is_confirmed() const {
  const std::lock_guard lock(impl_->mutex);
  return !impl_->fatal && impl_->confirmed_at && Clock::now() - *impl_->confirmed_at < impl_->options.session_timeout;
}

std::optional<Error> KafkaGroup::error() const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->fatal) return impl_->fatal;
  return impl_->not_taken ? impl_->not_taken : impl_->error;
}

}  // namespace rapport

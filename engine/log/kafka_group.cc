#include "engine/log/kafka_group.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "engine/log/kafka_assignment.h"
#include "engine/log/kafka_client.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollWaitMs = 100;
constexpr std::chrono::milliseconds kAskWait{2'000};
constexpr std::chrono::milliseconds kRetryDelay{200};
constexpr std::string_view kClientIdPrefix = "rapport@";
constexpr std::size_t kInstanceIdMax = 249;
constexpr std::size_t kHadIdsMax = 64;
constexpr int kUnknownSessionsMax = 2;  // session timeouts that a member waits for a broker that does not have it
constexpr std::string_view kStable = "Stable";  // of a group, where everybody has what the broker shows

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
  Result<void> ask();
  bool must_join_anew() const;
  void join_anew();
  void keep_own_id();
  void rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions);
  void poll();
  void take_refusal(const rd_kafka_message_t& message);
  void tell_assigned();
  void describe();
  Result<void> describe_once();
  Result<void> take_description(const rd_kafka_group_info& group, Clock::time_point asked);
  bool rest(std::chrono::milliseconds duration) {
    std::unique_lock lock(mutex);
    return !stop_due.wait_for(lock, duration, [this] { return stopping; });
  }
  std::pair<std::string, std::deque<std::string>> ids_in_group() const {
    const std::lock_guard lock(mutex);
    return {own_id, had_ids};
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
  std::string own_id;               // as a member: the broker's name for this joining
  std::deque<std::string> had_ids;  // and for those before, the newest last
  std::optional<Clock::time_point> confirmed_at;
  std::optional<Clock::time_point> free_since;     // nobody of our name has been in the group from then on
  std::optional<Clock::time_point> unknown_since;  // the broker answers, and does not have us, from then on
  std::optional<Error> error, not_taken, fatal;
  std::optional<Error> refused;  // of who may not join, until we have partitions

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
  return subscribe_to(*client, options.topic, "the group cannot be joined");
}

Result<void> KafkaGroup::Impl::ask() {
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
  const std::lock_guard lock(mutex);
  refused.reset();
}

// Who may not join is not told by the group's description: it leaves the group out.
void KafkaGroup::Impl::take_refusal(const rd_kafka_message_t& message) {
  if (message.err != RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED &&
      message.err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return;
  }
  const std::lock_guard lock(mutex);
  refused = kafka_error(message.err, "the group " + options.group + " cannot be joined");
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
  name_thread("kafka group");
  while (!is_stopping()) {
    const KafkaMessagePtr unread(rd_kafka_consumer_poll(client.get(), kPollWaitMs));
    if (unread) take_refusal(*unread);
    std::array<char, 256> why{};
    if (rd_kafka_fatal_error(client.get(), why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::lock_guard lock(mutex);
      if (!fatal) free_since.reset();  // what was seen before says nothing of who has fenced us
      fatal = Error{Errc::locked, std::string("out of the group while another member has our address: ") + why.data(),
                    "advertise"};
    }
    if (must_join_anew()) join_anew();
    keep_own_id();
    tell_assigned();
  }
  rd_kafka_consumer_close(client.get());
}

void KafkaGroup::Impl::keep_own_id() {
  char* const id = rd_kafka_memberid(client.get());
  {
    const std::lock_guard lock(mutex);
    own_id = id == nullptr ? "" : id;
    if (!own_id.empty() && (had_ids.empty() || had_ids.back() != own_id)) had_ids.push_back(own_id);
    if (had_ids.size() > kHadIdsMax) had_ids.pop_front();
  }
  if (id != nullptr) rd_kafka_mem_free(client.get(), id);
}

// A client that was fenced does nothing any more. And one that the broker does not have, and does not turn away either,
// would wait for ever: a broker whose coordinator fell behind its own log as it was started again told a member nothing
// in three minutes.
bool KafkaGroup::Impl::must_join_anew() const {
  const std::lock_guard lock(mutex);
  const auto now = Clock::now();
  if (fatal) return free_since && now - *free_since >= options.session_timeout;
  return unknown_since && now - *unknown_since >= kUnknownSessionsMax * options.session_timeout;
}

// Another client takes its place.
void KafkaGroup::Impl::join_anew() {
  rd_kafka_consumer_close(client.get());
  const auto joined = join();
  const std::lock_guard lock(mutex);
  free_since.reset();
  unknown_since.reset();
  if (joined) {
    fatal.reset();
  } else {
    fatal = joined.error();
  }
}

void KafkaGroup::Impl::describe() {
  name_thread("kafka members");
  do {
    if (const auto described = describe_once(); !described) {
      const std::lock_guard lock(mutex);
      error = described.error();
      unknown_since.reset();
    }
  } while (rest(options.describe_interval));
}

Result<void> KafkaGroup::Impl::describe_once() {
  const auto asked = Clock::now();
  const std::string what = "the group is not described";
  rd_kafka_poll(asking.get(), 0);  // what it tells of its connections must not pile up
  const rd_kafka_group_list* list = nullptr;
  // Not DescribeConsumerGroups: in librdkafka it ends the process when a broker goes while it is asked (issue 4605).
  const auto code =
      rd_kafka_list_groups(asking.get(), options.group.c_str(), &list, static_cast<int>(kAskWait.count()));
  const std::unique_ptr<const rd_kafka_group_list, void (*)(const rd_kafka_group_list*)> held(
      list, [](const rd_kafka_group_list* one) { rd_kafka_group_list_destroy(one); });
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    return Error{Errc::log_unavailable, what + ": " + no_broker_answers(*asking, code).detail};
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, what);
  if (list->group_cnt != 1) {
    // Either nobody has joined yet, or the broker's coordinator has not loaded its groups.
    return Error{Errc::log_unavailable, what + ": no broker has a group of this name"};
  }
  if (list->groups[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(list->groups[0].err, what);
  return take_description(list->groups[0], asked);
}

Result<void> KafkaGroup::Impl::take_description(const rd_kafka_group_info& group, Clock::time_point asked) {
  std::vector<GroupMember> found;
  bool ours = false, of_our_name = false;
  const auto [own, had] = ids_in_group();
  for (const rd_kafka_group_member_info& member :
       std::span(group.members, static_cast<std::size_t>(group.member_cnt))) {
    if (!own.empty() && own == member.member_id) ours = true;
    const bool was_ours = std::find(had.begin(), had.end(), member.member_id) != had.end();
    std::string_view client_id = member.client_id;
    if (!client_id.starts_with(kClientIdPrefix)) continue;  // no member of ours, but it has partitions: nobody's
    client_id.remove_prefix(kClientIdPrefix.size());
    // A broker that lost what it had told us of our newest joining has an earlier one, and may keep it for ever.
    of_our_name = of_our_name || (client_id == options.address && !was_ours);
    auto partitions = assigned_partitions(
        {static_cast<const char*>(member.member_assignment), static_cast<std::size_t>(member.member_assignment_size)},
        options.topic);
    if (!partitions) return partitions.error();
    found.push_back({std::string(client_id), *std::move(partitions)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  const std::lock_guard lock(mutex);
  if (ours) {
    confirmed_at = asked;
    error.reset();
    unknown_since.reset();
  } else if (!unknown_since) {
    unknown_since = asked;
  }
  if (of_our_name) {
    free_since.reset();
  } else if (!free_since) {
    free_since = asked;
  }
  if (group.state == kStable) members = std::move(found);
  return {};
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
  RAPPORT_TRY(impl->ask());
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
  if (impl_->refused) return impl_->refused;
  return impl_->not_taken ? impl_->not_taken : impl_->error;
}

}  // namespace rapport

// /metrics, for Prometheus.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "engine/http/api/api_services.h"
#include "engine/http/api/process_usage.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// The text format of Prometheus, version 0.0.4: a handful of figures needs no registry.
class Metrics {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void sample(const std::string& labels, const std::string& value) {
    out_.append(name_).append(labels).append(" ").append(value).append("\n");
  }
  template <class Number>
  void sample(const std::string& labels, Number value) {
    sample(labels, std::to_string(value));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string name_, out_;
};

std::string label_of(Partition partition) {
  return "{partition=\"" + (partition == kControlPartition ? "control" : std::to_string(partition.value)) + "\"}";
}

bool stands_still(const FoldStatus& status) {
  return status.halted || status.damage || status.frozen_version ||
         std::ranges::any_of(status.partitions, [](const PartitionStatus& row) { return row.error.has_value(); });
}

void tell_fold(Metrics& out, const View& view, const FoldStatus& status) {
  const OutcomeCounts counts = total_counts(view.checkpoints());
  out.family("rapport_events_total", "counter", "Records of the log that were folded, by how they ended.");
  out.sample("{outcome=\"accepted\"}", counts.accepted);
  out.sample("{outcome=\"repeated\"}", counts.repeated);
  out.sample("{outcome=\"refused\"}", counts.refused);
  out.sample("{outcome=\"parked\"}", counts.parked);
  out.family("rapport_contacts", "gauge", "Live contacts.");
  out.sample("", contact_count(view));
  out.family("rapport_fold_lag_events", "gauge", "Offsets between what is folded and the log's end.");
  for (const PartitionStatus& row : status.partitions) out.sample(label_of(row.partition), row.lag);
  out.family("rapport_fold_lag_seconds", "gauge", "Age of the last record folded; 0 when level.");
  for (const PartitionStatus& row : status.partitions) out.sample(label_of(row.partition), row.lag_seconds);
  out.family("rapport_fold_halted", "gauge",
             "1 where the fold stands still, rows are damaged or a partition cannot be read.");
  out.sample("", stands_still(status) ? 1 : 0);
  out.family("rapport_fold_steps_total", "counter", "Batches folded since the start.");
  out.sample("", status.steps);
  out.family("rapport_fold_records_total", "counter", "Records folded since the start.");
  out.sample("", status.records);
  out.family("rapport_fold_rested_seconds_total", "counter", "In which the fold gave way to publishers.");
  out.sample("", std::chrono::duration<double>(status.rested).count());
}

void tell_limited(Metrics& out, const LimitedCounts& limited) {
  out.family("rapport_rate_limited_total", "counter", "Requests answered 429 since the start, by what came too often.");
  out.sample("{limit=\"key\"}", limited.keys);
  out.sample("{limit=\"page_key\"}", limited.pages);
  out.sample("{limit=\"wrong_key\"}", limited.wrong_keys);
}

void tell_scrub(Metrics& out, const ScrubStatus& scrub) {
  out.family("rapport_scrub_contacts_total", "counter", "Contacts checked in the background since the start.");
  out.sample("", scrub.checked);
  out.family("rapport_scrub_damaged_contacts", "gauge", "Contacts whose rows do not agree.");
  out.sample("", scrub.damaged);
}

void tell_inbox(Metrics& out, const InboxStatus& inbox) {
  out.family("rapport_inbox_moved_total", "counter", "Records of the inbox that stand in the log since the start.");
  out.sample("", inbox.handed_on);
  out.family("rapport_inbox_parked_total", "counter", "Records of the inbox that were parked since the start.");
  out.sample("", inbox.parked);
  out.family("rapport_inbox_lost_total", "counter", "Records that a retention deleted from the inbox unread.");
  for (const InboxPartition& partition : inbox.partitions) {
    out.sample(label_of(Partition{partition.partition}), partition.lost);
  }
}

void tell_store(Metrics& out, const std::string& store, const StoreMemory& memory) {
  const auto tell = [&](const std::string& part, std::uint64_t bytes) {
    out.sample("{store=\"" + store + "\",part=\"" + part + "\"}", bytes);
  };
  tell("write_buffers", memory.write_buffers);
  tell("cache", memory.cache);
  tell("cache_pinned", memory.pinned);
  tell("table_readers", memory.table_readers);
}

void tell_memory(Metrics& out, const View& view, const EventLog& log) {
  out.family("rapport_store_memory_bytes", "gauge", "What stores have in memory; cache_pinned is part of cache.");
  tell_store(out, "rows", view.store().memory());
  if (const auto kept = log.store_memory()) tell_store(out, "log", *kept);
  if (const auto allocated = allocated_bytes()) {
    out.family("rapport_allocated_bytes", "gauge", "Memory that is in use, without what its allocator keeps free.");
    out.sample("", *allocated);
  }
}

// Names and meanings are those that Prometheus asks of every client library.
void tell_process(Metrics& out, const ProcessUsage& usage) {
  out.family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
  out.sample("", usage.resident_bytes);
  out.family("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
  out.sample("", usage.cpu_seconds);
  out.family("process_open_fds", "gauge", "Number of open file descriptors.");
  out.sample("", usage.open_files);
  out.family("process_max_fds", "gauge", "Maximum number of open file descriptors.");
  out.sample("", usage.open_files_max);
}

HttpResponse metrics(ApiServices& services) {
  Metrics out;
  const auto view = services.folder.view();
  tell_fold(out, *view, services.folder.status());
  out.family("rapport_log_healthy", "gauge", "1 where the log takes and gives records.");
  out.sample("", services.log.health().error ? 0 : 1);
  out.family("rapport_disk_low", "gauge", "1 where nothing is written, because the disk is almost full.");
  out.sample("", services.check_room() ? 0 : 1);
  tell_limited(out, services.keys.limited());
  if (const auto scrub = services.scrub()) tell_scrub(out, *scrub);
  if (const auto inbox = services.inbox()) tell_inbox(out, *inbox);
  tell_memory(out, *view, services.log);
  tell_process(out, process_usage());
  HttpResponse response;
  response.content_type = kMetricsType;
  response.body = out.take();
  return response;
}

}  // namespace

void add_metrics_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/metrics",
              .scope = "status:read",
              .handler = handler_of([&services](RequestContext&) { return metrics(services); }),
              .produces = kMetricsType});
}

}  // namespace rapport

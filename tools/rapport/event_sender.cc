#include "tools/rapport/event_sender.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kBatchLinesMax = 1'000;
constexpr std::size_t kBatchBytesMax = 1u << 20;

std::uint64_t count_of(const json::object& totals, const char* name) {
  const json::value* value = totals.if_contains(name);
  return value == nullptr ? 0 : value->to_number<std::uint64_t>();
}

}  // namespace

Result<void> EventSender::add(std::string_view line) {
  if (line.empty()) return {};
  batch_.append(line).append("\n");
  ends_.push_back(batch_.size());
  if (ends_.size() < kBatchLinesMax && batch_.size() < kBatchBytesMax) return {};
  return send();
}

Result<void> EventSender::finish() { return ends_.empty() ? Result<void>() : send(); }

Result<void> EventSender::send() {
  const auto answer = api_.send(HttpMethod::post, "/v1/events", batch_, "application/x-ndjson");
  if (!answer) return answer.error();
  const json::object& totals = answer->at("totals").as_object();
  totals_.accepted += count_of(totals, "accepted");
  totals_.repeated += count_of(totals, "repeated");
  totals_.refused += count_of(totals, "refused");
  totals_.parked += count_of(totals, "parked");
  totals_.rejected += count_of(totals, "rejected");
  totals_.durable += count_of(totals, "durable");
  for (const json::value& result : answer->at("results").as_array()) {
    const auto index = result.at("index").to_number<std::size_t>();
    const std::size_t begin = index == 0 ? 0 : ends_.at(index - 1);
    rejected_(std::string_view(batch_).substr(begin, ends_.at(index) - begin - 1), result.as_object());
  }
  batch_.clear();
  ends_.clear();
  return {};
}

std::string totals_text(const SendTotals& totals) {
  std::string out = std::to_string(totals.accepted) + " accepted, " + std::to_string(totals.repeated) + " repeated, " +
                    std::to_string(totals.refused) + " refused, " + std::to_string(totals.rejected) + " rejected";
  if (totals.parked > 0) out += ", " + std::to_string(totals.parked) + " parked";
  if (totals.durable > 0) out += ", " + std::to_string(totals.durable) + " durable and not yet folded";
  return out;
}

}  // namespace rapport

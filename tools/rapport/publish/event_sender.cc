#include "tools/rapport/publish/event_sender.h"

#include "tools/rapport/terminal/json_text.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kBatchLinesMax = 1'000;
constexpr std::size_t kBatchBytesMax = 1u << 20;
constexpr std::chrono::seconds kPatience{60};  // longer than it takes a group to notice that one of its own is gone

std::uint64_t count_of(const json::object& totals, const char* name) {
  const json::value* value = totals.if_contains(name);
  return value == nullptr ? 0 : value->to_number<std::uint64_t>();
}

// "line 3: data.url" is of the batch's third line; that line's own number is told beside it.
void drop_line_number(json::object& result) {
  const json::value* field = result.if_contains("field");
  if (field == nullptr || !field->is_string()) return;
  const auto text = json::value_to<std::string>(*field);
  if (!text.starts_with("line ")) return;
  const auto colon = text.find(": ");
  if (colon == std::string::npos) {
    result.stable_erase("field");
  } else {
    result["field"] = text.substr(colon + 2);
  }
}

}  // namespace

std::string rejection_text(const RejectedLine& line, std::string_view counted) {
  std::string out = std::string(counted) + " " + std::to_string(line.number) + ": " + json_text(line.result, "status");
  for (const char* name : {"code", "field", "detail"}) {
    if (line.result.contains(name)) out += ": " + json_text(line.result, name);
  }
  return printable(out);
}

Result<void> EventSender::add(std::string_view line, std::uint64_t number) {
  if (line.empty()) return {};
  lines_.push_back({number, batch_.size(), batch_.size() + line.size()});
  batch_.append(line).append("\n");
  if (lines_.size() < kBatchLinesMax && batch_.size() < kBatchBytesMax) return {};
  return send();
}

Result<void> EventSender::finish() { return lines_.empty() ? Result<void>() : send(); }

Result<void> EventSender::send() {
  const auto answer = api_.send_patiently(HttpMethod::post, "/v1/events", batch_, "application/x-ndjson", kPatience);
  if (!answer) return answer.error();
  const json::object& totals = answer->at("totals").as_object();
  totals_.accepted += count_of(totals, "accepted");
  totals_.repeated += count_of(totals, "repeated");
  totals_.refused += count_of(totals, "refused");
  totals_.parked += count_of(totals, "parked");
  totals_.rejected += count_of(totals, "rejected");
  totals_.durable += count_of(totals, "durable");
  for (const json::value& told : answer->at("results").as_array()) {
    const Line& line = lines_.at(told.at("index").to_number<std::size_t>());
    json::object result = told.as_object();
    // Where it stood in this batch: known to nobody but us.
    result.stable_erase("index");
    drop_line_number(result);
    rejected_({line.number, std::string_view(batch_).substr(line.begin, line.end - line.begin), result});
  }
  batch_.clear();
  lines_.clear();
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

#include "projections/visit_case.h"

#include "projections/row_bytes.h"

namespace rapport {
namespace {

// A stamp that was never written is one zero byte; others have their time relative to the row's first.
void write_stamp(RowWriter& out, WriteStamp stamp, Timestamp base) {
  if (stamp == WriteStamp{}) return out.number(0);
  out.number(static_cast<std::uint64_t>(stamp.offset.value) + 1);
  out.signed_number(ms_between(base, stamp.time));
}

WriteStamp read_stamp(RowReader& in, Timestamp base) {
  const std::uint64_t offset = in.number();
  if (offset == 0) return {};
  const Timestamp time = time_after(base, in.signed_number());
  return {time, Offset{static_cast<std::int64_t>(offset - 1)}};
}

void write_span(RowWriter& out, std::optional<Timestamp> first, std::optional<Timestamp> last) {
  if (!first || !last) panic("a visit or case row without an event");
  out.time(*first);
  out.number(static_cast<std::uint64_t>(ms_between(*first, *last)));
}

void read_span(RowReader& in, std::optional<Timestamp>& first, std::optional<Timestamp>& last) {
  first = in.time();
  last = time_after(*first, static_cast<std::int64_t>(in.number()));
}

// At the row's end; most have none.
void write_segment(RowWriter& out, std::uint32_t segment) {
  if (segment != 0) out.number(segment);
}

std::uint32_t read_segment(RowReader& in) {
  if (!in.ok() || in.done()) return 0;
  const std::uint64_t segment = in.number();
  if (segment == 0) in.damage();
  return static_cast<std::uint32_t>(segment);
}

Error damaged(std::string_view what) { return {Errc::corrupt, "a " + std::string(what) + " row does not decode"}; }

}  // namespace

CaseStatus Case::status() const {
  std::size_t winner = 0;
  for (std::size_t i = 1; i < status_since.size(); ++i) {
    if (status_since[winner] < status_since[i]) winner = i;
  }
  return static_cast<CaseStatus>(winner);
}

std::string encode_visit(const Visit& visit) {
  std::string row;
  RowWriter out(row);
  write_span(out, visit.first_time, visit.last_time);
  write_stamp(out, visit.started, *visit.first_time);
  write_stamp(out, visit.ended, *visit.first_time);
  out.number(visit.pages);
  write_segment(out, visit.segment);
  return row;
}

Result<Visit> decode_visit(std::string_view row) {
  RowReader in(row);
  Visit visit;
  read_span(in, visit.first_time, visit.last_time);
  visit.started = read_stamp(in, *visit.first_time);
  visit.ended = read_stamp(in, *visit.first_time);
  visit.pages = static_cast<std::uint32_t>(in.number());
  visit.segment = read_segment(in);
  if (!in.done()) return damaged("visit");
  return visit;
}

std::string encode_case(const Case& support_case) {
  std::string row;
  RowWriter out(row);
  write_span(out, support_case.first_time, support_case.last_time);
  write_stamp(out, support_case.started, *support_case.first_time);
  write_stamp(out, support_case.agent, *support_case.first_time);
  for (const WriteStamp& stamp : support_case.status_since) write_stamp(out, stamp, *support_case.first_time);
  out.number(support_case.messages);
  write_segment(out, support_case.segment);
  return row;
}

Result<Case> decode_case(std::string_view row) {
  RowReader in(row);
  Case support_case;
  read_span(in, support_case.first_time, support_case.last_time);
  support_case.started = read_stamp(in, *support_case.first_time);
  support_case.agent = read_stamp(in, *support_case.first_time);
  for (WriteStamp& stamp : support_case.status_since) stamp = read_stamp(in, *support_case.first_time);
  support_case.messages = static_cast<std::uint32_t>(in.number());
  support_case.segment = read_segment(in);
  if (!in.done()) return damaged("case");
  return support_case;
}

}  // namespace rapport

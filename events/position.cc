#include "events/position.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "events/text.h"

namespace rapport {
namespace {

constexpr std::size_t kLogIdSize = 8, kComponentSizeMostly = 16;  // ",12-1234567"

Error malformed(std::string_view text) {
  return {Errc::invalid_argument, quote(text) + " is not a position, like 1f2e3d4c.0-1042"};
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_component(std::string& out, Partition partition, Offset offset) {
  if (partition == kControlPartition) {
    out += 'c';
  } else {
    append_number(out, partition.value);
  }
  out += '-';
  if (offset >= Offset{0}) append_number(out, offset.value);
}

template <class Int>
bool parse_decimal(std::string_view text, Int& value) {
  if (text.empty() || (text.size() > 1 && text[0] == '0') || text[0] == '-') return false;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), value);
  return errc == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string to_string(LogId id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(8, '0');
  for (int i = 7; i >= 0; --i, id.value >>= 4) out[static_cast<std::size_t>(i)] = kHex[id.value & 15];
  return out;
}

Result<LogId> parse_log_id(std::string_view text) {
  LogId id;
  const auto [end, errc] = std::from_chars(text.data(), text.data() + text.size(), id.value, 16);
  const bool lower = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (text.size() != 8 || errc != std::errc{} || end != text.data() + text.size() || !lower) {
    return Error{Errc::invalid_argument, quote(text) + " is not a log id: 8 hex digits"};
  }
  return id;
}

std::string to_string(const PositionToken& token) { return format_positions(token.log, token.offsets); }

std::string format_positions(LogId log, const Positions& offsets) {
  std::string out;
  out.reserve(kLogIdSize + offsets.size() * kComponentSizeMostly);
  out.append(to_string(log)) += '.';
  for (bool first = true; const auto& [partition, offset] : offsets) {
    if (!first) out += ',';
    first = false;
    append_component(out, partition, offset);
  }
  return out;
}

std::string format_position(LogId log, LogPosition position) {
  std::string out = to_string(log);
  out += '.';
  append_component(out, position.partition, position.offset);
  return out;
}

Result<PositionToken> parse_position(std::string_view text) {
  PositionToken token;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return malformed(text);
  const auto log = parse_log_id(text.substr(0, dot));
  if (!log) return malformed(text);
  token.log = *log;
  std::string_view rest = text.substr(dot + 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (comma != std::string_view::npos && rest.empty()) return malformed(text);
    const std::size_t dash = part.find('-');
    if (dash == std::string_view::npos) return malformed(text);
    Partition partition = kControlPartition;
    if (part.substr(0, dash) != "c" && !parse_decimal(part.substr(0, dash), partition.value)) return malformed(text);
    Offset offset;
    const std::string_view number = part.substr(dash + 1);
    if (!number.empty() && !parse_decimal(number, offset.value)) return malformed(text);
    const bool ascending = token.offsets.empty() || token.offsets.rbegin()->first < partition;
    if (!ascending) return malformed(text);
    token.offsets.emplace(partition, offset);
  }
  return token;
}

Offset offset_in(const Positions& positions, Partition partition) {
  const auto found = positions.find(partition);
  return found == positions.end() ? Offset{} : found->second;
}

bool covers(const Positions& reached, const Positions& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const auto& one) { return offset_in(reached, one.first) >= one.second; });
}

void advance(Positions& into, LogPosition other) {
  auto [it, inserted] = into.try_emplace(other.partition, other.offset);
  if (!inserted && it->second < other.offset) it->second = other.offset;
}

void advance(Positions& into, const Positions& other) {
  for (const auto& [partition, offset] : other) advance(into, LogPosition{partition, offset});
}

}  // namespace rapport

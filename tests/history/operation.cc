#include "tests/history/operation.h"

#include <sstream>

namespace rapport::history {
namespace {

std::vector<Pair> behind_write(Pair pair, const Operation& write) {
  Own& own = pair.own[index_of(write.part)];
  const bool fits = !write.expected || *write.expected == own.version;
  if (write.accepted && *write.accepted != fits) return {};
  if (!fits) return {pair};
  own = {own.version + 1, write.value};
  if (write.version && *write.version != own.version) return {};
  return {pair};
}

bool shows(const Pair& pair, const Operation& read) {
  const auto& [member, root] = read.shown;
  const bool whole = member && root;
  if (whole) return pair.link && *member == pair.own[0] && *root == pair.own[1];
  // Of one that is not told yet, the root may show itself alone; the member knows by itself.
  if (pair.link && (pair.told || read.part == Part::member)) return false;
  const auto& alone = read.shown[index_of(read.part)];
  return alone && *alone == pair.own[index_of(read.part)];
}

std::vector<Pair> behind_link(const Pair& before, std::size_t index) {
  Pair linked = before;
  ++linked.own[index_of(Part::member)].version;
  linked.link = index;
  linked.told = false;
  // Who looked when there was no link writes one, whatever there is by then.
  if (before.link) return {before, linked};
  return {linked};
}

// The link that is told of stands right before the telling, as one request makes them.
std::vector<Pair> behind_tell(const Pair& before, std::size_t index) {
  if (!before.link) return {before};
  Pair told = before;
  told.told = true;
  // It is the newest link's own, or one of an older link, which may have been made good for another.
  if (*before.link + 1 == index || before.told) return {told};
  return {told, before};
}

std::vector<Pair> behind_cut(const Pair& before) {
  Pair cut = before;
  ++cut.own[index_of(Part::member)].version;
  cut.link.reset();
  cut.told = false;
  return {cut};
}

const char* name_of(Part part) { return part == Part::member ? "member" : "root"; }

std::string to_string(const Own& own) {
  return "(version " + std::to_string(own.version) + ", value " + std::to_string(own.value) + ")";
}

void print_write(std::ostream& out, const Operation& write) {
  out << "write " << write.value << " to " << name_of(write.part);
  if (write.expected) out << " at version " << *write.expected;
  if (write.accepted) out << (*write.accepted ? ": accepted" : ": refused");
  if (write.version) out << ", version " << *write.version;
}

void print_read(std::ostream& out, const Operation& read) {
  out << "read " << name_of(read.part) << ":";
  for (const Part part : {Part::member, Part::root}) {
    if (const auto& own = read.shown[index_of(part)]) out << " " << name_of(part) << " " << to_string(*own);
  }
}

}  // namespace

std::vector<Pair> behind(const Pair& before, const Operation& operation, std::size_t index) {
  switch (operation.kind) {
    case OperationKind::write: return behind_write(before, operation);
    case OperationKind::read: return shows(before, operation) ? std::vector{before} : std::vector<Pair>{};
    case OperationKind::link: return behind_link(before, index);
    case OperationKind::tell: return behind_tell(before, index);
    case OperationKind::cut: return behind_cut(before);
    case OperationKind::not_cut: return before.link ? std::vector<Pair>{} : std::vector{before};
  }
  return {};
}

std::string to_string(const Operation& operation) {
  std::ostringstream out;
  out << "client " << operation.client << ", " << operation.invoked / 1'000 << " us to ";
  operation.answered == kNever ? out << "never" : out << operation.answered / 1'000 << " us";
  out << ": ";
  switch (operation.kind) {
    case OperationKind::write: print_write(out, operation); break;
    case OperationKind::read: print_read(out, operation); break;
    case OperationKind::link: out << "link"; break;
    case OperationKind::tell: out << "tell"; break;
    case OperationKind::cut: out << "cut"; break;
    case OperationKind::not_cut: out << "cut: there was no link"; break;
  }
  return out.str();
}

std::string to_string(const Pair& pair) {
  std::string out = "member " + to_string(pair.own[0]) + ", root " + to_string(pair.own[1]);
  if (pair.link) out += pair.told ? ", linked and told" : ", linked";
  return out;
}

}  // namespace rapport::history

#include "tests/history/linearization.h"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <unordered_set>

namespace rapport::history {
namespace {

class Search {
 public:
  Search(const History& history, const Pair& before) : history_(history), now_(before), done_(history.size(), '0') {
    order_.resize(history.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return history_[a].invoked < history_[b].invoked; });
  }

  std::optional<std::string> run() {
    if (go_on(0)) return std::nullopt;
    if (seen_.size() >= kStatesMax) return "given up: too many orders to try";
    return told_;
  }

 private:
  // True where all that was answered has its place. The operations before the nth by invocation have theirs.
  bool go_on(std::size_t from) {
    while (from < order_.size() && is_done(order_[from])) ++from;
    if (!seen_.insert(done_ + key_of(now_)).second || seen_.size() >= kStatesMax) return false;
    const std::vector<std::size_t> next = next_ones(from);
    if (next.empty()) return true;
    for (const std::size_t index : next) {
      const Pair before = now_;
      for (const Pair& pair : behind(before, history_[index], index)) {
        take(index, pair);
        if (go_on(from)) return true;
        give_back(index, before);
      }
    }
    tell_if_furthest(next);
    return false;
  }

  // Those that may come next; none: all that must come has. One that was never answered need not.
  std::vector<std::size_t> next_ones(std::size_t from) const {
    Instant first_answer = kNever;
    for (std::size_t i = from; i < order_.size() && history_[order_[i]].invoked <= first_answer; ++i) {
      if (!is_done(order_[i])) first_answer = std::min(first_answer, history_[order_[i]].answered);
    }
    std::vector<std::size_t> out;
    if (first_answer == kNever) return out;
    for (std::size_t i = from; i < order_.size() && history_[order_[i]].invoked <= first_answer; ++i) {
      const Operation& operation = history_[order_[i]];
      const auto& behind = operation.behind;
      if (is_done(order_[i])) continue;
      if (std::all_of(behind.begin(), behind.end(), [&](std::size_t index) { return is_done(index); })) {
        out.push_back(order_[i]);
      }
    }
    return out;
  }

  bool is_done(std::size_t index) const { return done_[index] == '1'; }
  void take(std::size_t index, const Pair& pair) {
    done_[index] = '1';
    now_ = pair;
    taken_.push_back(index);
  }
  void give_back(std::size_t index, const Pair& before) {
    done_[index] = '0';
    now_ = before;
    taken_.pop_back();
  }

  static std::string key_of(const Pair& pair) {
    std::string out;
    for (const Own& own : pair.own) out += std::to_string(own.version) + ":" + std::to_string(own.value) + ":";
    return out + (pair.link ? std::to_string(*pair.link) : "") + (pair.told ? "t" : "");
  }

  void tell_if_furthest(const std::vector<std::size_t>& next) {
    if (!told_.empty() && taken_.size() <= furthest_) return;
    furthest_ = taken_.size();
    std::ostringstream out;
    out << furthest_ << " of " << history_.size() << " operations have a place, the last of them\n";
    for (std::size_t i = furthest_ - std::min(furthest_, kLastToldMax); i < furthest_; ++i) {
      out << "  " << to_string(history_[taken_[i]]) << "\n";
    }
    out << "then it is " << to_string(now_) << ", and of these none can follow\n";
    for (const std::size_t index : next) out << "  " << to_string(history_[index]) << "\n";
    told_ = out.str();
  }

  static constexpr std::size_t kLastToldMax = 12;

  const History& history_;
  std::vector<std::size_t> order_;  // by invocation
  Pair now_;
  std::string done_;
  std::vector<std::size_t> taken_;
  std::unordered_set<std::string> seen_;
  std::size_t furthest_ = 0;
  std::string told_;
};

}  // namespace

std::optional<std::string> why_not_linearizable(const History& history, const Pair& before) {
  return Search(history, before).run();
}

void read_behind_write(History& history, std::size_t read, std::size_t write) {
  history[read].behind.push_back(write);
  history[write].answered = std::min(history[write].answered, history[read].answered);
}

}  // namespace rapport::history

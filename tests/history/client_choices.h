// What a client of pairs of contacts does next, by chance, and what its answers mean: the operations of a history.
//
// Invariants: what it chooses follows from its seed and from what it was told. It knows no transport. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/history/act.h"
#include "tests/history/newcomers.h"
#include "tests/history/shared_history.h"
#include "tests/model/dice.h"

namespace rapport::history {

using Pairs = std::vector<std::unique_ptr<SharedHistory>>;

// What clients did, by kinds, so that a test sees that all of it came about.
struct ClientCounts {
  std::uint64_t operations = 0, accepted = 0, refused = 0, reads_with_token = 0, wholes = 0, links = 0, cuts = 0;
  ClientCounts& operator+=(const ClientCounts& other);
};

class ClientChoices {
 public:
  ClientChoices(int number, std::uint64_t seed, const Pairs& pairs, Newcomers& newcomers);

  Act next();
  // Reads it as it now is.
  Act read(std::size_t pair, Part part);

  model::Dice& dice() { return dice_; }
  const ClientCounts& counts() const { return counts_; }
  // What should not have been answered so; empty: nothing.
  const std::vector<std::string>& complaints() const { return complaints_; }
  void complain(const std::string& what) { complaints_.push_back(what); }

 private:
  struct Token {  // of a write that was answered once durable
    std::size_t pair, write;
    std::string position;
  };
  enum class Wait : std::uint8_t { folded, durable };

  Act write_event(std::size_t pair, Part part, std::optional<std::uint64_t> expected, Wait wait);
  void written(std::size_t pair, Operation write, const Asked& asked);
  Act change_root(std::size_t pair);
  void changed(std::size_t pair, Operation write, const Asked& asked);
  Act link(std::size_t pair);
  Act cut(std::size_t pair);
  Operation begin(OperationKind kind, Part part) const;
  // The read that a contact's answer is; complains where it is none.
  std::optional<Operation> read_of(std::size_t pair, Part part, const Asked& asked);
  void complain(const std::string& what, const Asked& asked);
  std::uint64_t next_value() { return values_from_ + ++values_; }

  const int number_;
  const std::uint64_t values_from_;
  const Pairs& pairs_;
  Newcomers& newcomers_;
  model::Dice dice_;
  std::uint64_t values_ = 0;
  std::vector<std::array<std::uint64_t, kParts>> versions_;  // last seen
  std::vector<Token> tokens_;
  ClientCounts counts_;
  std::vector<std::string> complaints_;
};

}  // namespace rapport::history

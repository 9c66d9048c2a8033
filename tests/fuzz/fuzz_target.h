// What is fed with any bytes: each target takes them through one reader of ours, and panics where a property of it does
// not hold. The same targets run under libFuzzer (`tools/dev fuzz`) and, on the corpus and seeded damage to it, as a
// test.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace rapport {

struct FuzzTarget {
  std::string_view name;  // its corpus is tests/fuzz/corpus/<name>
  void (*run)(std::string_view bytes);
};

// Decodes and encodes again; agrees with Boost.JSON on what is JSON and what it says.
void fuzz_event(std::string_view bytes);
// The first byte says which row it is.
void fuzz_row(std::string_view bytes);
// Lines: a where clause each; the last one an order, the one before it a search.
void fuzz_query(std::string_view bytes);
// A request target; and the texts that stand in paths, parameters and headers: positions, subjects, times, cursors.
void fuzz_request(std::string_view bytes);
// Requests on one connection, whose first byte says into what pieces they are cut: they are read alike in one.
void fuzz_message(std::string_view bytes);
// Lines of an access log.
void fuzz_access_log(std::string_view bytes);
// The first byte says how a table of contacts is read, which is the rest: read alike once it is written again.
void fuzz_csv(std::string_view bytes);

const std::vector<FuzzTarget>& fuzz_targets();

// Panics with the text unless `holds`.
void require(bool holds, std::string_view what);

}  // namespace rapport

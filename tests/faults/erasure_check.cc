#include "tests/faults/erasure_check.h"

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/fold/refold.h"
#include "projections/contact_reader.h"
#include "projections/generation_compare.h"
#include "tests/faults/erased_contact.h"
#include "tests/store/temporary_directory.h"

namespace rapport::faults {
namespace {

constexpr std::chrono::seconds kPatience{30};

void expect_erased(Engine& engine, const View& view, std::uint64_t number) {
  const auto read = read_contact(view, contact_of(number));
  ASSERT_TRUE(read && *read) << number;
  EXPECT_EQ((*read)->gone, Gone::erased) << number << " is back";
  const auto key = engine.log().seal()->keys().find(contact_of(number));
  ASSERT_TRUE(key) << to_string(key.error());
  EXPECT_EQ(key->state, KeyState::destroyed) << "the key of " << number << " is back";
}

void expect_rows_of_a_clean_fold(EventLog& log, const View& view, const Positions& until) {
  TemporaryDirectory scratch(fastest_directory());
  const auto clean = *Generation::open({.directory = scratch.path() / "rows"});
  ASSERT_TRUE(refold(log, *clean, until));
  const auto difference = compare_generations(*clean->view(), view);
  ASSERT_TRUE(difference);
  EXPECT_TRUE(difference->none()) << difference->first[0].subject << " " << difference->first[0].part << " "
                                  << difference->first[0].how;
}

}  // namespace

void check_erasures(const std::filesystem::path& data, const EventNumbers& told_of, const EventNumbers& erased) {
  auto log = embedded_log(2);
  log.seal.wish = SealWish::always;
  auto engine = Engine::open({.data = data, .log = std::move(log)});
  ASSERT_TRUE(engine) << to_string(engine.error());
  const Positions ends = *(*engine)->log().ends();
  const auto folded = (*engine)->folder().wait_folded(ends, std::chrono::steady_clock::now() + kPatience);
  ASSERT_TRUE(folded) << to_string(folded.error());
  const auto view = (*engine)->folder().view();
  for (const std::uint64_t number : told_of) {
    const auto read = read_contact(*view, contact_of(number));
    ASSERT_TRUE(read) << number << ": " << to_string(read.error());
    if (!*read) expect_rows_of_a_clean_fold((*engine)->log(), *view, ends);  // or does the log not have it?
    ASSERT_TRUE(*read) << number << " is gone, of " << to_string(PositionToken{(*engine)->log().id(), ends});
    EXPECT_TRUE(is_to_be_erased(number) || (*read)->gone == Gone::no) << number;
  }
  for (const std::uint64_t number : erased) expect_erased(**engine, *view, number);
  expect_rows_of_a_clean_fold((*engine)->log(), *view, ends);
}

}  // namespace rapport::faults

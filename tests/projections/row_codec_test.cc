// Every kind of row value: what random histories leave is read back and written as the same bytes, and damaged bytes
// give an error or another value, never a crash (the sanitizer presets look closer).
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "projections/checkpoint.h"
#include "projections/company_fold.h"
#include "projections/contact_row.h"
#include "projections/fold_step.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "projections/parked_row.h"
#include "projections/seen_lookup.h"
#include "projections/timeline_row.h"
#include "projections/visit_case.h"
#include "tests/model/dice.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

// Decodes a row's value and encodes what it read; the error where it does not decode.
using Recode = std::function<Result<std::string>(std::string_view value)>;

template <class Decoded, class Encode>
Result<std::string> encoded(const Decoded& decoded, const Encode& encode) {
  if (!decoded) return decoded.error();
  return encode(*decoded);
}

Result<std::string> recode_timeline(std::string_view value) {
  const WriteStamp stamp{Timestamp{1'767'225'600'000}, Offset{7}};
  return encoded(decode_timeline_row(stamp, value), [](const TimelineRow& row) {
    std::string out;
    append_timeline_row(out, row);
    return out;
  });
}

// By the key's first byte, and the second where a kind has several.
const std::map<std::string, Recode>& recoders() {
  static const std::map<std::string, Recode> kRecoders{
      {"Sc", [](std::string_view v) { return encoded(decode_contact(v), encode_contact); }},
      {"So", [](std::string_view v) { return encoded(decode_company(v), encode_company); }},
      {"Si", [](std::string_view v) { return encoded(decode_identity(v), encode_identity); }},
      {"T", recode_timeline},
      {"D", [](std::string_view v) { return encoded(decode_first_outcome(v), encode_first_outcome); }},
      {"V", [](std::string_view v) { return encoded(decode_visit(v), encode_visit); }},
      {"C", [](std::string_view v) { return encoded(decode_case(v), encode_case); }},
      {"G", [](std::string_view v) { return encoded(decode_control_row(v), encode_control_row); }},
      {"P", [](std::string_view v) { return encoded(decode_parked_row(v), encode_parked_row); }},
      {"Mc", [](std::string_view v) { return encoded(decode_checkpoint(v), encode_checkpoint); }},
  };
  return kRecoders;
}

std::string kind_of(std::string_view key) {
  const bool has_several = key[0] == 'S' || key[0] == 'M';
  return std::string(key.substr(0, has_several ? 2 : 1));
}

// Calls `look` with rows of every kind that has a codec.
void for_rows(const std::function<void(const std::string& kind, const std::string& value)>& look) {
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    model::HistoryOptions options;
    options.seed = seed;
    options.partitions = kPartitions;
    const HistoryFold folded(model::random_history(options), random_cuts(seed, options.records));
    const auto view = folded.view();
    Cursor cursor = view->store().cursor({}, {}, view->at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      const std::string kind = kind_of(cursor.key());
      if (!recoders().contains(kind)) continue;
      ++seen[kind];
      look(kind, std::string(cursor.value()));
    }
  }
  EXPECT_EQ(seen.size(), recoders().size());
}

TEST(RowCodec, WritesWhatItRead) {
  for_rows([](const std::string& kind, const std::string& value) {
    const auto again = recoders().at(kind)(value);
    ASSERT_TRUE(again) << kind << " " << to_string(again.error());
    EXPECT_EQ(*again, value) << kind;
  });
}

TEST(RowCodec, RefusesARowThatIsCutOff) {
  for_rows([](const std::string& kind, const std::string& value) {
    // The last part of these rows has no length of its own: it is what is left.
    if (kind == "T" || kind == "G" || kind == "P") return;
    for (std::size_t size = 0; size < value.size(); ++size) {
      const auto again = recoders().at(kind)(value.substr(0, size));
      ASSERT_FALSE(again) << kind << " " << size << " of " << value.size();
      EXPECT_EQ(again.error().code, Errc::corrupt);
    }
  });
}

TEST(RowCodec, RefusesARowWithMoreBehindIt) {
  for_rows([](const std::string& kind, const std::string& value) {
    if (kind == "T" || kind == "G" || kind == "P") return;
    const auto again = recoders().at(kind)(value + '\0');
    ASSERT_FALSE(again) << kind;
    EXPECT_EQ(again.error().code, Errc::corrupt);
  });
}

TEST(RowCodec, ReadsNoDamageAsMoreThanAnErrorOrAnotherValue) {
  model::Dice dice(1);
  for_rows([&](const std::string& kind, const std::string& value) {
    for (int i = 0; i < 20 && !value.empty(); ++i) {
      std::string damaged = value.substr(0, dice.one_in(4) ? dice.below(value.size() + 1) : value.size());
      for (int bytes = 0; bytes < 3 && !damaged.empty(); ++bytes) {
        damaged[dice.below(damaged.size())] = dice.one_in(2) ? '\xff' : static_cast<char>(dice.below(256));
      }
      const auto again = recoders().at(kind)(damaged);
      if (again) continue;
      EXPECT_TRUE(again.error().code == Errc::corrupt || again.error().code == Errc::wrong_format);
    }
  });
}

TEST(RowCodec, KnowsRowsOfAnotherFormat) {
  for (const char* kind : {"Sc", "So", "Si"}) {
    const auto again = recoders().at(kind)("\x02");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::wrong_format);
  }
}

TEST(RowCodec, KeepsWhatNoHistoryHas) {
  TimelineRow row;
  row.stamp = {kTimestampMin, Offset{0}};
  row.recorded_at = kTimestampMax;
  row.type_name = "shop.order_placed";
  row.event_id = std::string("a\0b", 3);
  row.correlation_id = "c";
  row.causation_id = "";
  row.schema_version = 7;
  row.extensions = {{"traceparent", JsonText{"\"00-1\""}}, {"n", JsonText{"1"}}};
  row.expected_version = std::uint64_t{1} << 63;
  std::string bytes;
  append_timeline_row(bytes, row);
  EXPECT_EQ(*decode_timeline_row(row.stamp, bytes), row);

  Checkpoint checkpoint{.offset = Offset{-1}, .record_hash = ~std::uint64_t{0}, .recorded_at = kTimestampMin};
  checkpoint.digest.value = ~Uint128{0};
  EXPECT_EQ(*decode_checkpoint(encode_checkpoint(checkpoint)), checkpoint);

  EXPECT_EQ(*decode_contact(encode_contact(ContactState{})), ContactState{});
  EXPECT_EQ(*decode_company(encode_company(CompanyState{})), CompanyState{});
  EXPECT_EQ(*decode_identity(encode_identity(IdentityState{})), IdentityState{});
}

}  // namespace
}  // namespace rapport

#include "tools/rapport/terminal/spelling.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Spelling, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known{"serve", "status", "contact", "timeline", "verify", "get", "set"};
  struct Row {
    std::string_view word;
    std::optional<std::string> meant;
  };
  for (const auto& row :
       {Row{"contakt", "contact"}, Row{"contacts", "contact"}, Row{"statsu", "status"}, Row{"timelin", "timeline"},
        Row{"serv", "serve"}, Row{"gte", "get"}, Row{"set", "set"}, Row{"x", std::nullopt}, Row{"zz", std::nullopt},
        Row{"rebuild", std::nullopt}, Row{"", std::nullopt}}) {
    EXPECT_EQ(nearest_word(row.word, known), row.meant) << row.word;
  }
}

}  // namespace
}  // namespace rapport

#include "tools/rapport/contacts/assignments.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

std::string fields_of(const std::vector<std::string>& assignments) {
  const auto fields = parse_assignments(assignments);
  return fields ? boost::json::serialize(*fields) : to_string(fields.error());
}

TEST(Assignments, AreTextOrJsonOrNothing) {
  EXPECT_EQ(fields_of({"name=Ada", "age:=42", "city=", "sum=1+1=2", "more:={\"a\":[true]}"}),
            R"({"name":"Ada","age":42,"city":null,"sum":"1+1=2","more":{"a":[true]}})");
}

TEST(Assignments, TakeAsJsonWhatAnEventMayHave) {
  EXPECT_EQ(fields_of({"n:=[0e9999999999]"}), R"({"n":[0E0]})");
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_EQ(fields_of({"n:=" + deep}), "{\"n\":" + deep + "}") << "that it is too deep, the engine says";
}

TEST(Assignments, SayWhichOneIsNone) {
  EXPECT_EQ(fields_of({"name"}), "invalid_argument: fields: 'name' is not like name=Ada or age:=42");
  EXPECT_EQ(fields_of({":=1"}), "invalid_argument: fields: ':=1' is not like name=Ada or age:=42");
  EXPECT_EQ(fields_of({"age:=old"}), "invalid_argument: age: 'old' is not JSON");
}

}  // namespace
}  // namespace rapport

#include "events/position.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(PositionToken, FormatsBackToTheTextItWasParsedFrom) {
  for (const char* const text : {"1f2e3d4c.0-1042", "00000000.c-0", "ffffffff.c-17,0-1042,3-9", "1f2e3d4c.",
                                 "1f2e3d4c.0-,1-4", "1f2e3d4c.2147483647-9223372036854775807"}) {
    const auto token = parse_position(text);
    ASSERT_TRUE(token.has_value()) << text;
    EXPECT_EQ(to_string(*token), text);
  }
}

TEST(PositionToken, NamesTheLastRecordIncluded) {
  const auto token = parse_position("1f2e3d4c.c-17,0-1042").value();
  EXPECT_EQ(token.log, LogId{0x1f2e3d4c});
  EXPECT_EQ(token.offsets, (Positions{{kControlPartition, Offset{17}}, {Partition{0}, Offset{1042}}}));
  EXPECT_EQ(format_position(LogId{0x1f2e3d4c}, {Partition{3}, Offset{9}}), "1f2e3d4c.3-9");
  EXPECT_EQ(format_position(LogId{0x1f2e3d4c}, {kControlPartition, Offset{0}}), "1f2e3d4c.c-0");
}

TEST(PositionToken, SaysThatAPartitionHasNoRecord) {
  EXPECT_EQ(to_string(PositionToken{LogId{1}, {{Partition{0}, Offset{}}, {Partition{1}, Offset{4}}}}),
            "00000001.0-,1-4");
}

TEST(PositionToken, RefusesWhatIsNotOne) {
  for (const char* const text : {
           "",
           "0-1042",                              // no log
           "1f2e3d4c",                            //
           "1f2e3d4.0-1",                         // a log id of 7 digits
           "1f2e3d4c5.0-1",                       // and of 9
           "1F2E3D4C.0-1",                        // upper case: one text per position
           "1f2e3d4g.0-1",                        //
           "1f2e3d4c.0",                          // no offset
           "1f2e3d4c.-1",                         //
           "1f2e3d4c.0--1",                       //
           "1f2e3d4c.0-01",                       // a leading zero
           "1f2e3d4c.00-1",                       //
           "1f2e3d4c.0-1,",                       //
           "1f2e3d4c.,0-1",                       //
           "1f2e3d4c.0-1,0-2",                    // a partition twice
           "1f2e3d4c.1-1,0-2",                    // not ascending
           "1f2e3d4c.0-1,c-2",                    // control comes first
           "1f2e3d4c.d-2",                        //
           "1f2e3d4c.0-1 ",                       //
           "1f2e3d4c.2147483648-1",               // beyond 31 bits
           "1f2e3d4c.0-9223372036854775808",      // beyond 63 bits
           "1f2e3d4c.0-+1",                       //
           "1f2e3d4c.0-0x1",                      //
           "1f2e3d4c.99999999999999999999999-1",  //
       }) {
    const auto token = parse_position(text);
    ASSERT_FALSE(token.has_value()) << text;
    EXPECT_EQ(token.error().code, Errc::invalid_argument) << text;
    EXPECT_NE(token.error().detail.find("is not a position"), std::string::npos) << token.error().detail;
  }
}

TEST(LogId, FormatsBackToTheTextItWasParsedFrom) {
  for (const char* const text : {"00000000", "0000000a", "1f2e3d4c", "ffffffff"}) {
    EXPECT_EQ(to_string(parse_log_id(text).value()), text);
  }
  for (const char* const text : {"", "1", "1f2e3d4", "1f2e3d4c5", "1F2E3D4C", "0x2e3d4c", "-f2e3d4c"}) {
    EXPECT_EQ(parse_log_id(text).error().code, Errc::invalid_argument) << text;
  }
}

TEST(Positions, AdvanceOnlyForward) {
  Positions positions{{Partition{0}, Offset{5}}};
  advance(positions, LogPosition{Partition{0}, Offset{3}});
  EXPECT_EQ(positions.at(Partition{0}), Offset{5});
  advance(positions, Positions{{Partition{0}, Offset{9}}, {Partition{2}, Offset{1}}});
  EXPECT_EQ(positions, (Positions{{Partition{0}, Offset{9}}, {Partition{2}, Offset{1}}}));
}

}  // namespace
}  // namespace rapport

#include "events/event_type.h"

#include <gtest/gtest.h>

#include <string>

namespace rapport {
namespace {

TEST(EventType, IsFoundByItsWireName) {
  for (const EventTypeRow& row : event_types()) {
    EXPECT_EQ(event_type_of(row.name), row.type) << row.name;
    EXPECT_EQ(&event_type_row(row.type), &row);
    EXPECT_GE(row.newest_schema_version, 1u) << row.name;
    if (row.type != EventType::custom) {
      EXPECT_TRUE(is_dotted_name(row.name)) << row.name;
    }
  }
}

TEST(EventType, IsCustomForAnyOtherName) {
  for (const char* const name : {"shop.order.placed", "contact", "contact.", "contact.create", "contact.createds",
                                 "Contact.created", "contact.changed.", "", "x.y"}) {
    EXPECT_EQ(event_type_of(name), EventType::custom) << name;
  }
}

TEST(EventType, WritesOfTheEngineAreNotPublishable) {
  for (const EventTypeRow& row : event_types()) {
    if (row.stream == StreamKind::control || row.stream == StreamKind::identity) {
      EXPECT_FALSE(row.publishable) << row.name;
    }
  }
  EXPECT_FALSE(event_type_row(EventType::contact_absorbed).publishable);
  EXPECT_FALSE(event_type_row(EventType::contact_parted).publishable);
  EXPECT_FALSE(event_type_row(EventType::contact_erased).publishable);
}

TEST(DottedName, TakesPartsOfLettersDigitsUnderscoresAndDashes) {
  for (const std::string& name : {std::string("a.b"), std::string("shop.order-2.placed_now"), std::string("A.B"),
                                  std::string("1.2"), "a." + std::string(126, 'b')}) {
    EXPECT_TRUE(is_dotted_name(name)) << name;
  }
  for (const std::string& name : {std::string(""), std::string("."), std::string("a"), std::string("ab."),
                                  std::string(".ab"), std::string("a..b"), std::string("a b.c"), std::string("a.b/c"),
                                  std::string("a.bé"), std::string("a.b\0", 4), "a." + std::string(127, 'b')}) {
    EXPECT_FALSE(is_dotted_name(name)) << name;
  }
}

}  // namespace
}  // namespace rapport

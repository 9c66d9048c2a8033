#include "events/subject.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Subject, FormatsBackToTheTextItWasParsedFrom) {
  const struct {
    const char* text;
    Subject subject;
  } rows[] = {
      {"contact/1042", ContactId{1042}},
      {"contact/9007199254740991", ContactId{kIdMax}},
      {"company/7", CompanyId{7}},
      {"identity/web:a81f", Identity{"web", "a81f"}},
      {"identity/whats.app_2-x:+46 70 123", Identity{"whats.app_2-x", "+46 70 123"}},
      {"identity/web:a:b/c", Identity{"web", "a:b/c"}},  // the channel ends at the first colon
      {"identity/mail:zoë@example", Identity{"mail", "zoë@example"}},
      {"control", ControlSubject{}},
  };
  for (const auto& row : rows) {
    const auto subject = parse_subject(row.text);
    ASSERT_TRUE(subject.has_value()) << row.text;
    EXPECT_EQ(*subject, row.subject) << row.text;
    EXPECT_EQ(to_string(*subject), row.text);
  }
}

TEST(Subject, RefusesWhatIsNotOne) {
  const struct {
    std::string text;
    const char* detail;
  } rows[] = {
      {"", "is not contact/<id>, company/<id> or identity/<channel>:<external id>"},
      {"contact", "is not contact/<id>"},
      {"Contact/1", "is not contact/<id>"},
      {"contacts/1", "is not contact/<id>"},
      {"control/1", "is not contact/<id>"},
      {"contact/", "is not an id"},
      {"contact/0", "is not an id"},
      {"contact/007", "is not an id"},
      {"contact/1/2", "is not an id"},
      {"company/x", "is not an id"},
      {"company/9007199254740992", "is not an id"},
      {"identity/web", "is not an identity: <channel>:<external id>"},
      {"identity/:a", "the channel of ':a'"},
      {"identity/w b:a", "the channel of 'w b:a' is not 1 to 64 letters, digits, dots, underscores or dashes"},
      {"identity/" + std::string(kChannelSizeMax + 1, 'c') + ":a", "is not 1 to 64"},
      {"identity/web:", "the external id of 'web:' is not 1 to 256 bytes"},
      {"identity/web:" + std::string(kExternalIdSizeMax + 1, 'e'), "is not 1 to 256 bytes"},
      {std::string("identity/web:a\0b", 16), "has a control character"},
      {"identity/web:a\nb", "has a control character"},
      {"identity/web:a\x7f", "has a control character"},
      {"identity/web:a\u0085", "has a control character"},
  };
  for (const auto& row : rows) {
    const auto subject = parse_subject(row.text);
    ASSERT_FALSE(subject.has_value()) << row.text;
    EXPECT_EQ(subject.error().code, Errc::invalid_argument) << row.text;
    EXPECT_NE(subject.error().detail.find(row.detail), std::string::npos) << subject.error().detail;
  }
}

TEST(Identity, TakesTheLongestChannelAndExternalId) {
  const Identity longest{std::string(kChannelSizeMax, 'c'), std::string(kExternalIdSizeMax, 'e')};
  EXPECT_EQ(parse_identity(to_string(longest)).value(), longest);
  EXPECT_EQ(make_identity(longest.channel, longest.external_id).value(), longest);
}

TEST(Identity, IsMadeOfPartsByTheSameRules) {
  EXPECT_EQ(make_identity("web", "a:b").value(), (Identity{"web", "a:b"}));
  EXPECT_EQ(make_identity("a:b", "c").error().code, Errc::invalid_argument);
  EXPECT_EQ(make_identity("", "c").error().code, Errc::invalid_argument);
  EXPECT_EQ(make_identity("web", "").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace rapport

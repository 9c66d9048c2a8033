// The streams beside the contacts': control, identities and companies.
#include "tests/model/model_control.h"

#include <gtest/gtest.h>

#include "tests/model/story.h"

namespace rapport::model {
namespace {

const Subject kControl = ControlSubject{};
const Identity kWeb{"web", "a"};

Said reserved(IdKind kind, std::uint64_t from, std::uint64_t count) {
  return {EventType::ids_reserved, IdsReserved{kind, from, count, "engine-a"}};
}
Said tag(std::uint64_t id, std::string name) {
  return {EventType::tag_defined, TagDefined{id, std::move(name), {}, {}}};
}
Said tag_deleted(std::uint64_t id) { return {EventType::tag_deleted, TagDeleted{id}}; }
Said attribute(std::uint64_t id, AttributeObject object, std::string key) {
  return {EventType::attribute_defined, AttributeDefined{.id = id, .object = object, .key = std::move(key)}};
}
Said attribute_deleted(std::uint64_t id) { return {EventType::attribute_deleted, AttributeDeleted{id}}; }
Said key(std::string id) {
  return {EventType::key_created, KeyCreated{std::move(id), "ci", std::string(64, 'a'), {}, {}}};
}
Said revoked(std::string id) { return {EventType::key_revoked, KeyRevoked{std::move(id)}}; }
Said claimed(std::uint64_t contact) { return {EventType::identity_claimed, IdentityClaimed{kWeb, ContactId{contact}}}; }
Said released(std::uint64_t contact) {
  return {EventType::identity_released, IdentityReleased{kWeb, ContactId{contact}}};
}

TEST(ModelControl, ARangeThatOverlapsIsVoidAsAWhole) {
  const Model model = tell(kControl, {
                                         {"a", reserved(IdKind::contact, 10, 10), 1, "accepted v0"},
                                         {"b", reserved(IdKind::contact, 19, 5), 2, "refused ids_overlap v0"},
                                         {"c", reserved(IdKind::contact, 5, 6), 3, "refused ids_overlap v0"},
                                         {"d", reserved(IdKind::contact, 12, 2), 4, "refused ids_overlap v0"},
                                         {"e", reserved(IdKind::contact, 1, 40), 5, "refused ids_overlap v0"},
                                         {"f", reserved(IdKind::contact, 20, 5), 6, "accepted v0"},
                                         {"g", reserved(IdKind::contact, 5, 5), 7, "accepted v0"},
                                         {"h", reserved(IdKind::company, 10, 10), 8, "accepted v0"},
                                         // What a void range alone would have taken is free.
                                         {"i", reserved(IdKind::contact, 30, 1), 9, "accepted v0"},
                                         {"a", reserved(IdKind::contact, 10, 10), 1, "repeated 0 accepted v0"},
                                     });
  EXPECT_EQ(model.control.ranges.size(), 5u);
}

TEST(ModelControl, TheLastIdIsARangesEnd) {
  tell(kControl, {
                     {"a", reserved(IdKind::contact, kIdMax, 1), 1, "accepted v0"},
                     {"b", reserved(IdKind::contact, 1, kIdMax), 2, "refused ids_overlap v0"},
                     {"c", reserved(IdKind::contact, 1, kIdMax - 1), 3, "accepted v0"},
                 });
}

TEST(ModelControl, FoldsInLogOrderWhateverTheTimes) {
  const Model model = tell(kControl, {
                                         {"a", tag(1, "vip"), 20, "accepted v0"},
                                         {"b", tag(1, "gold"), 10, "accepted v0"},
                                     });
  EXPECT_EQ(model.control.tags.at(1).name, "gold");
}

TEST(ModelControl, TagsAreUniqueByName) {
  const Model model = tell(kControl, {
                                         {"a", tag(1, "vip"), 1, "accepted v0"},
                                         {"b", tag(2, "vip"), 2, "refused duplicate_record v0"},
                                         {"c", tag(1, "vip"), 3, "accepted v0"},  // itself again
                                         {"d", tag(1, "gold"), 4, "accepted v0"},
                                         {"e", tag(2, "vip"), 5, "accepted v0"},
                                         {"f", tag(3, "Vip"), 6, "accepted v0"},
                                         {"g", tag_deleted(2), 7, "accepted v0"},
                                         {"h", tag(3, "vip"), 8, "accepted v0"},
                                         {"i", tag_deleted(2), 9, "accepted v0"},  // of none: changes nothing
                                     });
  ASSERT_EQ(model.control.tags.size(), 2u);
  EXPECT_EQ(model.control.tags.at(1).name, "gold");
  EXPECT_EQ(model.control.tags.at(3).name, "vip");
}

TEST(ModelControl, AttributesAreUniqueByObjectAndKey) {
  const auto contact = AttributeObject::contact, company = AttributeObject::company;
  const Model model = tell(kControl, {
                                         {"a", attribute(1, contact, "plan"), 1, "accepted v0"},
                                         {"b", attribute(2, contact, "plan"), 2, "refused duplicate_record v0"},
                                         {"c", attribute(2, company, "plan"), 3, "accepted v0"},
                                         {"d", attribute(1, company, "plan"), 4, "refused duplicate_record v0"},
                                         {"e", attribute_deleted(2), 5, "accepted v0"},
                                         {"f", attribute(1, company, "plan"), 6, "accepted v0"},
                                     });
  ASSERT_EQ(model.control.attributes.size(), 1u);
  EXPECT_EQ(model.control.attributes.at(1).object, company);
}

TEST(ModelControl, AKeyIsCreatedOnce) {
  const Model model = tell(kControl, {
                                         {"a", key("k1"), 1, "accepted v0"},
                                         {"b", key("k1"), 2, "refused duplicate_record v0"},
                                         {"c", revoked("k1"), 3, "accepted v0"},
                                         {"d", key("k1"), 4, "refused duplicate_record v0"},
                                         {"e", revoked("k2"), 5, "accepted v0"},  // of none: changes nothing
                                         {"f", key("k2"), 6, "accepted v0"},
                                     });
  EXPECT_TRUE(model.control.keys.at("k1").revoked);
  EXPECT_FALSE(model.control.keys.at("k2").revoked);
}

TEST(ModelControl, ALogIsOpenedOnce) {
  const Model model =
      tell(kControl, {
                         {"a", {EventType::log_opened, LogOpened{LogId{1}, 4}}, 1, "accepted v0"},
                         {"b", {EventType::log_opened, LogOpened{LogId{2}, 8}}, 2, "refused duplicate_record v0"},
                     });
  EXPECT_EQ(model.control.log, (LogOpened{LogId{1}, 4}));
}

TEST(ModelControl, TheLastWordOnAParkedRecordStands) {
  const EventParked parked{"is not JSON", "ew==", "rapport.inbox/0/17"};
  const Model model =
      tell(kControl, {
                         {"a", {EventType::event_parked, parked}, 1, "accepted v0"},
                         {"b", {EventType::parked_retried, ParkedRetried{"1f2e3d4c.c-0"}}, 2, "accepted v0"},
                         {"c", {EventType::parked_discarded, ParkedDiscarded{"1f2e3d4c.c-0"}}, 3, "accepted v0"},
                         {"d", {EventType::parked_retried, ParkedRetried{"1f2e3d4c.0-7"}}, 4, "accepted v0"},
                     });
  EXPECT_EQ(model.control.parked.at({kControlPartition, Offset{0}}), parked);
  EXPECT_EQ(model.control.fates.at("1f2e3d4c.c-0"), ParkedFate::discarded);
  EXPECT_EQ(model.control.fates.at("1f2e3d4c.0-7"), ParkedFate::retried);
}

TEST(ModelControl, KnowsNoExpectedVersion) {
  tell(kControl, {{"a", tag(1, "vip"), 1, "accepted v0", 7}});
  tell(kWeb, {{"a", claimed(1), 1, "accepted v0", 7}});
}

TEST(ModelIdentity, TheFirstClaimSinceTheLastReleaseHolds) {
  struct Row {
    const char* what;
    std::vector<Step> steps;
    std::optional<std::uint64_t> holder;
  };
  const std::vector<Row> rows{
      {"a claim", {{"a", claimed(1), 1, "accepted v0"}}, 1},
      {"a second one", {{"a", claimed(1), 1, "accepted v0"}, {"b", claimed(2), 2, "refused identity_taken v0"}}, 1},
      {"an earlier time makes no earlier claim",
       {{"a", claimed(1), 5, "accepted v0"}, {"b", claimed(2), 2, "refused identity_taken v0"}},
       1},
      {"its holder again", {{"a", claimed(1), 1, "accepted v0"}, {"b", claimed(1), 2, "accepted v0"}}, 1},
      {"released", {{"a", claimed(1), 1, "accepted v0"}, {"b", released(1), 2, "accepted v0"}}, std::nullopt},
      {"released by another",
       {{"a", claimed(1), 1, "accepted v0"}, {"b", released(2), 2, "refused identity_not_held v0"}},
       1},
      {"released by one while none holds it", {{"a", released(1), 1, "refused identity_not_held v0"}}, std::nullopt},
      {"claimed anew",
       {{"a", claimed(1), 1, "accepted v0"},
        {"b", claimed(2), 2, "refused identity_taken v0"},
        {"c", released(1), 3, "accepted v0"},
        {"b", claimed(2), 2, "repeated 1 refused identity_taken v0"},
        {"d", claimed(2), 4, "accepted v0"},
        {"e", released(1), 5, "refused identity_not_held v0"}},
       2},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Model model = tell(kWeb, row.steps);
    const auto it = model.holders.find(kWeb);
    EXPECT_EQ(it == model.holders.end() ? std::nullopt : std::optional(it->second.value), row.holder);
  }
}

TEST(ModelCompany, FieldsAreRegisters) {
  const auto change = [](std::string json) {
    return Said{EventType::company_changed, CompanyChanged{{{"name", JsonText{std::move(json)}}}}};
  };
  const Said creation{EventType::company_created, CompanyCreated{{{"name", JsonText{"\"Acme\""}}}}};
  const Model model = tell(CompanyId{1}, {
                                             {"a", change("\"Ajax\""), 30},
                                             {"b", creation, 20},
                                             {"c", Said{}, 5},
                                             {"d", {EventType::company_deleted, CompanyDeleted{}}, 25},
                                             {"e", change("\"Apex\""), 40, "refused company_deleted v3"},
                                         });
  const Company& company = model.companies.at(CompanyId{1});
  EXPECT_EQ(company.existence, Existence::deleted);
  EXPECT_EQ(company.gone_since, at(25));
  EXPECT_EQ(company.fields.at("name").value, JsonText{"\"Ajax\""});
  EXPECT_EQ(company.date_created, at(20));
  EXPECT_EQ(company.date_updated, at(30));
  EXPECT_EQ(company.timeline.size(), 5u);
}

TEST(ModelCompany, ADeletionAloneCreatesNone) {
  const Model model = tell(CompanyId{1}, {{"a", {EventType::company_deleted, CompanyDeleted{}}, 25, "accepted v1", 0}});
  EXPECT_EQ(model.companies.at(CompanyId{1}).existence, Existence::deleted);
  EXPECT_EQ(tell(CompanyId{1}, {{"a", Said{}, 1}}).companies.at(CompanyId{1}).existence, Existence::present);
}

}  // namespace
}  // namespace rapport::model

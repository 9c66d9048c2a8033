#include "tools/rapport/import/contact_table.h"

#include <gtest/gtest.h>

#include "events/event_decoder.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

using Cells = std::vector<std::string>;

constexpr Timestamp kAt{1'773'446'400'000};  // 2026-03-14

ContactTable table_of(const Cells& header, ContactTableOptions options = {}) {
  options.at = kAt;
  auto table = ContactTable::make(header, std::move(options));
  EXPECT_TRUE(table) << to_string(table.error());
  return *std::move(table);
}

std::string data_of(const ContactTable& table, const Cells& cells) {
  auto contact = table.contact(cells);
  if (!contact) return to_string(contact.error());
  std::string out;
  const auto events = events_of(*std::move(contact), {});
  for (const Event& event : *events)
    out += event.type_name + " " + format_timestamp(*event.time) + " " + event.data + "\n";
  return out;
}

TEST(ContactTable, MakesOfARowWhatItsColumnsSay) {
  const auto table = table_of({"Id", "Name", "E-Mail", "Town", "Age", "Notes", "Tags", "since", "changed", ""},
                              {.map = {"E-Mail=email", "Town=city", "Age:=age", "Notes="},
                               .key = {},
                               .time = "changed",
                               .created = "since",
                               .tags = "Tags"});
  EXPECT_EQ(data_of(table, {"7", " Zoë Okafor ", "zoe@shop.example", "Oslo", "37", "secret", "vip, lead;vip",
                            "01.02.2024", "2026-01-02 03:04:05+01", ""}),
            "contact.created 2024-02-01T00:00:00.000Z {}\n"
            "contact.changed 2026-01-02T02:04:05.000Z {\"fields\":{\"Id\":\"7\",\"name\":\"Zoë Okafor\","
            "\"email\":\"zoe@shop.example\",\"city\":\"Oslo\",\"age\":37},\"tags\":{\"add\":[\"vip\",\"lead\"]}}\n");
  EXPECT_EQ(data_of(table, {"8", "", "", "", "", "", "{\"a b\",c}", "", "", "", "", ""}),
            "contact.changed 2026-03-14T00:00:00.000Z {\"fields\":{\"Id\":\"8\"},\"tags\":{\"add\":[\"a b\",\"c\"]}}\n")
      << "an empty cell says nothing, a row that does not say when is so since the table is";
}

TEST(ContactTable, ReadsAsJsonWhatAnEventMayHave) {
  const auto table =
      table_of({"id", "more"}, {.map = {"more:=more"}, .key = {}, .time = {}, .created = {}, .tags = {}});
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_EQ(data_of(table, {"1", "[0e9999999999]"}),
            "contact.changed 2026-03-14T00:00:00.000Z {\"fields\":{\"id\":\"1\",\"more\":[0E0]}}\n");
  EXPECT_EQ(data_of(table, {"1", deep}),
            "contact.changed 2026-03-14T00:00:00.000Z {\"fields\":{\"id\":\"1\",\"more\":" + deep + "}}\n")
      << "that it is too deep, the engine says";
}

TEST(ContactTable, LeavesOutARowWholeAndSaysWhy) {
  const auto table =
      table_of({"id", "age", "at"}, {.map = {"age:=age"}, .key = {}, .time = "at", .created = {}, .tags = {}});
  struct Row {
    Cells cells;
    const char* why;
  };
  for (const auto& [cells, why] :
       {Row{{"", "1", ""}, "invalid_argument: id: is empty, and tells contacts apart"},
        Row{{"1", "1"}, "invalid_argument: has 2 cells, the header has 3"},
        Row{{"1", "1", "", "x"}, "invalid_argument: has 4 cells, the header has 3"},
        Row{{"1", "old", ""}, "invalid_argument: age: 'old' is not JSON, as --map age:= says it is"},
        Row{{"1", "1", "31.02.2024"}, "invalid_argument: at: '31.02.2024' is no date like"}}) {
    EXPECT_EQ(data_of(table, cells).substr(0, std::string(why).size()), why);
  }
}

TEST(ContactTable, RemovesWhatIsEmptyWhereThatIsAsked) {
  const auto table =
      table_of({"id", "city"},
               {.map = {}, .only_mapped = false, .key = "id", .time = {}, .created = {}, .tags = {}, .clear = true});
  EXPECT_EQ(data_of(table, {"1", ""}),
            "contact.changed 2026-03-14T00:00:00.000Z {\"fields\":{\"id\":\"1\",\"city\":null}}\n");
}

TEST(ContactTable, RefusesOptionsThatDoNotFitTheHeader) {
  struct Row {
    Cells header;
    ContactTableOptions options;
    const char* why;
  };
  for (auto& [header, options, why] : std::vector<Row>{
           {{"a", "b"}, {}, "invalid_argument: --key: is needed"},
           {{"id", "id"}, {}, "wrong_format: two columns are called 'id'"},
           {{"id", "town"}, {.map = {"twon=city"}}, "invalid_argument: --map: 'twon' is no column; did you mean town?"},
           {{"id", "town"}, {.map = {"x=city"}}, "invalid_argument: --map: 'x' is no column; there is 'id' 'town'"},
           {{"id", "town"}, {.map = {"town"}}, "invalid_argument: --map: 'town' is not like Town=city"},
           {{"id", "town", "city"},
            {.map = {"town=city"}},
            "invalid_argument: --map: 'town' and 'city' are both the field 'city'"},
           {{"id", "Name", "name"}, {}, "invalid_argument: --map: 'Name' and 'name' are both the field 'name'"},
           {{"id"}, {.time = "at"}, "invalid_argument: --time: 'at' is no column"}}) {
    const auto table = ContactTable::make(header, options);
    ASSERT_FALSE(table) << why;
    EXPECT_EQ(to_string(table.error()).substr(0, std::string(why).size()), why);
  }
}

TEST(ImportedContact, NamesItsEventsByWhatTheySay) {
  const auto table = table_of({"id", "city"});
  const auto oslo = events_of(*table.contact({"1", "Oslo"}), {}), again = events_of(*table.contact({"1", "Oslo"}), {});
  const auto rome = events_of(*table.contact({"1", "Rome"}), {}), other = events_of(*table.contact({"2", "Oslo"}), {});
  ASSERT_EQ(oslo->size(), 1u);
  EXPECT_EQ(*oslo, *again);
  EXPECT_NE(oslo->front().id, rome->front().id);
  EXPECT_NE(oslo->front().id, other->front().id);
  EXPECT_EQ(to_string(oslo->front().subject), "identity/import:1");
  EXPECT_EQ(to_string(events_of(*table.contact({"1", "Oslo"}), {.keep_ids = true})->front().subject), "contact/1");
  EXPECT_FALSE(events_of(*table.contact({"ada", "Oslo"}), {.keep_ids = true}));
  EXPECT_FALSE(events_of(*table.contact({std::string(300, 'x'), "Oslo"}), {}));
}

TEST(ImportedContact, IsThereWhereARowSaysNothingButItsKey) {
  const auto table = table_of({"id", "city"}, {.map = {"id="}});
  EXPECT_EQ(data_of(table, {"1", ""}), "contact.created 2026-03-14T00:00:00.000Z {}\n");
  EventDecoder decoder;
  EXPECT_TRUE(decoder.decode(encode_event(events_of(*table.contact({"1", ""}), {})->front())));
}

}  // namespace
}  // namespace rapport

// Contacts as JSON documents, one behind the other: pages of the compatible API's list or of /v1/contacts, arrays,
// lines.
//
// A contact that has an object `fields` is one of those APIs; of any other (a row of a table as JSON) each member that
// is not told below is a field.
//
//   id, or what the option says   its key
//   dateCreated, dateUpdated      or what the options say
//   tags                          names, or objects with a `name`
//   client, clientType ...        client attributes
//   archive, status               whether it is archived
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <istream>
#include <string>

#include "tools/rapport/import/imported_contact.h"

namespace rapport {

struct ContactDumpOptions {
  std::string key = "id", time = "dateUpdated", created = "dateCreated", tags = "tags";
  bool clear = false;  // null removes a field; else it says nothing
  Timestamp at;        // since when a contact is so that does not say it
};

// Hands on each contact, in order: a document is held in memory, however many there are. What has the member `key`, or
// an object `fields`, is one; of anything else that has `data`, `items` or `list`, what is in there. Errors:
// invalid_json, with the place; storage_failed (it cannot be read to its end); those of `take`.
[[nodiscard]] Result<void> each_contact(std::istream& in, const std::string& key,
                                        const std::function<Result<void>(const boost::json::object&)>& take);

// Errors: invalid_argument, `field` being the member.
[[nodiscard]] Result<ImportedContact> read_contact(const boost::json::object& contact,
                                                   const ContactDumpOptions& options);

}  // namespace rapport

// Sends imported contacts to a server, or shows the events, and keeps count of what is left out and why.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "tools/rapport/exit_code.h"
#include "tools/rapport/import/imported_contact.h"
#include "tools/rapport/publish/event_sender.h"
#include "tools/rapport/terminal/progress.h"

namespace rapport {

struct ContactImportOptions {
  ImportedContactOptions contacts;
  std::string counted;  // "line", or what else the numbers are of
  std::string rejects;  // a file for what was left out; empty: none
  bool as_json = false;
};

class ContactImport {
 public:
  // Without `api` it is a dry run: the events go to stdout. `header` stands at the top of the rejects, where it is not
  // empty. Errors: storage_failed: the file for rejects.
  [[nodiscard]] static Result<std::unique_ptr<ContactImport>> open(std::optional<ApiClient> api,
                                                                   ContactImportOptions options,
                                                                   std::string_view header = "");

  // `text` is the contact as it was read, `number` where, `part` how much of all that is (0: not known). Errors:
  // EventSender's.
  [[nodiscard]] Result<void> add(std::uint64_t number, std::string_view text, const Result<ImportedContact>& contact,
                                 double part = 0);

  // Sends what is left and prints the summary. Errors: EventSender's; storage_failed.
  [[nodiscard]] Result<ExitCode> finish();

 private:
  ContactImport(std::optional<ApiClient> api, ContactImportOptions options);

  Result<void> send(std::uint64_t number, std::string_view text, const std::vector<Event>& events);
  void leave_out(std::uint64_t number, std::string_view text, const std::string& why);
  void print_summary() const;

  std::optional<ApiClient> api_;
  ContactImportOptions options_;
  std::optional<Progress> progress_{std::in_place, "events", 0};
  std::optional<EventSender> sender_;
  std::ofstream rejects_;
  std::map<std::uint64_t, std::string> sent_;  // what the server may still turn away, by number
  std::uint64_t events_ = 0, rows_ = 0, left_out_ = 0, last_left_out_ = 0;
  std::unordered_set<std::uint64_t> keys_;  // hashes of them
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace rapport

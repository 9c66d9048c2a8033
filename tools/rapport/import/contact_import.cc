#include "tools/rapport/import/contact_import.h"

#include <functional>
#include <iostream>

#include "events/event_encoder.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

// A batch of events is of no more contacts than this (event_sender.cc), the one under way aside.
constexpr std::size_t kSentKept = 1'001;
constexpr std::uint64_t kReasonsShown = 10;

}  // namespace

ContactImport::ContactImport(std::optional<ApiClient> api, ContactImportOptions options)
    : api_(std::move(api)), options_(std::move(options)) {
  if (!api_) return;
  sender_.emplace(*api_, [this](const RejectedLine& line) {
    const auto sent = sent_.find(line.number);
    leave_out(line.number, sent == sent_.end() ? std::string() : sent->second, rejection_text(line, options_.counted));
  });
}

Result<std::unique_ptr<ContactImport>> ContactImport::open(std::optional<ApiClient> api, ContactImportOptions options,
                                                           std::string_view header) {
  std::unique_ptr<ContactImport> import(new ContactImport(std::move(api), std::move(options)));
  const std::string& path = import->options_.rejects;
  if (path.empty()) return import;
  import->rejects_.open(path, std::ios::binary);
  if (!import->rejects_) return Error{Errc::storage_failed, "cannot be written", path};
  if (!header.empty()) import->rejects_ << header << "\n";
  return import;
}

Result<void> ContactImport::add(std::uint64_t number, std::string_view text, const Result<ImportedContact>& contact,
                                double part) {
  ++rows_;
  const auto events = contact ? events_of(*contact, options_.contacts) : Result<std::vector<Event>>(contact.error());
  if (!events) {
    const Error& why = events.error();
    leave_out(number, text,
              printable(options_.counted + " " + std::to_string(number) +
                        " is left out: " + (why.field.empty() ? "" : why.field + ": ") + why.detail));
    return {};
  }
  keys_.insert(std::hash<std::string>{}(contact->key));
  progress_->at(events_, part > 0 ? static_cast<std::uint64_t>(static_cast<double>(events_) / part) : 0);
  return send(number, text, *events);
}

Result<void> ContactImport::send(std::uint64_t number, std::string_view text, const std::vector<Event>& events) {
  if (rejects_.is_open()) {
    sent_.emplace(number, text);
    if (sent_.size() > kSentKept) sent_.erase(sent_.begin());
  }
  for (const Event& event : events) {
    ++events_;
    const std::string line = encode_event(event);
    if (sender_) {
      RAPPORT_TRY(sender_->add(line, number));
    } else {
      std::cout << line << "\n";
    }
  }
  return {};
}

// Two events of one contact that are both turned away are one contact.
void ContactImport::leave_out(std::uint64_t number, std::string_view text, const std::string& why) {
  const bool is_new = left_out_ == 0 || last_left_out_ != number;
  if (is_new) ++left_out_;
  last_left_out_ = number;
  if (rejects_.is_open() && is_new) rejects_ << text << "\n";
  if (rejects_.is_open() || left_out_ <= kReasonsShown) {
    progress_->say(why);
  } else if (left_out_ == kReasonsShown + 1 && is_new) {
    progress_->say("... and more: --rejects FILE keeps them all, and tells why of each");
  }
}

Result<ExitCode> ContactImport::finish() {
  if (sender_) RAPPORT_TRY(sender_->finish());
  progress_.reset();
  if (rejects_.is_open() && !rejects_.flush()) {
    return Error{Errc::storage_failed, "cannot be written to its end", options_.rejects};
  }
  print_summary();
  return left_out_ == 0 ? ExitCode::done : ExitCode::refused;
}

void ContactImport::print_summary() const {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const SendTotals totals = sender_ ? sender_->totals() : SendTotals{};
  if (options_.as_json && sender_) {
    std::cout << boost::json::serialize(boost::json::object{{"read", rows_},
                                                            {"leftOut", left_out_},
                                                            {"contacts", keys_.size()},
                                                            {"accepted", totals.accepted},
                                                            {"repeated", totals.repeated},
                                                            {"refused", totals.refused},
                                                            {"rejected", totals.rejected},
                                                            {"seconds", seconds}})
              << "\n";
    return;
  }
  std::ostream& out = sender_ ? std::cout : std::cerr;
  out << rows_ << " read, of " << keys_.size() << " contacts; " << left_out_ << " left out\n";
  if (sender_) {
    out << totals_text(totals) << " in " << seconds_text(seconds) << "\n";
  } else {
    out << events_ << " events shown, none sent\n";
  }
}

}  // namespace rapport

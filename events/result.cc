#include "events/result.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace rapport {
namespace {

struct ErrcRow {
  Errc code;
  std::string_view name;
  bool retriable;
};

constexpr std::array kErrcTable{
    ErrcRow{Errc::invalid_json, "invalid_json", false},
    ErrcRow{Errc::invalid_event, "invalid_event", false},
    ErrcRow{Errc::invalid_argument, "invalid_argument", false},
    ErrcRow{Errc::duplicate_key, "duplicate_key", false},
    ErrcRow{Errc::too_large, "too_large", false},
    ErrcRow{Errc::too_deep, "too_deep", false},
    ErrcRow{Errc::future_time, "future_time", false},
    ErrcRow{Errc::id_not_given_out, "id_not_given_out", false},
    ErrcRow{Errc::too_many_fields, "too_many_fields", false},
    ErrcRow{Errc::too_many_tags, "too_many_tags", false},
    ErrcRow{Errc::duplicate_record, "duplicate_record", false},
    ErrcRow{Errc::idempotency_key_in_use, "idempotency_key_in_use", true},
    ErrcRow{Errc::idempotency_key_reused, "idempotency_key_reused", false},
    ErrcRow{Errc::wrong_expected_version, "wrong_expected_version", false},
    ErrcRow{Errc::contact_deleted, "contact_deleted", false},
    ErrcRow{Errc::contact_erased, "contact_erased", false},
    ErrcRow{Errc::company_deleted, "company_deleted", false},
    ErrcRow{Errc::identity_taken, "identity_taken", false},
    ErrcRow{Errc::identity_not_held, "identity_not_held", false},
    ErrcRow{Errc::ids_overlap, "ids_overlap", false},
    ErrcRow{Errc::not_found, "not_found", false},
    ErrcRow{Errc::unauthorized, "unauthorized", false},
    ErrcRow{Errc::forbidden, "forbidden", false},
    ErrcRow{Errc::method_not_allowed, "method_not_allowed", false},
    ErrcRow{Errc::unsupported_media_type, "unsupported_media_type", false},
    ErrcRow{Errc::position_of_other_log, "position_of_other_log", false},
    ErrcRow{Errc::position_gone, "position_gone", false},
    ErrcRow{Errc::cursor_expired, "cursor_expired", false},
    ErrcRow{Errc::wait_timeout, "wait_timeout", true},
    ErrcRow{Errc::log_unavailable, "log_unavailable", true},
    ErrcRow{Errc::overloaded, "overloaded", true},
    ErrcRow{Errc::shutting_down, "shutting_down", true},
    ErrcRow{Errc::unreachable, "unreachable", true},
    ErrcRow{Errc::storage_failed, "storage_failed", true},
    ErrcRow{Errc::corrupt, "corrupt", false},
    ErrcRow{Errc::locked, "locked", false},
    ErrcRow{Errc::wrong_format, "wrong_format", false},
    ErrcRow{Errc::internal, "internal", false},
};

consteval bool table_is_in_order() {
  for (std::size_t i = 0; i < kErrcTable.size(); ++i) {
    if (static_cast<std::size_t>(kErrcTable[i].code) != i) return false;
  }
  return kErrcTable.size() == static_cast<std::size_t>(Errc::internal) + 1;
}
static_assert(table_is_in_order(), "kErrcTable is indexed by Errc");

}  // namespace

std::string_view errc_name(Errc code) { return kErrcTable[static_cast<std::size_t>(code)].name; }

bool errc_retriable(Errc code) { return kErrcTable[static_cast<std::size_t>(code)].retriable; }

std::string to_string(const Error& error) {
  std::string text(errc_name(error.code));
  if (!error.field.empty()) text.append(": ").append(error.field);
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(to_string(error));
}

void panic(std::string_view why) {
  std::fprintf(stderr, "rapport: broken invariant: %.*s\n", static_cast<int>(why.size()), why.data());
  std::abort();
}

}  // namespace rapport

// A short log told step by step in a test, one row a step, each row ending in what becomes of it.
//
// Invariants: step i has the offset i and, where it says nothing else, is recorded at kRecordedFirst + i seconds.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/model/model_fold.h"

namespace rapport::model {

inline constexpr std::int64_t kRecordedFirst = 1'000;

inline Timestamp at(std::int64_t seconds) { return Timestamp{seconds * 1'000}; }

struct Said {
  EventType type = EventType::custom;
  Payload payload = CustomEvent{};
};

struct Step {
  std::string id;
  Said said;
  std::optional<std::int64_t> time;  // seconds; absent: without a time
  std::string becomes = {};          // as outcome_text() puts it; empty: accepted, whatever the version
  std::optional<std::uint64_t> expected = {};
  std::string source = "crm";
  std::optional<Identity> identity = {};
  std::optional<std::int64_t> recorded = {};  // seconds
};

// "accepted v3", "refused contact_deleted v3", "repeated 0 accepted v3" (of the record at offset 0), "parked"
std::string outcome_text(const Decision& decision);

std::vector<Record> records_of_steps(const Subject& subject, const std::vector<Step>& steps);

// Folds the steps, all of one subject, and expects of each what its row ends in.
Model tell(const Subject& subject, const std::vector<Step>& steps);

// What is said, in the shortest words.
Said created(Fields fields = {});
Said changed(ContactChanged change);
Said field(std::string key, std::string json);
Said tagged(std::string tag);
Said untagged(std::string tag);
Said visit_started(VisitDetails visit = {});
Said visit_ended(std::optional<std::string> visit_id);
Said page(std::optional<std::string> visit_id = {});
Said chat(ChatStarted chat);
Said message(std::string case_id);
Said status(std::string case_id, CaseStatus status);
Said note();
Said merged_into(std::uint64_t contact);
Said unmerged();
Said absorbed(std::uint64_t contact);
Said parted(std::uint64_t contact);
Said deleted();
Said erased();

}  // namespace rapport::model

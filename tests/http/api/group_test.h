// A group whose contacts are of several owners, and chances that a seed draws again: RAPPORT_SEED=n.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "tests/http/api/group_engines.h"
#include "tests/model/dice.h"
#include "tests/model/random_history.h"

namespace rapport {

class GroupTest : public testing::Test {
 protected:
  GroupTest() { std::cout << "RAPPORT_SEED=" << seed_ << std::endl; }

  // By one member after the other; `body_of` what each is created with.
  void make_contacts(std::uint64_t count, const std::function<std::string(std::uint64_t)>& body_of) {
    contacts_.clear();
    for (std::uint64_t n = 0; n < count; ++n) {
      const EngineAnswer made = group_.member(n).ask(HttpMethod::post, "/v1/contacts", body_of(n));
      ASSERT_EQ(made.status, 201) << made.body;
      contacts_.push_back(made.json.at("id").to_number<std::uint64_t>());
    }
  }

  const std::uint64_t seed_ = model::seed_of_this_run();
  model::Dice dice_{seed_};
  GroupEngines group_;
  std::vector<std::uint64_t> contacts_;
};

}  // namespace rapport

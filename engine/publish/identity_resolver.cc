#include "engine/publish/identity_resolver.h"

#include <algorithm>

#include "engine/publish/append_and_fold.h"
#include "engine/publish/own_events.h"

namespace rapport {

void IdentityResolver::resolve(std::vector<Identity> identities, GoneHolders gone, ContactsDone done) {
  std::sort(identities.begin(), identities.end());
  identities.erase(std::unique(identities.begin(), identities.end()), identities.end());
  const auto call = std::make_shared<Call>();
  call->identities = std::move(identities);
  call->gone = std::move(gone);
  call->done = std::move(done);
  look_up(call);
}

void IdentityResolver::look_up(const std::shared_ptr<Call>& call) {
  const auto holders = look_up_holders(log_, *folder_.view(), call->identities);
  if (!holders) return call->done(holders.error());
  Contacts contacts;
  std::vector<Claim> missing;
  for (const Identity& identity : call->identities) {
    const auto holder = holders->find(identity);
    const auto known_gone = call->gone.find(identity);
    if (holder == holders->end()) {
      missing.push_back({identity, std::nullopt});
    } else if (holder->second.gone ||
               (known_gone != call->gone.end() && known_gone->second == holder->second.contact)) {
      missing.push_back({identity, holder->second.contact});
    } else {
      contacts.emplace(identity, holder->second.contact);
    }
  }
  if (missing.empty()) return call->done(std::move(contacts));
  if (++call->rounds > kClaimRoundsMax) {
    return call->done(Error{Errc::log_unavailable, "the identity " + to_string(missing.front().identity) + " and " +
                                                       std::to_string(missing.size() - 1) + " more were claimed " +
                                                       std::to_string(kClaimRoundsMax) + " times and never held"});
  }
  claim(call, std::move(missing));
}

void IdentityResolver::claim(const std::shared_ptr<Call>& call, std::vector<Claim> missing) {
  std::vector<Claim> own;
  {
    const std::lock_guard lock(mutex_);
    call->awaited = missing.size();
    for (Claim& one : missing) {
      const auto [claimed, first] = under_way_.try_emplace(one.identity);
      claimed->second.push_back(call);
      if (first) own.push_back(std::move(one));
    }
  }
  if (own.empty()) return;
  const std::size_t count = own.size();
  ids_.allocate(IdKind::contact, count, [this, kept = std::move(own)](Result<std::vector<std::uint64_t>> ids) {
    if (!ids) return settle(kept, ids.error());
    workers_.post([this, kept, fresh = *std::move(ids)] { append(kept, fresh); });
  });
}

void IdentityResolver::append(std::vector<Claim> claims, const std::vector<std::uint64_t>& ids) {
  std::vector<NewRecord> records;
  std::optional<Error> failed;
  const auto add = [&](EventType type, const Identity& identity, Payload payload) {
    auto record = own_record(log_, own_event(type, identity, std::move(payload)));
    record ? records.push_back(*std::move(record)) : void(failed = record.error());
  };
  records.reserve(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& [identity, gone] = claims[i];
    if (gone) add(EventType::identity_released, identity, IdentityReleased{identity, *gone});
    add(EventType::identity_claimed, identity, IdentityClaimed{identity, ContactId{ids[i]}});
  }
  if (failed) return settle(claims, *failed);
  append_and_fold(log_, folder_, std::move(records), fold_wait_max_,
                  [this, kept = std::move(claims)](const Result<void>& folded) { settle(kept, folded); });
}

void IdentityResolver::settle(const std::vector<Claim>& claims, const Result<void>& folded) {
  std::vector<std::shared_ptr<Call>> ready;
  {
    const std::lock_guard lock(mutex_);
    for (const Claim& claim : claims) {
      const auto waiting = under_way_.extract(claim.identity);
      for (const auto& call : waiting.mapped()) {
        if (!folded) call->error = folded.error();
        if (--call->awaited == 0) ready.push_back(call);
      }
    }
  }
  // Off the log's and the fold's threads.
  for (auto& call : ready) {
    workers_.post([this, waited = std::move(call)] { waited->error ? waited->done(*waited->error) : look_up(waited); });
  }
}

}  // namespace rapport

#include "engine/group/member_publisher.h"

#include "engine/publish/joined_answers.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

HttpClientRequest post(std::string target, std::string body) {
  return {.method = HttpMethod::post,
          .target = std::move(target),
          .content_type = "application/json",
          .body = std::move(body)};
}

}  // namespace

void MemberPublisher::resolve(std::vector<Identity> identities, GoneHolders gone, IdentityResolver::ContactsDone done) {
  std::map<std::string, IdentitiesAsked> by_owner;
  for (Identity& identity : identities) {
    const auto owner = group_.owner_of(partition_in_log(log_, identity));
    if (!owner) return done(owner.error());
    IdentitiesAsked& asked = by_owner[*owner];
    if (const auto known = gone.find(identity); known != gone.end()) asked.gone.insert(*known);
    asked.identities.push_back(std::move(identity));
  }
  using Contacts = IdentityResolver::Contacts;
  const auto tell = joined_answers<Contacts>(by_owner.size(), std::move(done),
                                             [](Contacts& whole, std::size_t, Contacts part) { whole.merge(part); });
  for (auto& [address, asked] : by_owner) {
    resolve_at(address, std::move(asked), [tell](auto contacts) { tell(0, std::move(contacts)); });
  }
}

void MemberPublisher::resolve_at(const std::string& address, IdentitiesAsked asked,
                                 IdentityResolver::ContactsDone done) {
  auto request = post(std::string(kMemberIdentitiesPath), encode_identities(asked));
  group_.calls().ask(address, std::move(request),
                     [identities = std::move(asked.identities), tell = std::move(done)](const auto& answer) {
                       if (!answer) return tell(answer.error());
                       if (answer->status != 200) return tell(decode_problem(answer->body));
                       tell(decode_contacts(identities, answer->body));
                     });
}

void MemberPublisher::publish(std::vector<Event> events, PublishWait wait, Publisher::PublishDone done) {
  struct Share {
    std::vector<Event> events;
    std::vector<std::size_t> indexes;
  };
  std::map<std::string, Share> by_owner;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto owner = group_.owner_of(partition_of(log_, events[i].subject));
    if (!owner) return done(owner.error());
    Share& share = by_owner[*owner];
    share.events.push_back(std::move(events[i]));
    share.indexes.push_back(i);
  }
  std::vector<std::vector<std::size_t>> indexes;
  for (const auto& [address, share] : by_owner) indexes.push_back(share.indexes);
  const std::size_t count = events.size();
  const auto tell = joined_answers<Published>(by_owner.size(), std::move(done),
                                              [count, indexes](Published& whole, std::size_t part, Published answer) {
                                                whole.results.resize(count);
                                                advance(whole.positions, answer.positions);
                                                for (std::size_t i = 0; i < indexes[part].size(); ++i) {
                                                  whole.results[indexes[part][i]] = std::move(answer.results[i]);
                                                }
                                              });
  std::size_t part = 0;
  for (const auto& [address, share] : by_owner) {
    publish_at(address, share.events, wait, [tell, part](auto published) { tell(part, std::move(published)); });
    ++part;
  }
}

void MemberPublisher::publish_at(const std::string& address, const std::vector<Event>& events, PublishWait wait,
                                 Publisher::PublishDone done) {
  std::string target(kMemberEventsPath);
  if (wait == PublishWait::durable) target += "?wait=durable";
  group_.calls().ask(address, post(std::move(target), encode_events(events)),
                     [count = events.size(), tell = std::move(done)](const auto& answer) {
                       if (!answer) return tell(answer.error());
                       if (answer->status != 200) return tell(decode_problem(answer->body));
                       tell(decode_published(answer->body, count));
                     });
}

}  // namespace rapport

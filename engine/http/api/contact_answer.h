// A contact as an answer: the whole of a merge where it is in one, 410 with when it went, or 404.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"
#include "projections/merge_reader.h"
#include "projections/view.h"

namespace rapport {

// With ETag and Rapport-Position. `as_of`: as it was then.
HttpResponse contact_answer(RequestContext& context, const ApiServices& services, const View& view, ContactId id,
                            const std::optional<AsOf>& as_of = std::nullopt);

// The same of the call's newest state, with what other instances fold of the merge.
asio::awaitable<HttpResponse> contact_answer(WriteCall& call, ContactId id);
// And of a view that may lack some of it.
asio::awaitable<HttpResponse> whole_contact_answer(RequestContext& context, ApiServices& services,
                                                   std::shared_ptr<const View> view, ContactId id,
                                                   std::optional<AsOf> as_of = std::nullopt);

// What AnswerCache knows an answer by. Absent: it may not come from there, for the key does not see all of it, or the
// row does not stand here. Errors: storage_failed.
using RowDigest = Result<std::optional<Digest>>;
[[nodiscard]] RowDigest row_to_answer_from(const View& view, ContactId id, const Sight& sight);

// As it was answered of that row before.
std::optional<HttpResponse> kept_contact_answer(const ApiServices& services, const View& view, ContactId id,
                                                Digest row);

// "17", and of a merge "17+4": the root's version, then its members' in order of id.
std::string version_tag(const MergedContact& contact);

// Those of all its members, and the control stream's.
Positions positions_of_contact(const ApiServices& services, const View& view, const MergedContact& contact);

// 409: the contact is merged, and what was asked cannot be had while it is.
HttpResponse merged_conflict(const RequestContext& context, std::string detail);

// The root of the merge that the contact is in. Errors: not_found; those of root_of and of WriteCall::family.
[[nodiscard]] Result<ContactId> root_of_merge(const View& view, ContactId id);
asio::awaitable<Result<ContactId>> root_of_merge(const WriteCall& call, ContactId id);
// What a write is for: that, where it is folded here. Further errors: unreachable: it has become another's meanwhile.
asio::awaitable<Result<ContactId>> root_to_change(const WriteCall& call, ContactId id);

}  // namespace rapport

// Read-your-writes: a read that says Rapport-After waits until the fold has passed that position, and every read and
// write answers with its own Rapport-Position.
#pragma once

#include <chrono>
#include <memory>
#include <set>

#include "engine/http/api/api_services.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::chrono::seconds kReadWaitDefault{5};
inline constexpr std::chrono::seconds kReadWaitMax{60};

// How long the request's read waits at most. Errors: invalid_argument, "Rapport-Wait".
[[nodiscard]] Result<std::chrono::milliseconds> read_wait_of(const HttpRequest& request);

// Until the fold has passed the positions. Errors: wait_timeout, and what halted the fold.
asio::awaitable<Result<void>> folded_behind(ApiServices& services, Positions positions, std::chrono::milliseconds wait);

// The newest view; of a member of a group, of what it owns.
std::shared_ptr<const View> newest_view(const ApiServices& services);
// A view's part that is of these partitions.
std::shared_ptr<const View> view_of(const ApiServices& services, const View& view,
                                    const std::set<Partition>& partitions);

// The newest view, once it has passed the request's Rapport-After, if it has one; it waits Rapport-Wait seconds at
// most. A member of a group waits for what it owns: nothing that it answers depends on the rest, and who answers that
// waits for it. Errors: invalid_argument (a header), position_of_other_log, wait_timeout, and what halted the fold.
asio::awaitable<Result<std::shared_ptr<const View>>> view_for(RequestContext& context, ApiServices& services);

// The newest view, once it has passed the position that `text` names, the value of the header or parameter `field`.
// Errors: as view_for.
asio::awaitable<Result<std::shared_ptr<const View>>> view_past(RequestContext& context, ApiServices& services,
                                                               std::string_view text, std::string_view field);

// Of the view, or of a write.
void set_position(HttpResponse& response, const ApiServices& services, const Positions& positions);
std::string position_text(const ApiServices& services, const Positions& positions);

// Adds the position that a member tells of its own partitions to those of others. Of several moments of the control
// stream the earliest stands, which all have reached. Errors: invalid_argument: it is no token.
[[nodiscard]] Result<void> add_positions(Positions& all, std::string_view token);

// The positions of the stream's partition and of the control stream: all that a contact's answer depends on.
Positions positions_of_stream(const ApiServices& services, const View& view, const Subject& subject);

}  // namespace rapport

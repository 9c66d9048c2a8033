#include "engine/http/api/read_position.h"

#include "engine/http/async_callback.h"
#include "events/number_text.h"

namespace rapport {
namespace {

// What of the positions is folded here, and has to be.
Positions awaited_here(const ApiServices& services, const Positions& positions) {
  if (services.group == nullptr) return positions;
  Positions out;
  for (const auto& [partition, offset] : positions) {
    if (partition == kControlPartition || services.group->owns(partition)) advance(out, {partition, offset});
  }
  return out;
}

}  // namespace

asio::awaitable<Result<void>> folded_behind(ApiServices& services, Positions positions,
                                            std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  co_return co_await async_from_callback<void>(
      [&](CallbackDone<void> done) { services.folder.when_folded(positions, deadline, std::move(done)); });
}

Result<std::chrono::milliseconds> read_wait_of(const HttpRequest& request) {
  const auto text = request.headers.find("Rapport-Wait");
  if (!text) return std::chrono::milliseconds(kReadWaitDefault);
  const auto seconds = parse_number<double>(*text);
  if (!seconds || !(*seconds >= 0) || *seconds > static_cast<double>(kReadWaitMax.count())) {
    return Error{Errc::invalid_argument, "is a number of seconds from 0 to " + std::to_string(kReadWaitMax.count()),
                 "Rapport-Wait"};
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1'000));
}

std::shared_ptr<const View> view_of(const ApiServices& services, const View& view,
                                    const std::set<Partition>& partitions) {
  return view.only(partitions, [&log = services.log, partitions](ContactId id) {
    return partitions.contains(log.partition_of(to_string(Subject{id})));
  });
}

std::shared_ptr<const View> newest_view(const ApiServices& services) {
  auto view = services.folder.view();
  if (services.group == nullptr) return view;
  return view_of(services, *view, services.group->owned());
}

asio::awaitable<Result<std::shared_ptr<const View>>> view_for(RequestContext& context, ApiServices& services) {
  const auto after = context.request().headers.find("Rapport-After");
  if (!after) {
    const auto wait = read_wait_of(context.request());  // refused also where there is nothing to wait for
    if (!wait) co_return wait.error();
    co_return newest_view(services);
  }
  co_return co_await view_past(context, services, *after, "Rapport-After");
}

asio::awaitable<Result<std::shared_ptr<const View>>> view_past(RequestContext& context, ApiServices& services,
                                                               std::string_view text, std::string_view field) {
  const auto token = parse_position(text);
  if (!token) co_return Error{Errc::invalid_argument, token.error().detail, std::string(field)};
  if (token->log != services.log.id()) {
    co_return Error{Errc::position_of_other_log, "this log is " + to_string(services.log.id()), std::string(field)};
  }
  const auto wait = read_wait_of(context.request());
  if (!wait) co_return wait.error();
  const auto folded = co_await folded_behind(services, awaited_here(services, token->offsets), *wait);
  if (!folded) co_return folded.error();
  co_return newest_view(services);
}

std::string position_text(const ApiServices& services, const Positions& positions) {
  return format_positions(services.log.id(), positions);
}

void set_position(HttpResponse& response, const ApiServices& services, const Positions& positions) {
  response.headers.set("Rapport-Position", position_text(services, positions));
}

Result<void> add_positions(Positions& all, std::string_view token) {
  const auto position = parse_position(token);
  if (!position) return position.error();
  for (const auto& [partition, offset] : position->offsets) {
    const auto [known, is_new] = all.emplace(partition, offset);
    if (!is_new && partition == kControlPartition) known->second = std::min(known->second, offset);
  }
  return {};
}

Positions positions_of_stream(const ApiServices& services, const View& view, const Subject& subject) {
  const Checkpoints& all = view.checkpoints();
  Positions out;
  for (const Partition partition : {kControlPartition, services.log.partition_of(to_string(subject))}) {
    if (const auto found = all.find(partition); found != all.end()) out.emplace(partition, found->second.offset);
  }
  return out;
}

}  // namespace rapport

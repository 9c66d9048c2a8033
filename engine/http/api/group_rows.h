// A list's rows where instances of a group have them: every owner is asked for those of its partitions, the first so
// many in the list's order, and they are put together. For lists that have no cursor of each owner's own (group_list).
//
//   an owner's answer = {"rows":[{"key":base64url,"item":"{...}","note":""}],"count":n}, Rapport-Position, and
//                       Rapport-Catching-Up where it is
//
// Invariants: the partitions asked for are disjoint and cover the log; where one owner does not answer, there is no
// list.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/group_families.h"

namespace rapport {

// Whether the rows of all owners are needed to answer: this is one of a group, and a client asks.
bool asks_owners(const ApiServices& services, const HttpRequest& request);

// What an owner is asked: a view of the partitions that the request names, and how many rows.
struct RowsAsked {
  std::shared_ptr<const View> view;
  std::set<Partition> partitions;
  Positions catching_up;
  std::size_t rows_max = 0;
};
// Of a member's request; waits for Rapport-After. Errors: those of view_for; unreachable; invalid_argument.
asio::awaitable<Result<RowsAsked>> rows_asked(RequestContext& context, ApiServices& services);

struct GroupRow {
  std::string key;   // what the list is in order by
  std::string item;  // JSON, or ""
  std::string note = {};
};

// What an owner answers with: the first rows_max that it is given, in their order, and how many there are.
class RowsAnswer {
 public:
  explicit RowsAnswer(const RowsAsked& asked) : asked_(asked) {}
  // Whether the next row is wanted as well as counted.
  bool wants_more() const { return rows_.size() < asked_.rows_max; }
  void add(GroupRow row) { rows_.push_back(std::move(row)); }
  void count(std::uint64_t rows) { count_ += rows; }
  HttpResponse response(const ApiServices& services) const;

 private:
  const RowsAsked& asked_;
  std::vector<GroupRow> rows_;
  std::uint64_t count_ = 0;
};

// The rows that families have of a list, where merges lead from one owner's partitions to another's: those of all that
// may stand on the page, and how many there are. Errors: what cannot be read or asked for.
struct RowsOfFamilies {
  std::vector<GroupRow> rows;
  std::uint64_t count = 0;
};
using ReadFamilies = std::function<asio::awaitable<Result<RowsOfFamilies>>(const Families&)>;

struct GroupRows {
  std::vector<GroupRow> rows;  // in order; at most as many as were asked for
  std::uint64_t count = 0;
  Positions positions, catching_up;
  bool stale = false;

  // The rows of a page of which these are the first up to its end.
  std::vector<GroupRow> behind(std::size_t offset) const;
  // Says in the response where the rows are from.
  void mark(HttpResponse& response, const ApiServices& services) const;
};

using RowBefore = std::function<bool(const GroupRow&, const GroupRow&)>;
inline bool in_order_of_key(const GroupRow& a, const GroupRow& b) { return a.key < b.key; }

// Asks every owner what the client asks, for its first `rows_max` rows; where a merge leads from one to another, in
// rounds, and `families` are read here (group_families.h). A list that shows no contacts has none. Errors: unreachable,
// and what one of them answers instead; overloaded: too many families.
asio::awaitable<Result<GroupRows>> group_rows(RequestContext& context, ApiServices& services, std::size_t rows_max,
                                              RowBefore before = in_order_of_key, ReadFamilies families = nullptr);
// The same of another request of ours, made for who asks.
asio::awaitable<Result<GroupRows>> group_rows_of(RequestContext& context, ApiServices& services,
                                                 HttpClientRequest request, std::size_t rows_max,
                                                 RowBefore before = in_order_of_key, ReadFamilies families = nullptr);

// A page of a list whose cursor is the key of its last row: {"items":[...],"next":cursor}.
asio::awaitable<HttpResponse> group_page_by_key(RequestContext& context, ApiServices& services, std::size_t limit);
// A page by number, of the compatible API.
asio::awaitable<HttpResponse> group_numbered_page(RequestContext& context, ApiServices& services, NumberedPage page,
                                                  ReadFamilies families = nullptr);

}  // namespace rapport

#include "projections/condition_hits.h"

#include <algorithm>

#include "projections/hit_walk.h"

namespace rapport {
namespace {

constexpr std::size_t kRowsAtOnce = 1'024;
// A contact that the fewest rows name is looked for among another condition's rows as long as that is cheaper than to
// read its state and judge it.
constexpr std::size_t kRowsPerContact = 16;
constexpr std::size_t kRowsAtLeast = 64;

// The first that is whole where all are read side by side.
Result<HitWalk*> walk_smallest(std::vector<HitWalk>& walks) {
  for (;;) {
    for (HitWalk& walk : walks) {
      RAPPORT_TRY(walk.read(kRowsAtOnce));
      if (walk.whole()) return &walk;
    }
  }
}

}  // namespace

Result<ConditionHits> read_condition_hits(const View& view, const std::vector<IndexSource>& sources, RootReader& roots,
                                          std::uint64_t& rows) {
  std::vector<HitWalk> walks;
  walks.reserve(sources.size());
  for (const IndexSource& source : sources) walks.emplace_back(view, source, roots);
  const auto smallest = walk_smallest(walks);
  if (!smallest) return smallest.error();
  const IndexSource* const first = &(*smallest)->source();
  ConditionHits found{(*smallest)->take(), first->name, 1};
  for (const HitWalk& walk : walks) rows += walk.rows();

  for (const IndexSource& source : sources) {
    if (&source == first) continue;
    auto common =
        read_common(view, source, found.hits, roots, kRowsAtLeast + kRowsPerContact * found.hits.size(), rows);
    if (!common) return common.error();
    if (!*common) continue;
    found.hits = **std::move(common);
    ++found.conditions;
    if (source.name != first->name) found.index += "," + source.name;
  }
  return found;
}

}  // namespace rapport

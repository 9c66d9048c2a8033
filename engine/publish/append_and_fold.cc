#include "engine/publish/append_and_fold.h"

namespace rapport {

void append_and_fold(EventLog& log, Folder& folder, std::vector<NewRecord> records, std::chrono::milliseconds wait_max,
                     Folder::FoldedDone done) {
  log.append(std::move(records), [&folder, wait_max, tell = std::move(done)](auto positions) {
    if (!positions) return tell(positions.error());
    Positions wanted;
    for (const LogPosition& position : *positions) advance(wanted, position);
    folder.when_folded(wanted, std::chrono::steady_clock::now() + wait_max, tell);
  });
}

}  // namespace rapport

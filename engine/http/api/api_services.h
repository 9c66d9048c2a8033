// What the handlers of the API stand on: the engine's parts, by reference, and what they say about it.
#pragma once

#include <string>

#include "engine/auth/key_ring.h"
#include "engine/backup/backup_runner.h"
#include "engine/erase/eraser.h"
#include "engine/feed/feed.h"
#include "engine/fold/folder.h"
#include "engine/generations/rebuilder.h"
#include "engine/generations/scrubber.h"
#include "engine/group/group.h"
#include "engine/http/api/answer_cache.h"
#include "engine/http/api/idempotency_table.h"
#include "engine/http/api/long_reads.h"
#include "engine/http/api/pinned_views.h"
#include "engine/http/router.h"
#include "engine/log/event_log.h"
#include "engine/log/kafka_inbox.h"
#include "engine/publish/publisher.h"
#include "engine/revert/reverter.h"

namespace rapport {

struct ApiServices {
  EventLog& log;
  Folder& folder;
  Publisher& publisher;
  KeyRing& keys;
  Rebuilder& rebuilder;
  Feed& feed;
  BackupRunner& backups;
  Reverter& reverter;
  Eraser& eraser;
  std::string version;   // of the program
  std::string log_kind;  // "embedded", "kafka"
  // What the check in the background has found; absent where it is off.
  std::function<std::optional<ScrubStatus>()> scrub = [] { return std::optional<ScrubStatus>(); };
  std::shared_ptr<IdempotencyTable> idempotency = std::make_shared<IdempotencyTable>();
  // The moments that pages of lists show.
  std::shared_ptr<PinnedViews> pinned = std::make_shared<PinnedViews>();
  // What was answered of contacts lately, to those who see all of them.
  std::shared_ptr<AnswerCache> answers = std::make_shared<AnswerCache>(kAnswersBytesDefault);
  // Of one contact's history, and of lists that look at every contact: neither waits for the other.
  std::shared_ptr<LongReads> long_reads = std::make_shared<LongReads>();
  std::shared_ptr<LongReads> long_lists = std::make_shared<LongReads>();
  // How the way in for other Kafka clients is; absent where there is none.
  std::function<std::optional<InboxStatus>()> inbox = [] { return std::optional<InboxStatus>(); };
  // Why nothing is written any more where the disk is almost full.
  std::function<Result<void>()> check_room = [] { return Result<void>(); };
  // The others that share the log; null: there are none.
  Group* group = nullptr;
};

// Adds every route of the native API (/v1, /healthz, /readyz, /metrics) and of the compatible one (/api/v1).
// `services` must outlive the router.
void add_api_routes(Router& router, ApiServices& services);

// Their parts, one per resource.
void add_event_routes(Router& router, ApiServices& services);
void add_erase_routes(Router& router, ApiServices& services);
void add_export_routes(Router& router, ApiServices& services);
void add_backup_routes(Router& router, ApiServices& services);
void add_blame_routes(Router& router, ApiServices& services);
void add_channel_routes(Router& router, ApiServices& services);
void add_contact_routes(Router& router, ApiServices& services);
void add_feed_routes(Router& router, ApiServices& services);
void add_identity_routes(Router& router, ApiServices& services);
void add_key_routes(Router& router, ApiServices& services);
void add_member_routes(Router& router, ApiServices& services);  // of a group
void add_merge_routes(Router& router, ApiServices& services);
void add_metrics_routes(Router& router, ApiServices& services);
void add_parked_routes(Router& router, ApiServices& services);
void add_openapi_routes(Router& router);
void add_console_routes(Router& router);
void add_rebuild_routes(Router& router, ApiServices& services);
void add_session_routes(Router& router, ApiServices& services);
void add_revert_routes(Router& router, ApiServices& services);
void add_status_routes(Router& router, ApiServices& services);
void add_time_routes(Router& router, ApiServices& services);
void add_compatible_routes(Router& router, ApiServices& services);
void add_compatible_action_routes(Router& router, ApiServices& services);
void add_case_routes(Router& router, ApiServices& services);
void add_compatible_search_routes(Router& router, ApiServices& services);
void add_catalogue_routes(Router& router, ApiServices& services);
void add_visit_routes(Router& router, ApiServices& services);
void add_attribute_routes(Router& router, ApiServices& services);
void add_company_routes(Router& router, ApiServices& services);
void add_tag_routes(Router& router, ApiServices& services);

}  // namespace rapport

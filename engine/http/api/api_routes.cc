#include "engine/http/api/api_services.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/contact_erasure.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/group_routing.h"
#include "engine/http/api/group_trial.h"
#include "engine/http/api/query_rules.h"

namespace rapport {

void add_api_routes(Router& router, ApiServices& services) {
  add_event_routes(router, services);
  add_erase_routes(router, services);
  add_export_routes(router, services);
  add_backup_routes(router, services);
  add_blame_routes(router, services);
  add_channel_routes(router, services);
  add_contact_routes(router, services);
  add_feed_routes(router, services);
  add_identity_routes(router, services);
  add_key_routes(router, services);
  add_merge_routes(router, services);
  add_parked_routes(router, services);
  add_console_routes(router);
  add_openapi_routes(router);
  add_rebuild_routes(router, services);
  add_session_routes(router, services);
  add_revert_routes(router, services);
  add_metrics_routes(router, services);
  add_status_routes(router, services);
  add_time_routes(router, services);
  add_compatible_routes(router, services);
  add_compatible_action_routes(router, services);
  add_case_routes(router, services);
  add_compatible_search_routes(router, services);
  add_catalogue_routes(router, services);
  add_visit_routes(router, services);
  add_attribute_routes(router, services);
  add_company_routes(router, services);
  add_tag_routes(router, services);
  router.refuse_by("/api/v1/", compatible_refusal);
  if (services.group != nullptr) {
    add_member_routes(router, services);
    add_member_contact_routes(router, services);
    add_member_erasure_route(router, services);
    add_member_trial_route(router, services);
    route_through_group(router, services);
  }
  check_queries(router, services);
}

}  // namespace rapport

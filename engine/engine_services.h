// What the API's routes work with, of one engine.
#pragma once

#include <string>
#include <utility>

#include "engine/engine.h"
#include "engine/http/api/api_services.h"

namespace rapport {

// Both must outlive it.
inline ApiServices services_of(Engine& engine, KeyRing& keys, std::string version) {
  return {.log = engine.log(),
          .folder = engine.folder(),
          .publisher = engine.publisher(),
          .keys = keys,
          .rebuilder = engine.rebuilder(),
          .feed = engine.feed(),
          .backups = engine.backups(),
          .reverter = engine.reverter(),
          .eraser = engine.eraser(),
          .version = std::move(version),
          .log_kind = std::string(engine.log_kind()),
          .scrub = [&engine] { return engine.scrub_status(); },
          .inbox = [&engine] { return engine.inbox_status(); },
          .check_room = [&engine] { return engine.disk_room().check(); },
          .group = engine.group()};
}

}  // namespace rapport

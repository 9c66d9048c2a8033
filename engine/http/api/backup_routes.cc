// /v1/backups: a copy of what the engine holds, made while it serves.
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"
#include "events/json_writer.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

// {"directory":"monday"}
Result<std::string> directory_of(const std::string& body) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  const json::value* directory = object->if_contains("directory");
  if (directory == nullptr || !directory->is_string()) {
    return Error{Errc::invalid_argument, "is the backup's directory, a text", "directory"};
  }
  std::string name(directory->get_string());
  if (has_control_character(name)) return Error{Errc::invalid_argument, "has a control character", "directory"};
  return name;
}

void write_manifest(JsonWriter& out, const BackupManifest& manifest, const ApiServices& services) {
  out.begin_object();
  out.key("position").string(position_text(services, manifest.position)).key("logEnd");
  manifest.log_end ? out.string(position_text(services, *manifest.log_end)) : out.null();
  out.key("digest").string(to_string(manifest.digest));
  out.key("records").number(manifest.counts.records()).key("contacts").number(manifest.contacts);
  out.key("files").number(std::uint64_t{manifest.files.size()}).key("bytes").number(manifest.size_bytes());
  out.end_object();
}

HttpResponse status_response(const BackupStatus& status, const ApiServices& services, int http_status) {
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("id").number(status.id).key("state").string(backup_state_name(status.state));
  out.key("directory").string(status.directory.string());
  out.key("bytes").number(status.bytes).key("bytesTotal").number(status.bytes_total);
  out.key("started").time(status.started).key("ended").time_or_null(status.ended).key("backup");
  if (status.manifest) {
    write_manifest(out, *status.manifest, services);
  } else {
    out.null();
  }
  out.key("error");
  status.error ? out.string(to_string(*status.error)) : out.null();
  out.end_object();
  return HttpResponse::json(std::move(body), http_status);
}

HttpResponse start(RequestContext& context, ApiServices& services) {
  const auto directory = directory_of(context.request().body);
  if (!directory) return failed(context, directory.error());
  const auto started = services.backups.start(*directory);
  if (!started) {
    Problem problem = problem_of(started.error());
    if (started.error().code == Errc::overloaded) problem.status = 409;
    return problem_response(problem, context.request().request_id);
  }
  HttpResponse response = status_response(*services.backups.status(), services, 202);
  response.headers.add("Location", "/v1/backups/" + std::to_string(*started));
  return response;
}

HttpResponse get(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) return failed(context, id.error());
  const auto status = services.backups.status();
  if (!status || status->id != *id) {
    return failed(context, {Errc::not_found, "the newest backup since the start is another, or there is none"});
  }
  return status_response(*status, services, 200);
}

HttpResponse list(ApiServices& services) {
  const auto status = services.backups.status();
  return HttpResponse::json("{\"items\":[" + (status ? status_response(*status, services, 200).body : std::string()) +
                            "]}");
}

}  // namespace

void add_backup_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/backups",
              .scope = "backup:read",
              .handler = handler_of([&services](RequestContext&) { return list(services); })});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/backups",
              .scope = "backup:write",
              .handler = asking(services, DryRunRule::refused, start)});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/backups/{id}",
              .scope = "backup:read",
              .handler = handler_of([&services](RequestContext& context) { return get(context, services); })});
}

}  // namespace rapport

// The console: a page at "/", and the scripts, style and picture that it loads from /console/. They stand in the
// program (engine/http/console/ is where they are written), are the same for everyone, and show nothing by themselves:
// what they show they ask of /v1 with the key or the session of whoever looks.
//
// Invariants:
// - The page may load and call this origin and nothing else, and no text becomes markup or script: the policy says so,
//   and tests/console/ holds a browser to it.
// - A browser asks each time whether its copy is still the one (ETag), so that none outlives an upgrade.
#include <algorithm>

#include "engine/http/api/api_services.h"
#include "engine/http/api/console_files.h"
#include "engine/http/media_range.h"
#include "engine/http/problem.h"

namespace rapport {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "require-trusted-types-for 'script'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const CarriedFile* file_named(std::string_view name) {
  const auto found = std::find_if(kConsoleFiles.begin(), kConsoleFiles.end(),
                                  [&](const CarriedFile& file) { return file.name == name; });
  return found == kConsoleFiles.end() ? nullptr : &*found;
}

HttpResponse file_answer(const HttpRequest& request, const CarriedFile& file) {
  HttpResponse response = carried_file_response(request, file);
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Content-Security-Policy", kPolicy);
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.add("Cross-Origin-Resource-Policy", "same-origin");
  return response;
}

HttpResponse get_file(const HttpRequest& request, std::string_view name) {
  const CarriedFile* file = file_named(name);
  if (file == nullptr) {
    return problem_response(Error{Errc::not_found, "the console has no such file"}, request.request_id);
  }
  if (const auto wrong = media_problem(request, false, file->type, ""))
    return problem_response(*wrong, request.request_id);
  return file_answer(request, *file);
}

}  // namespace

void add_console_routes(Router& router) {
  router.add({.method = HttpMethod::get,
              .pattern = "/",
              .handler = handler_of([](RequestContext& context) { return get_file(context.request(), "index.html"); }),
              .produces = "",
              .open = true});
  router.add({.method = HttpMethod::get,
              .pattern = "/console/{file}",
              .handler = handler_of(
                  [](RequestContext& context) { return get_file(context.request(), context.parameter("file")); }),
              .produces = "",
              .open = true});
}

}  // namespace rapport

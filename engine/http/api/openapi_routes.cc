// /openapi.json: what this API is, for programs. tests/http/api/openapi_test.cc holds it against the routes.
#include "engine/http/api/api_services.h"
#include "engine/http/api/openapi_document.h"

namespace rapport {

void add_openapi_routes(Router& router) {
  const auto document = std::make_shared<const std::string>(kOpenApiDocument);
  router.add({.method = HttpMethod::get,
              .pattern = "/openapi.json",
              .handler = handler_of([document](RequestContext&) {
                HttpResponse response;
                response.shared_body = document;
                return response;
              }),
              .open = true});
}

}  // namespace rapport

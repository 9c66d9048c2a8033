#include "engine/http/api/carried_file.h"

namespace rapport {
namespace {

// If-None-Match lists tags, or is "*". A proxy that compressed the file has made its tag a weak one (W/"...").
bool has_copy(const HttpRequest& request, const CarriedFile& file) {
  const auto known = request.headers.find("If-None-Match");
  return known && (*known == "*" || known->find(file.etag) != std::string_view::npos);
}

}  // namespace

HttpResponse carried_file_response(const HttpRequest& request, const CarriedFile& file) {
  HttpResponse response;
  response.content_type = file.type;
  response.headers.add("ETag", file.etag);
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (has_copy(request, file)) {
    response.status = 304;
  } else {
    response.body = file.text;
  }
  return response;
}

}  // namespace rapport

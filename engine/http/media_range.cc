#include "engine/http/media_range.h"

#include <algorithm>
#include <charconv>

namespace rapport {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The text before the next `separator`; moves `rest` behind it.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(out);
}

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// How specifically the range fits the type: 0 not at all, 1 "*/*", 2 "text/*", 3 the type itself.
int fit(std::string_view range, std::string_view type) {
  if (range == "*/*") return 1;
  if (same(range, type)) return 3;
  const auto slash = type.find('/');
  return range.ends_with("/*") && same(range.substr(0, range.size() - 2), type.substr(0, slash)) ? 2 : 0;
}

double quality(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = take_until(parameters, ';');
    const std::string_view name = take_until(parameter, '=');
    double q = 1;
    if (same(name, "q")) {
      std::from_chars(parameter.data(), parameter.data() + parameter.size(), q);
      return q;
    }
  }
  return 1;
}

}  // namespace

bool accepts(std::string_view accept, std::string_view media_type) {
  media_type = take_until(media_type, ';');
  int best = 0;
  bool taken = trimmed(accept).empty();
  while (!accept.empty()) {
    std::string_view range = take_until(accept, ',');
    const int fits = fit(take_until(range, ';'), media_type);
    if (fits <= best) continue;
    best = fits;
    taken = quality(range) > 0;
  }
  return taken;
}

std::optional<Problem> media_problem(const HttpRequest& request, bool has_body, std::string_view produces,
                                     std::string_view consumes) {
  std::string all;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    if (same(request.headers[i].name, "Accept")) all.append(all.empty() ? "" : ",").append(request.headers[i].value);
  }
  if (!produces.empty() && !accepts(all, produces)) {
    return Problem{.status = 406,
                   .code = "not_acceptable",
                   .title = "The answer is of another media type",
                   .detail = "the answer is " + std::string(produces),
                   .field = "Accept"};
  }
  const std::string_view coding = trimmed(request.headers.find("Content-Encoding").value_or(""));
  if (has_body && !coding.empty() && !same(coding, "identity")) {
    return problem_of(Error{Errc::unsupported_media_type, "send the body as it is, not encoded", "Content-Encoding"});
  }
  const std::string type = request.media_type();
  const bool fits = type == consumes || (consumes == "application/json" && type.ends_with("+json"));
  if (has_body && !consumes.empty() && !type.empty() && !fits) {
    return problem_of(Error{Errc::unsupported_media_type, "send " + std::string(consumes), "Content-Type"});
  }
  return std::nullopt;
}

}  // namespace rapport

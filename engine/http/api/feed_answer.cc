#include "engine/http/api/feed_answer.h"

#include "engine/http/api/read_position.h"
#include "engine/http/problem.h"

namespace rapport {

void append_feed_problem(std::string& text, const Error& error, const std::string& request_id) {
  text.append("event: ").append(kFeedProblem).append("\ndata: ").append(problem_response(error, request_id).body);
  text.append("\n\n");
}

HttpResponse feed_answer(const ApiServices& services, const Positions& start, bool endless) {
  HttpResponse response;
  response.content_type = "text/event-stream";
  set_position(response, services, start);
  response.stream_is_endless = endless;
  return response;
}

}  // namespace rapport

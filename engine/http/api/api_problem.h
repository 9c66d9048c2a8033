// An error as the native API answers it; compatible_answer.h has the compatible one's.
#pragma once

#include "engine/http/problem.h"
#include "engine/http/router.h"

namespace rapport {

inline HttpResponse failed(const RequestContext& context, const Error& error) {
  return problem_response(error, context.request().request_id);
}

}  // namespace rapport

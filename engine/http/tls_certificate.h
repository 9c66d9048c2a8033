// What a server's certificate is good for, asked before a server is started with it.
#pragma once

#include "engine/http/http_server.h"
#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

struct CertificateSpan {
  Timestamp from, until;
};

// Of the server's own certificate, the first of the chain. Errors: invalid_argument, as a server that is opened with
// the files would say it (tls_context.h).
[[nodiscard]] Result<CertificateSpan> check_certificate(const TlsFiles& files);

}  // namespace rapport

#include "engine/http/tls_certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <time.h>

#include "engine/http/tls_context.h"

namespace rapport {
namespace {

Result<Timestamp> timestamp_of(const ASN1_TIME* time, const TlsFiles& files) {
  struct tm broken = {};
  if (ASN1_TIME_to_tm(time, &broken) != 1) {
    return Error{Errc::invalid_argument, "says no time that can be read", files.certificate.string()};
  }
  return Timestamp{static_cast<std::int64_t>(::timegm(&broken)) * 1000};
}

}  // namespace

Result<CertificateSpan> check_certificate(const TlsFiles& files) {
  const auto context = server_tls_context(files);
  if (!context) return context.error();
  const X509* certificate = SSL_CTX_get0_certificate((*context)->native_handle());
  const auto from = timestamp_of(X509_get0_notBefore(certificate), files);
  if (!from) return from.error();
  const auto until = timestamp_of(X509_get0_notAfter(certificate), files);
  if (!until) return until.error();
  return CertificateSpan{.from = *from, .until = *until};
}

}  // namespace rapport

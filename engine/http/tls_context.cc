#include "engine/http/tls_context.h"

#include <openssl/ssl.h>

#include <boost/system/system_error.hpp>
#include <string>
#include <string_view>

namespace rapport {
namespace {

namespace ssl = boost::asio::ssl;

// TLS 1.2's; those of 1.3 are all good, and OpenSSL's own default.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL";

void harden(ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, kCiphers);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // an idle connection keeps no 34 KiB of buffers
}

// A client that offers protocols gets http/1.1 or, where it has only others, no answer to the offer.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_size, kHttp11, sizeof kHttp11 - 1, in, in_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Error refused(const std::filesystem::path& file, const boost::system::error_code& why) {
  return {Errc::invalid_argument, why.message(), file.string()};
}

// A key that any user of the machine may read is no secret. A group may: certificates are often handed out by one.
// Errors: invalid_argument. A file that is not there is told by whoever reads it.
Result<void> check_key_is_kept(const std::filesystem::path& key) {
  namespace fs = std::filesystem;
  std::error_code unreadable;
  const fs::perms given = fs::status(key, unreadable).permissions();
  if (unreadable || (given & (fs::perms::others_read | fs::perms::others_write)) == fs::perms::none) return {};
  return Error{Errc::invalid_argument, "everybody on this machine may read or change it: chmod o= it", key.string()};
}

}  // namespace

Result<std::unique_ptr<ssl::context>> server_tls_context(const TlsFiles& files) {
  RAPPORT_TRY(check_key_is_kept(files.key));
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  harden(*context);
  SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
  boost::system::error_code failed;
  context->use_certificate_chain_file(files.certificate.string(), failed);
  if (failed) return refused(files.certificate, failed);
  context->use_private_key_file(files.key.string(), ssl::context::pem, failed);
  if (failed) return refused(files.key, failed);
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return Error{Errc::invalid_argument, "is not the certificate's key", files.key.string()};
  }
  return context;
}

Result<std::unique_ptr<ssl::context>> client_tls_context(const std::optional<std::filesystem::path>& authorities,
                                                         bool verify) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  harden(*context);
  boost::system::error_code failed;
  if (!verify) {
    context->set_verify_mode(ssl::verify_none, failed);
  } else {
    context->set_verify_mode(ssl::verify_peer, failed);
    if (authorities) {
      context->load_verify_file(authorities->string(), failed);
      if (failed) return refused(*authorities, failed);
    } else {
      context->set_default_verify_paths(failed);
    }
  }
  return context;
}

}  // namespace rapport

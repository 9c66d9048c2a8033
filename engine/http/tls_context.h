// What both ends ask of TLS: version 1.2 or newer, forward secrecy, authenticated ciphers.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "engine/http/http_server.h"
#include "events/result.h"

namespace rapport {

// Errors: invalid_argument: a file that cannot be read or is no PEM, a key of another certificate, or one that
// everybody on the machine may read or change; `field` is its path.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> server_tls_context(const TlsFiles& files);

// Errors: invalid_argument: the authorities' file. `verify` false: any certificate is taken.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> client_tls_context(
    const std::optional<std::filesystem::path>& authorities, bool verify);

}  // namespace rapport

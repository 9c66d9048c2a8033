// A self-signed certificate for a test, made when it is asked for: nothing secret lies in the repository, and nothing
// in it runs out.
#pragma once

#include <filesystem>
#include <string>

#include "engine/http/http_server.h"

namespace rapport {

// Writes NAME.crt and NAME.key into the directory: for one subject alternative name ("DNS:localhost", "IP:127.0.0.1"),
// good for a day. It may be given to a client as the authority to trust. Throws std::runtime_error where OpenSSL fails.
TlsFiles make_throwaway_certificate(const std::filesystem::path& directory, const std::string& name,
                                    const std::string& subject_alternative_name);

}  // namespace rapport

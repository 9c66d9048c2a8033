// Whose a client's address is, as far as it can be told: an IPv4 address is one client's, and of an IPv6 address the
// first 64 bits are, because the rest is the client's own to choose.
#pragma once

#include <string>

namespace rapport {

// "192.0.2.7" as it is, also of "::ffff:192.0.2.7"; "2001:db8:0:1::/64" of "2001:db8:0:1::42"; what is no address, as
// it is.
std::string client_network(const std::string& address);

}  // namespace rapport

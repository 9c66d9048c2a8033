#include "engine/auth/client_network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace rapport {

std::string client_network(const std::string& address) {
  in6_addr v6{};
  const std::string bare = address.substr(0, address.find('%'));  // without the interface's name
  if (::inet_pton(AF_INET6, bare.c_str(), &v6) != 1) return address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    ::inet_ntop(AF_INET, &v6.s6_addr[12], text.data(), text.size());
    return text.data();
  }
  std::fill(std::begin(v6.s6_addr) + 8, std::end(v6.s6_addr), std::uint8_t{0});
  ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  return std::string(text.data()) + "/64";
}

}  // namespace rapport

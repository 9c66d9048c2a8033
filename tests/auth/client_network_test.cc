#include "engine/auth/client_network.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(ClientNetwork, IsWhatAClientCannotChooseOfItsAddress) {
  EXPECT_EQ(client_network("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client_network("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client_network("2001:db8:0:1::42"), "2001:db8:0:1::/64");
  EXPECT_EQ(client_network("2001:db8:0:1:ffff::42"), client_network("2001:db8:0:1::1"));
  EXPECT_NE(client_network("2001:db8:0:2::42"), client_network("2001:db8:0:1::42"));
  EXPECT_EQ(client_network("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(client_network("not an address"), "not an address");
}

}  // namespace
}  // namespace rapport

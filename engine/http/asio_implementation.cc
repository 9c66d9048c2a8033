// Asio's own code, compiled once: BOOST_ASIO_SEPARATE_COMPILATION leaves declarations only for everyone else.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>

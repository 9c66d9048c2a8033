#include "projections/store/wal_order.h"

#include <rocksdb/write_batch.h>

#include <string_view>

namespace rapport {
namespace {

// A batch begins with the number of its first write (8 bytes) and how many there are (4), little-endian.
constexpr std::size_t kNumberBytes = 8, kCountBytes = 4;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return number;
}

}  // namespace

rocksdb::WalFilter::WalProcessingOption WalOrder::LogRecordFound(unsigned long long, const std::string&,
                                                                 const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                                                 bool*) {
  const std::string_view bytes = batch.Data();
  if (bytes.size() < kNumberBytes + kCountBytes) return WalProcessingOption::kStopReplay;
  const std::uint64_t number = little_endian(bytes.substr(0, kNumberBytes));
  if (next_ && number != *next_) return WalProcessingOption::kStopReplay;
  next_ = number + little_endian(bytes.substr(kNumberBytes, kCountBytes));
  return WalProcessingOption::kContinueProcessing;
}

}  // namespace rapport

// The bytes that came on a connection and have not been taken yet, contiguous for the parser.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace rapport {

class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t capacity) { reserve(capacity); }

  std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  std::size_t capacity() const { return capacity_; }

  void consume(std::size_t size) {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Where the next bytes go, after what is unread; moves that to the front. Nothing: the buffer is full.
  struct Space {
    char* data;
    std::size_t size;
  };
  Space space() {
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t size) { end_ += size; }

  // Grows or shrinks, never below what is unread.
  void reserve(std::size_t capacity) {
    const std::size_t unread_size = end_ - begin_;
    if (capacity < unread_size) capacity = unread_size;
    if (capacity == capacity_) return;
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (unread_size > 0) std::memcpy(bytes.get(), bytes_.get() + begin_, unread_size);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
    begin_ = 0;
    end_ = unread_size;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace rapport

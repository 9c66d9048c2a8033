#include "projections/store/row_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "projections/store/durable_file.h"

namespace rapport {
namespace {

constexpr std::size_t kBufferBytes = 256u << 10;

}  // namespace

void append_row(std::string& rows, std::string_view key, std::initializer_list<std::string_view> value) {
  RowHead head{static_cast<std::uint32_t>(key.size()), 0};
  for (const std::string_view piece : value) head.value_size += static_cast<std::uint32_t>(piece.size());
  rows.append(reinterpret_cast<const char*>(&head), sizeof head).append(key);
  for (const std::string_view piece : value) rows.append(piece);
}

RowFileWriter::RowFileWriter(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, O_WRONLY | O_CREAT | O_TRUNC), open_error_(errno) {
  buffer_.reserve(kBufferBytes);
}

Result<void> RowFileWriter::write_if_full() {
  if (buffer_.size() < kBufferBytes) return {};
  return finish();
}

Result<void> RowFileWriter::add(std::string_view row) {
  buffer_.append(row);
  return write_if_full();
}

Result<void> RowFileWriter::add(std::string_view key, std::string_view value) {
  append_row(buffer_, key, {value});
  return write_if_full();
}

Result<void> RowFileWriter::finish() {
  if (file_.get() < 0) return storage_error(path_, "cannot be made", open_error_);
  RAPPORT_TRY(write_all(file_, path_, buffer_));
  buffer_.clear();
  return {};
}

RowFileReader::RowFileReader(std::filesystem::path path)
    : path_(std::move(path)), file_(std::make_unique<FileHandle>(path_, O_RDONLY)), open_error_(errno) {}

Result<bool> RowFileReader::has(std::size_t size) { return end_ - begin_ >= size ? Result<bool>(true) : fill(size); }

Result<bool> RowFileReader::fill(std::size_t size) {
  if (file_->get() < 0) return storage_error(path_, "cannot be opened", open_error_);
  if (size > capacity_) {
    auto larger = std::make_unique_for_overwrite<char[]>(std::max(size, kBufferBytes));
    if (begin_ < end_) std::memcpy(larger.get(), buffer_.get() + begin_, end_ - begin_);
    buffer_ = std::move(larger);
    capacity_ = std::max(size, kBufferBytes);
  } else if (begin_ < end_) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  }
  end_ -= std::exchange(begin_, 0);
  while (end_ < size) {
    const auto got = ::read(file_->get(), buffer_.get() + end_, capacity_ - end_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return storage_error(path_, "cannot be read", errno);
    if (got == 0) return false;
    end_ += static_cast<std::size_t>(got);
  }
  return true;
}

Result<bool> RowFileReader::next() {
  RowHead head;
  const auto there = has(sizeof head);
  if (!there) return there.error();
  if (!*there && begin_ == end_) return false;
  if (*there) std::memcpy(&head, buffer_.get() + begin_, sizeof head);
  const auto whole = *there ? has(head.row_size()) : there;
  if (!whole) return whole.error();
  if (!*whole) return Error{Errc::storage_failed, "ends in the middle of a row", path_.string()};
  const std::string_view row(buffer_.get() + begin_, head.row_size());
  key_ = row.substr(sizeof head, head.key_size);
  value_ = row.substr(sizeof head + head.key_size);
  begin_ += row.size();
  return true;
}

}  // namespace rapport

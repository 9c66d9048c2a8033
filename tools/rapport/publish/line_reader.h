// Reads a text file line by line: plain, gzip (any number of members) or standard input, told apart by the bytes.
//
// Invariants:
// - Lines are numbered from 1 and come without their "\n" or "\r\n"; the last one needs neither.
// - A line beyond kLineSizeMax is given as its first bytes, marked too_long: it is never taken for a whole one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kLineSizeMax = 1024 * 1024;

class LineReader {
 public:
  struct Line {
    std::uint64_t number = 0;
    std::string_view text;  // until the next call of next()
    bool too_long = false;
  };

  // "-" is standard input. Errors: not_found (no such file), storage_failed (it cannot be opened), naming the path.
  [[nodiscard]] static Result<LineReader> open(const std::string& path);

  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  ~LineReader();

  // The next line, or nothing at the end. Errors: storage_failed (it cannot be read), corrupt (the gzip data are
  // damaged or end early), each with the line reached; the lines before it stand.
  [[nodiscard]] Result<std::optional<Line>> next();

  // How much of the file has been read, as stored (compressed), and its size: 0 where that is not known (a pipe).
  std::uint64_t bytes_read() const;
  std::uint64_t size_bytes() const;

 private:
  struct Impl;
  explicit LineReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport

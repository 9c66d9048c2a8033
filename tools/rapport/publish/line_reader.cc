#include "tools/rapport/publish/line_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace rapport {
namespace {

constexpr unsigned kBufferSize = 256 * 1024;

struct GzClose {
  void operator()(gzFile file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, GzClose>;

}  // namespace

struct LineReader::Impl {
  std::string path;
  GzFile file;
  std::uint64_t size_bytes = 0;
  std::vector<char> buffer = std::vector<char>(kBufferSize);
  std::size_t begin = 0, end = 0;  // what is in the buffer and not yet given out
  bool at_end = false;
  std::uint64_t line_number = 0;
  std::string line;  // a line that spans buffers

  // Fills the empty buffer; at_end where there is no more.
  Result<void> fill() {
    begin = end = 0;
    const int count = gzread(file.get(), buffer.data(), kBufferSize);
    int code = Z_OK;
    const char* why = gzerror(file.get(), &code);
    // What came before an early end is given out first: the error is for the read that finds nothing more.
    if (count < 0 || (count == 0 && code == Z_BUF_ERROR)) {
      const std::string at = "after line " + std::to_string(line_number);
      if (code == Z_ERRNO) return Error{Errc::storage_failed, std::string(std::strerror(errno)) + ", " + at, path};
      if (code == Z_BUF_ERROR) return Error{Errc::corrupt, "the gzip data end early, " + at, path};
      return Error{Errc::corrupt, std::string("the gzip data are damaged (") + why + "), " + at, path};
    }
    end = static_cast<std::size_t>(count);
    at_end = end == 0;
    return {};
  }
};

LineReader::LineReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

Result<LineReader> LineReader::open(const std::string& path) {
  const bool is_stdin = path == "-";
  const int fd = is_stdin ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Error{errno == ENOENT ? Errc::not_found : Errc::storage_failed, std::strerror(errno), path};
  }
  auto impl = std::make_unique<Impl>();
  impl->path = is_stdin ? "standard input" : path;
  struct stat status {};
  if (::fstat(fd, &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      ::close(fd);
      return Error{Errc::storage_failed, "is a directory", path};
    }
    if (S_ISREG(status.st_mode)) impl->size_bytes = static_cast<std::uint64_t>(status.st_size);
  }
  impl->file.reset(gzdopen(fd, "rb"));
  if (!impl->file) {
    ::close(fd);
    return Error{Errc::storage_failed, "no memory to read it", path};
  }
  gzbuffer(impl->file.get(), kBufferSize);
  return LineReader(std::move(impl));
}

Result<std::optional<LineReader::Line>> LineReader::next() {
  Impl& in = *impl_;
  in.line.clear();
  bool too_long = false, any = false;
  while (true) {
    if (in.begin == in.end) {
      if (auto filled = in.fill(); !filled) return filled.error();
      if (in.at_end) break;
    }
    any = true;
    const char* const from = in.buffer.data() + in.begin;
    const auto* const newline = static_cast<const char*>(std::memchr(from, '\n', in.end - in.begin));
    const std::size_t count = newline ? static_cast<std::size_t>(newline - from) : in.end - in.begin;
    std::string_view part(from, count);
    in.begin += count + (newline ? 1 : 0);
    if (newline && in.line.empty() && !too_long && count <= kLineSizeMax) {
      // The usual case: the whole line stands in the buffer.
      if (part.ends_with('\r')) part.remove_suffix(1);
      return Line{.number = ++in.line_number, .text = part};
    }
    const std::size_t room = kLineSizeMax - in.line.size();
    too_long = too_long || part.size() > room;
    in.line.append(part.substr(0, room));
    if (newline) break;
  }
  if (!any) return std::optional<Line>{};
  if (!too_long && in.line.ends_with('\r')) in.line.pop_back();
  return Line{.number = ++in.line_number, .text = in.line, .too_long = too_long};
}

std::uint64_t LineReader::bytes_read() const {
  const auto offset = gzoffset(impl_->file.get());
  return offset < 0 ? 0 : static_cast<std::uint64_t>(offset);
}

std::uint64_t LineReader::size_bytes() const { return impl_->size_bytes; }

}  // namespace rapport

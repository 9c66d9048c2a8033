#include "tests/faults/fault_place.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace rapport::faults {

FaultPlace::FaultPlace() {
  std::filesystem::create_directory(disk());
  const int handle = ::open((directory_.path() / "board").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (handle < 0 || ::ftruncate(handle, sizeof(FaultBoard)) != 0) throw std::runtime_error("no board");
  void* mapped = ::mmap(nullptr, sizeof(FaultBoard), PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
  ::close(handle);
  if (mapped == MAP_FAILED) throw std::runtime_error("no board");
  board_ = static_cast<FaultBoard*>(mapped);
}

FaultPlace::~FaultPlace() { ::munmap(board_, sizeof(FaultBoard)); }

std::string FaultPlace::errors_text() const {
  std::ifstream in(errors());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void FaultPlace::fill_disk() {
  board_->nth = 1;
  board_->matching = 0;
  board_->from_then_on = 1;
  board_->error = ENOSPC;
  board_->kinds = bit_of(CallKind::write) | bit_of(CallKind::resize) | bit_of(CallKind::rename);
}

std::vector<std::string> FaultPlace::environment() const {
  const auto equals = [](const char* name, const std::filesystem::path& value) {
    return std::string(name) + "=" + value.string();
  };
  return {equals("LD_PRELOAD", FILE_FAULTS), equals(kDirectoryVariable, disk()),
          equals(kBoardVariable, directory_.path() / "board"), equals(kJournalVariable, directory_.path() / "journal"),
          // A sanitizer wants to be the first library.
          "ASAN_OPTIONS=verify_asan_link_order=0"};
}

std::vector<JournalEntry> FaultPlace::take_journal() {
  const std::filesystem::path path = directory_.path() / "journal";
  auto entries = read_journal(path);
  std::filesystem::remove(path);
  return entries;
}

}  // namespace rapport::faults

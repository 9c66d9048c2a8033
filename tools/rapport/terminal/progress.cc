#include "tools/rapport/terminal/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLine{10};
constexpr std::size_t kBarWidth = 30;

}  // namespace

std::string seconds_text(double seconds) {
  constexpr double kFractionsBelow = 10;
  if (seconds < kFractionsBelow) {
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "%.2f s", seconds);
    return text.data();
  }
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 60) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

Progress::Progress(std::string noun, std::uint64_t total)
    : noun_(std::move(noun)), total_(total), terminal_(stderr_is_terminal()) {
  due_ = start_ + (terminal_ ? Clock::duration(kRedraw) : Clock::duration(kLine));
}

Progress::~Progress() {
  if (drawn_) std::cerr << "\r\x1b[K";
}

void Progress::say(const std::string& line) {
  if (drawn_) std::cerr << "\r\x1b[K";
  std::cerr << line << "\n";
  drawn_ = false;
}

std::string Progress::text(std::uint64_t done) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string out = std::to_string(done) + " " + noun_ + ", " + std::to_string(static_cast<std::uint64_t>(rate)) + "/s";
  if (total_ > 0 && rate > 0 && done < total_) {
    out += ", " + seconds_text(static_cast<double>(total_ - done) / rate) + " left";
  }
  return out;
}

void Progress::at(std::uint64_t done) {
  const auto now = Clock::now();
  if (now < due_) return;
  if (!terminal_) {
    due_ = now + kLine;
    std::cerr << text(done) << "\n";
    return;
  }
  due_ = now + kRedraw;
  drawn_ = true;
  std::cerr << "\r\x1b[K";
  if (total_ > 0) {
    const std::size_t filled = std::min<std::size_t>(kBarWidth, kBarWidth * done / total_);
    std::cerr << "[" << std::string(filled, '=') << std::string(kBarWidth - filled, ' ') << "] ";
  }
  std::cerr << text(done) << std::flush;
}

}  // namespace rapport

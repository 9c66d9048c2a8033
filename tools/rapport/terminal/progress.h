// How far a long command is: a bar on a terminal, a line every ten seconds elsewhere. All of it goes to stderr.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace rapport {

// "12 s", "3 min 20 s"; below ten seconds "0.42 s".
std::string seconds_text(double seconds);

class Progress {
 public:
  // `noun`: what is counted, "events". `total` 0: not known.
  Progress(std::string noun, std::uint64_t total);
  // Ends the bar's line.
  ~Progress();

  void at(std::uint64_t done);
  // A line of its own on stderr: what is drawn of the bar gives way to it.
  void say(const std::string& line);
  // Where the total becomes known, or grows, on the way.
  void at(std::uint64_t done, std::uint64_t total) {
    total_ = total;
    at(done);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string text(std::uint64_t done) const;

  std::string noun_;
  std::uint64_t total_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point due_;
};

}  // namespace rapport

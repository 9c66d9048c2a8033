#include "engine/auth/key_usage.h"

#include <fstream>

namespace rapport {
namespace {

constexpr std::int64_t kSecondMs = 1'000;

Timestamp whole_second(Timestamp time) { return Timestamp{time.ms - time.ms % kSecondMs}; }

}  // namespace

KeyUsage::KeyUsage(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.empty()) return;
  std::ifstream in(file_);
  std::string id, text;
  while (in >> id >> text) {
    if (const auto time = parse_timestamp(text)) last_used_[id] = *time;
  }
}

KeyUsage::~KeyUsage() {
  if (changed_) save(lines());
}

void KeyUsage::used(std::string_view key_id, Timestamp now) {
  std::string to_save;
  {
    const std::lock_guard lock(mutex_);
    const auto known = last_used_.find(key_id);
    Timestamp& last = known != last_used_.end() ? known->second : last_used_[std::string(key_id)];
    if (last == whole_second(now)) return;
    last = whole_second(now);
    changed_ = true;
    if (now.ms - saved_.ms < kSaveIntervalMs) return;
    saved_ = now;
    changed_ = false;
    to_save = lines();
  }
  if (const std::unique_lock writer(saving_, std::try_to_lock); writer) save(to_save);
}

std::optional<Timestamp> KeyUsage::last_used(std::string_view key_id) const {
  const std::lock_guard lock(mutex_);
  const auto known = last_used_.find(key_id);
  return known == last_used_.end() ? std::nullopt : std::optional(known->second);
}

std::string KeyUsage::lines() const {
  std::string out;
  for (const auto& [id, time] : last_used_) out.append(id).append(" ").append(format_timestamp(time)).append("\n");
  return out;
}

// A failure is let be: what is lost is a hint, and the disk's trouble is told by those who need the disk.
void KeyUsage::save(const std::string& lines) const noexcept {
  if (file_.empty()) return;
  try {
    const std::filesystem::path fresh = file_.string() + ".new";
    std::ofstream out(fresh, std::ios::trunc);
    out << lines;
    out.close();
    std::error_code ignored;
    if (out) std::filesystem::rename(fresh, file_, ignored);
  } catch (const std::exception&) {
  }
}

}  // namespace rapport

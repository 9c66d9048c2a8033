// The include table: which folder may use which, and where each third-party library has its home. ARCHITECTURE.md says
// why. A failure here means that the new include, not the table, is what to think about first.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/repository/source_tree.h"

namespace rapport::repository {
namespace {

using Folders = std::vector<std::string_view>;

struct ModuleRow {
  std::string_view folder;
  Folders uses;  // beside itself; a folder stands for those inside it too
};

// events <- projections <- engine <- tools; inside engine log, fold, publish, auth, http. The files that stand in
// engine/ itself put its folders together.
const std::vector<ModuleRow> kModules{
    {"events", {}},
    {"projections/store", {"events"}},
    {"projections", {"events"}},
    {"engine/seal", {"events", "projections/store"}},
    {"engine/log", {"events", "projections/store", "engine/seal"}},
    {"engine/fold", {"events", "projections", "engine/log"}},
    {"engine/feed", {"events", "projections", "engine/log", "engine/fold"}},
    {"engine/generations", {"events", "projections", "engine/log", "engine/fold"}},
    {"engine/backup", {"events", "projections", "engine/log", "engine/fold", "engine/generations"}},
    {"engine/erase", {"events", "projections", "engine/log", "engine/fold", "engine/generations", "engine/backup"}},
    {"engine/publish", {"events", "projections", "engine/seal", "engine/log", "engine/fold"}},
    {"engine/auth", {"events", "projections", "engine/log", "engine/fold", "engine/publish"}},
    {"engine/revert", {"events", "projections", "engine/log", "engine/fold", "engine/publish"}},
    {"engine/http", {"events", "projections", "engine/log", "engine/fold", "engine/publish", "engine/auth"}},
    {"engine/http/api",
     {"events", "projections", "engine/seal", "engine/log", "engine/fold", "engine/feed", "engine/generations",
      "engine/backup", "engine/erase", "engine/publish", "engine/revert", "engine/auth", "engine/http",
      "engine/group"}},
    {"engine/group",
     {"events", "projections", "engine/log", "engine/fold", "engine/publish", "engine/revert", "engine/http"}},
    {"engine", {"events", "projections"}},
    {"tools", {"events", "projections", "engine"}},
    {"bench", {"events", "projections", "engine", "tools"}},
    {"tests", {"events", "projections", "engine", "tools", "bench"}},
};

struct LibraryRow {
  std::string_view include;  // how its headers begin
  Folders homes;             // how the paths of the files that may include it begin
};

// tests/ and bench/ hold a library beside ours to compare the two, so they are not in this table.
const std::vector<LibraryRow> kLibraries{
    {"boost/system/result.hpp", {"events/result.h"}},
    {"boost/system/system_error.hpp", {"engine/http/"}},
    {"boost/crc.hpp", {"projections/store/"}},
    {"boost/container/", {"events/", "projections/", "engine/"}},
    {"boost/intrusive/", {"projections/lru_map"}},
    {"boost/unordered_map.hpp", {"projections/lru_map"}},
    {"boost/json", {"events/", "engine/", "tools/"}},
    {"boost/asio", {"engine/http/"}},
    {"boost/beast", {"engine/http/"}},
    {"boost/url", {"engine/http/"}},
    {"openssl/", {"engine/http/"}},
    {"simdjson.h", {"events/"}},
    {"emmintrin.h", {"events/plain_json"}},
    {"lz4.h", {"engine/http/api/"}},
    {"sodium.h", {"events/", "engine/"}},
    {"rocksdb/", {"projections/store/"}},
    {"xxhash.h", {"projections/"}},
    {"unicode/", {"projections/search_words"}},
    {"librdkafka/", {"engine/log/kafka_"}},
    {"CLI/", {"tools/"}},
    {"zlib.h", {"tools/"}},
};

// Standard C++ has no dot or slash in its names. Of POSIX and Linux, what has no C++ name.
const std::set<std::string_view> kSystem{
    "arpa/inet.h",   "fcntl.h",    "netinet/in.h", "poll.h",         "sched.h",      "signal.h",   "sys/file.h",
    "sys/ioctl.h",   "sys/mman.h", "sys/prctl.h",  "sys/resource.h", "sys/socket.h", "sys/stat.h", "sys/statvfs.h",
    "sys/syscall.h", "sys/wait.h", "termios.h",    "time.h",         "unistd.h"};

struct Include {
  const SourceFile* file;
  std::string where;
  std::string_view header;
  bool ours;  // "quoted", from the top; else <angled>
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> out;
  std::size_t number = 0;
  for (const auto line : lines(file.text)) {
    ++number;
    if (!line.starts_with("#include ") || line.size() < 12) continue;
    const bool ours = line[9] == '"';
    const auto end = line.find(ours ? '"' : '>', 10);
    out.push_back({&file, at_line(file, number), line.substr(10, end - 10), ours});
  }
  return out;
}

std::vector<Include> all_includes() {
  std::vector<Include> out;
  for (const auto& file : source_tree()) {
    if (!file.is_cpp()) continue;
    const auto found = includes_of(file);
    out.insert(out.end(), found.begin(), found.end());
  }
  return out;
}

// Whether a path is the folder or lies inside it.
bool lies_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// The row of the innermost folder that holds the file.
const ModuleRow* module_of(std::string_view path) {
  const ModuleRow* innermost = nullptr;
  for (const auto& row : kModules) {
    if (lies_in(path, row.folder) && (!innermost || row.folder.size() > innermost->folder.size())) innermost = &row;
  }
  return innermost;
}

bool may_use(const ModuleRow& from, const ModuleRow& to) {
  return lies_in(to.folder, from.folder) ||
         std::any_of(from.uses.begin(), from.uses.end(), [&](auto used) { return lies_in(to.folder, used); });
}

TEST(IncludeTable, EveryFolderHasARow) {
  for (const auto& file : source_tree()) {
    if (!file.is_cpp()) continue;
    const auto* row = module_of(file.path);
    ASSERT_NE(row, nullptr) << file.path << " stands in no folder of the table";
    if (row->folder == "tools" || row->folder == "bench" || row->folder == "tests") continue;
    EXPECT_EQ(file.path.substr(0, file.path.rfind('/')), row->folder) << file.path << ": its folder has no row";
  }
}

TEST(IncludeTable, OurHeadersAreNamedFromTheTop) {
  std::set<std::string_view> paths;
  for (const auto& file : source_tree()) paths.insert(file.path);
  for (const auto& include : all_includes()) {
    if (!include.ours) continue;
    EXPECT_TRUE(paths.contains(include.header)) << include.where << " includes " << include.header;
  }
}

TEST(IncludeTable, FoldersUseOnlyThoseTheyMay) {
  for (const auto& include : all_includes()) {
    if (!include.ours) continue;
    const auto* from = module_of(include.file->path);
    const auto* to = module_of(include.header);
    if (!from || !to) continue;  // the tests above say so
    EXPECT_TRUE(may_use(*from, *to)) << include.where << ": " << from->folder << " may not use " << to->folder;
  }
}

TEST(IncludeTable, EveryLibraryHasOneHome) {
  for (const auto& include : all_includes()) {
    const std::string_view path = include.file->path;
    if (include.ours || path.starts_with("tests/") || path.starts_with("bench/")) continue;
    if (include.header.find_first_of("./") == std::string_view::npos || kSystem.contains(include.header)) continue;
    const auto row = std::find_if(kLibraries.begin(), kLibraries.end(),
                                  [&](const auto& library) { return include.header.starts_with(library.include); });
    if (row == kLibraries.end()) {
      ADD_FAILURE() << include.where << ": <" << include.header << "> has no home in the table";
      continue;
    }
    EXPECT_TRUE(std::any_of(row->homes.begin(), row->homes.end(), [&](auto home) { return path.starts_with(home); }))
        << include.where << ": <" << include.header << "> is included outside its home";
  }
}

}  // namespace
}  // namespace rapport::repository

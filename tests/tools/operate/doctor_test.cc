// Each thing that the doctor looks at, well and ill.
#include "tools/rapport/operate/doctor.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "engine/generations/data_directory.h"
#include "events/event.h"
#include "tests/http/throwaway_certificate.h"
#include "tools/rapport/program.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Doctor : public testing::Test {
 protected:
  Doctor() { fs::create_directory(directory_); }
  ~Doctor() override { fs::remove_all(directory_); }

  static void expect(const Finding& finding, Health health, const char* facts) {
    EXPECT_EQ(name_of(finding.health), name_of(health)) << finding.facts;
    EXPECT_THAT(finding.facts, HasSubstr(facts));
    EXPECT_EQ(finding.mend.empty(), health != Health::ill) << "who is told of an ill is told what to do";
  }

  const fs::path directory_ = fs::temp_directory_path() / ("rapport-test-" + make_event_id());
};

TEST_F(Doctor, FindsADirectoryThatServesOrWill) {
  expect(check_directory(directory_), Health::well, "can be written");
  expect(check_directory(directory_ / "new" / "one"), Health::well, "not there yet");
  EXPECT_FALSE(fs::exists(directory_ / "new")) << "looking makes nothing";
}

TEST_F(Doctor, FindsADirectoryThatIsNoneOrIsOpenToOthers) {
  std::ofstream(directory_ / "file") << "x";
  expect(check_directory(directory_ / "file"), Health::ill, "is no directory");
  fs::permissions(directory_, fs::perms::all);
  expect(check_directory(directory_), Health::ill, "written by others");
}

TEST_F(Doctor, FindsADirectoryOfAnotherUser) {
  if (::geteuid() != 0) {
    expect(check_directory("/"), Health::ill, "cannot be written");
    return;
  }
  ASSERT_EQ(::chown(directory_.c_str(), 12345, 12345), 0);
  expect(check_directory(directory_), Health::ill, "belongs to user 12345");
}

TEST_F(Doctor, FindsTheFormatOfADirectory) {
  expect(check_format(directory_ / "none", "embedded"), Health::well, "nothing is in it yet");
  expect(check_format(directory_, "embedded"), Health::well, "nothing is in it yet");
  EXPECT_TRUE(fs::is_empty(directory_)) << "looking makes nothing";
  {
    const auto engine = DataDirectory::open(directory_, "embedded");
    ASSERT_TRUE(engine);
    expect(check_format(directory_, "embedded"), Health::well, "an engine works in it");
  }
  expect(check_format(directory_, "embedded"), Health::well, "no engine works in it");
  expect(check_format(directory_, "kafka"), Health::ill, "made for the log 'embedded'");
  std::ofstream(directory_ / "format") << "other 9\n";
  expect(check_format(directory_, "embedded"), Health::ill, "another version");
}

TEST_F(Doctor, FindsADirectoryOfSomethingElse) {
  std::ofstream(directory_ / "letters.txt") << "x";
  expect(check_format(directory_, "embedded"), Health::ill, "holds other files");
}

TEST_F(Doctor, FindsADirectoryThatServeWouldTake) {
  fs::create_directory(directory_ / "lost+found");
  std::ofstream(directory_ / "master-key") << "x";
  expect(check_format(directory_, "embedded"), Health::well, "nothing is in it yet");
  fs::create_directory(directory_ / "log");
  expect(check_format(directory_, "embedded"), Health::ill, "holds data but no format file");
}

TEST_F(Doctor, FindsADiskWithoutRoom) {
  expect(check_disk(directory_ / "not" / "yet", 0),
         fs::space(directory_).available * 20 < fs::space(directory_).capacity ? Health::ill : Health::well,
         "are free");
  const Finding full = check_disk(directory_, ~0ULL);
  expect(full, Health::ill, "are free");
  EXPECT_NE(full.mend.find("--backups"), std::string::npos) << full.mend;
}

TEST_F(Doctor, FindsAClockThatDiffers) {
  struct Row {
    std::int64_t ahead_ms;
    Health health;
    const char* facts;
  };
  const auto date = parse_timestamp("2026-03-14T09:15:00Z");
  ASSERT_TRUE(date);
  for (const Row& row : {Row{0, Health::well, "0 s ahead"}, Row{10'900, Health::well, "10 s ahead"},
                         Row{11'100, Health::ill, "11 s ahead"}, Row{-10'000, Health::well, "10 s behind"},
                         Row{-11'000, Health::ill, "11 s behind"}}) {
    expect(check_clock("Sat, 14 Mar 2026 09:15:00 GMT", Timestamp{date->ms + row.ahead_ms}), row.health, row.facts);
  }
  expect(check_clock("", now_wall_clock()), Health::ill, "says no time");
}

TEST_F(Doctor, FindsWhatIsWrongWithACertificate) {
  const TlsFiles good = make_throwaway_certificate(directory_, "server", "IP:127.0.0.1");
  const TlsFiles other = make_throwaway_certificate(directory_, "other", "IP:127.0.0.1");
  constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
  const Timestamp now = now_wall_clock();
  fs::permissions(good.key, fs::perms::owner_read);
  fs::permissions(other.key, fs::perms::owner_read);
  // It is good for a day.
  expect(check_tls(good, now), Health::ill, "runs out in 0 days");
  expect(check_tls(good, Timestamp{now.ms - 20 * kDayMs}), Health::ill, "is good from");
  expect(check_tls(good, Timestamp{now.ms + 2 * kDayMs}), Health::ill, "has run out");
  expect(check_tls({good.certificate, other.key}, now), Health::ill, "other.key");
  expect(check_tls({directory_ / "none.crt", good.key}, now), Health::ill, "none.crt");
  fs::permissions(good.key, fs::perms::owner_read | fs::perms::others_read);
  expect(check_tls(good, now), Health::ill, "everybody on this machine may read or change it: chmod o= it");
}

TEST_F(Doctor, FindsAnotherVersion) {
  expect(check_version("0.1.0", "0.1.0"), Health::well, "server 0.1.0");
  expect(check_version("0.1.0", "0.2.0"), Health::ill, "server 0.2.0");
}

TEST_F(Doctor, EndsWithOneWhereAnythingIsIll) {
  ::unsetenv("RAPPORT_URL");
  ::unsetenv("RAPPORT_DATA");
  struct Row {
    std::string data;
    int exit;
    const char* said;
  };
  std::ofstream(directory_ / "letters.txt") << "x";
  for (const Row& row : {Row{(directory_ / "new").string(), 0, R"("check":"format","health":"well")"},
                         Row{directory_.string(), 1, R"("check":"format","health":"ill")"}}) {
    const std::vector<const char*> words{"rapport", "doctor", "--json", "--data", row.data.c_str()};
    testing::internal::CaptureStdout();
    const int exit = run_program(static_cast<int>(words.size()), words.data());
    const std::string out = testing::internal::GetCapturedStdout();
    // A disk of the machine that runs this may be full: that is no fault of the program.
    const bool full = check_disk(directory_).health != Health::well;
    EXPECT_EQ(exit, full ? 1 : row.exit) << out;
    EXPECT_THAT(out, HasSubstr(row.said));
  }
}

}  // namespace
}  // namespace rapport

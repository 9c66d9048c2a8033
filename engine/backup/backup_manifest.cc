#include "engine/backup/backup_manifest.h"

#include <boost/json.hpp>
#include <charconv>

#include "events/json_writer.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "rapport backup 1";
constexpr std::string_view kChecksumMember = ",\"checksum\":\"";

std::string token(LogId log, const Positions& positions) { return to_string(PositionToken{log, positions}); }

Result<PositionToken> token_of(const json::value& text) { return parse_position(text.as_string().c_str()); }

Result<Digest> parse_digest(std::string_view text) {
  Digest out;
  const auto half = [](std::string_view digits, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  std::uint64_t high = 0, low = 0;
  if (text.size() != 32 || !half(text.substr(0, 16), high) || !half(text.substr(16), low)) {
    return Error{Errc::corrupt, "is no digest", "digest"};
  }
  out.value = static_cast<Uint128>(high) << 64 | low;
  return out;
}

// A path that leads out of the backup would be copied out of the data directory.
bool is_in_backup(const std::filesystem::path& path) {
  const std::string_view top = path.empty() ? std::string_view() : std::string_view(path.begin()->native());
  const bool is_known = top == kBackupLog || top == kBackupProjections || top == kBackupKeys;
  return is_known && path.is_relative() && path == path.lexically_normal() &&
         std::distance(path.begin(), path.end()) > 1;
}

Result<BackupManifest> read_members(const json::object& in) {
  BackupManifest out;
  const auto number = [&](const json::value& value) { return value.to_number<std::uint64_t>(); };
  const auto made = parse_timestamp(in.at("made").as_string().c_str());
  if (!made) return made.error();
  out.made = *made;
  out.log_kind = in.at("log").as_string().c_str();
  const auto position = token_of(in.at("position"));
  if (!position) return position.error();
  out.log = position->log;
  out.position = position->offsets;
  const auto digest = parse_digest(in.at("digest").as_string().c_str());
  if (!digest) return digest.error();
  out.digest = *digest;
  const json::object& events = in.at("events").as_object();
  out.counts = {number(events.at("accepted")), number(events.at("repeated")), number(events.at("refused")),
                number(events.at("parked"))};
  out.contacts = number(in.at("contacts"));
  out.companies = number(in.at("companies"));
  out.fold_version = static_cast<std::uint32_t>(number(in.at("foldVersion")));
  if (!in.at("logEnd").is_null()) {
    const auto end = token_of(in.at("logEnd"));
    if (!end) return end.error();
    out.log_end = end->offsets;
  }
  for (const json::value& file : in.at("files").as_array()) {
    out.files.push_back(
        {file.at("path").as_string().c_str(), {number(file.at("size")), file.at("sha256").as_string().c_str()}});
    if (!is_in_backup(out.files.back().path)) {
      return Error{Errc::corrupt, "names a file outside: '" + out.files.back().path + "'"};
    }
  }
  return out;
}

}  // namespace

std::uint64_t BackupManifest::size_bytes() const {
  std::uint64_t bytes = 0;
  for (const BackupFile& file : files) bytes += file.digest.size;
  return bytes;
}

std::string encode_manifest(const BackupManifest& manifest) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("format").string(kFormat).key("made").time(manifest.made);
  out.key("log").string(manifest.log_kind).key("position").string(token(manifest.log, manifest.position));
  out.key("digest").string(to_string(manifest.digest));
  out.key("events").begin_object();
  out.key("accepted").number(manifest.counts.accepted).key("repeated").number(manifest.counts.repeated);
  out.key("refused").number(manifest.counts.refused).key("parked").number(manifest.counts.parked).end_object();
  out.key("contacts").number(manifest.contacts).key("companies").number(manifest.companies);
  out.key("foldVersion").number(std::uint64_t{manifest.fold_version}).key("logEnd");
  manifest.log_end ? out.string(token(manifest.log, *manifest.log_end)) : out.null();
  out.key("files").begin_array();
  for (const BackupFile& file : manifest.files) {
    text += '\n';
    out.begin_object().key("path").string(file.path).key("size").number(file.digest.size);
    out.key("sha256").string(file.digest.sha256).end_object();
  }
  out.end_array();
  return text + std::string(kChecksumMember) + sha256_hex(text) + "\"}\n";
}

Result<BackupManifest> decode_manifest(std::string_view text) {
  const auto checksum = text.rfind(kChecksumMember);
  const Error damaged{Errc::corrupt, "is damaged: its checksum is not that of its bytes"};
  if (checksum == std::string_view::npos) return damaged;
  const std::string expected = std::string(kChecksumMember) + sha256_hex(text.substr(0, checksum)) + "\"}\n";
  if (text.substr(checksum) != expected) return damaged;
  try {
    const json::object in = json::parse(std::string(text)).as_object();
    if (std::string_view(in.at("format").as_string()) != kFormat) {
      return Error{Errc::wrong_format, "holds '" + std::string(in.at("format").as_string().c_str()) +
                                           "', this program reads '" + std::string(kFormat) + "'"};
    }
    return read_members(in);
  } catch (const std::exception& fault) {
    return Error{Errc::corrupt, std::string("is no manifest: ") + fault.what()};
  }
}

bool holds_backup(const std::filesystem::path& directory) {
  std::error_code unseen;
  return std::filesystem::exists(directory / kBackupManifestName, unseen) ||
         std::filesystem::exists(directory / kBackupBegunName, unseen);
}

Result<BackupManifest> read_manifest(const std::filesystem::path& directory) {
  const auto path = directory / kBackupManifestName;
  const auto text = read_text(path);
  if (!text) return text.error();
  if (!*text) {
    return Error{Errc::not_found, std::string("is no finished backup: it has no ") + kBackupManifestName,
                 directory.string()};
  }
  auto manifest = decode_manifest(**text);
  if (!manifest) return Error{manifest.error().code, manifest.error().detail, path.string()};
  return manifest;
}

}  // namespace rapport

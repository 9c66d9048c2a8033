#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include "projections/store/database.h"
#include "projections/store/store.h"
#include "projections/store/store_error.h"

namespace rapport {

struct SortedFile::Impl {
  std::filesystem::path path;
  rocksdb::SstFileWriter writer;

  // What was written is read soon, by a fold or a compaction, so the system is not told to drop it from its cache.
  Impl(const std::filesystem::path& to, Packing packing)
      : path(to), writer(rocksdb::EnvOptions(), file_options(packing), nullptr, /*invalidate_page_cache=*/false) {}

  // The store's, but not packed tight, which takes more time than all the rest. A compaction does it later. A file that
  // is not packed at all is a step's: small, so that its index and its filter are looked into sooner as a whole.
  static rocksdb::Options file_options(Packing packing) {
    rocksdb::Options options = rocksdb_options({});
    if (packing == Packing::none) {
      options.bottommost_compression = rocksdb::kNoCompression;
      auto& table = *options.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
      table.partition_filters = false;
      table.index_type = rocksdb::BlockBasedTableOptions::kBinarySearch;
    } else {
      options.bottommost_compression = options.compression;
    }
    return options;
  }
};

SortedFile::SortedFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SortedFile::~SortedFile() = default;

Result<std::unique_ptr<SortedFile>> SortedFile::create(const std::filesystem::path& path, Packing packing) {
  auto impl = std::make_unique<Impl>(path, packing);
  RAPPORT_TRY(to_result(impl->writer.Open(path.native()), path.native()));
  return std::unique_ptr<SortedFile>(new SortedFile(std::move(impl)));
}

Result<void> SortedFile::add(std::string_view key, std::string_view value) {
  return to_result(impl_->writer.Put(key, value), impl_->path.native());
}

Result<void> SortedFile::erase(std::string_view key) {
  return to_result(impl_->writer.Delete(key), impl_->path.native());
}

Result<void> SortedFile::finish() { return to_result(impl_->writer.Finish(), impl_->path.native()); }
std::uint64_t SortedFile::size_bytes() const { return impl_->writer.FileSize(); }
const std::filesystem::path& SortedFile::path() const { return impl_->path; }

}  // namespace rapport

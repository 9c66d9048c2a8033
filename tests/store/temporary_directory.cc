#include "tests/store/temporary_directory.h"

#include <stdlib.h>

#include <string>

#include "events/result.h"

namespace rapport {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "rapport-test-").string() + std::string(6, 'X');
  if (mkdtemp(name.data()) == nullptr) panic("no temporary directory can be made");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace rapport

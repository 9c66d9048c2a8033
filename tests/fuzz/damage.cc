#include "tests/fuzz/damage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rapport {

using namespace std::string_view_literals;  // a zero is one of the bytes

std::vector<std::string> corpus_of(std::string_view target) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator("tests/fuzz/corpus/" + std::string(target))) {
    paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

std::string Damage::next() {
  std::string text = any();
  for (std::size_t i = below(4) + 1; i > 0; --i) damage(text);
  return text;
}

char Damage::byte() {
  constexpr std::string_view kTelling = "\"\\{}[]:,0-9eE.|%+/\0\x01\x7f\x80\xc3\xed\xff\n "sv;
  return below(2) == 0 ? kTelling[below(kTelling.size())] : static_cast<char>(below(256));
}
void Damage::damage(std::string& text) {
  const std::size_t at = below(text.size() + 1);
  switch (below(6)) {
    case 0:
      if (at < text.size()) text[at] = byte();
      return;
    case 1: text.insert(at, 1, byte()); return;
    case 2: text.erase(at, below(8)); return;
    case 3: text.insert(at, text.substr(below(text.size() + 1), below(40))); return;
    case 4: text.resize(at); return;
    default: {
      const std::string& other = any();
      text.replace(at, std::string::npos, other, below(other.size() + 1), std::string::npos);
    }
  }
}

}  // namespace rapport

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "serve.hpp"
#include "table.hpp"

using namespace lodestone;
using namespace lodestone::bench;

namespace {

constexpr const char* usage =
    "Times the core.\n"
    "  lodestone-bench [--only TEXT] [--seconds S]   a table; S seconds per workload (default 1)\n"
    "      --only TEXT    only workloads whose name contains TEXT\n"
    "  lodestone-bench --serve                       answers requests, one JSON object a line\n"
    "LODESTONE_LANES=4, 8 or 16 selects the vector width.\n";

struct Options {
  bool serve = false;
  std::string only;
  double seconds = 1;
};

bool parse(int count, char** arguments, Options& options) {
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name == "--serve") {
      options.serve = true;
    } else if (name == "--only" && i + 1 < count) {
      options.only = arguments[++i];
    } else if (name == "--seconds" && i + 1 < count) {
      char* end = nullptr;
      options.seconds = std::strtod(arguments[++i], &end);
      if (*end != '\0' || !(options.seconds >= 0 && options.seconds <= 3600)) return false;
    } else {
      return false;
    }
  }
  return true;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ByteView bytes(const std::string& file) { return {reinterpret_cast<const std::byte*>(file.data()), file.size()}; }

}  // namespace

int main(int count, char** arguments) {
  Options options;
  if (!parse(count, arguments, options)) return std::cerr << usage, 2;
  const std::string piano = read_file(LODESTONE_PIANO);
  const std::string signals = read_file(LODESTONE_SIGNALS);
  const auto sounds = Sounds::read(bytes(piano), bytes(signals));
  if (!sounds) return std::cerr << "lodestone-bench: " << sounds.error().message << "\n", 2;
  Suite suite;
  if (!options.serve) return print_table(suite, *sounds, options.only, options.seconds) ? 0 : 1;
  serve(suite, *sounds, std::cin, std::cout);
  return 0;
}

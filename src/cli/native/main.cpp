#include <string_view>
#include <vector>

#include "cli/native/native_host.hpp"

int main(int argc, char** argv) {
  lodestone::cli::NativeHost host;
  const std::vector<std::string_view> arguments(argv + (argc > 0), argv + argc);
  return lodestone::cli::run(arguments, host);
}

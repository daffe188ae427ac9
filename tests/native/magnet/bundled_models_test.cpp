#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lodestone/formats.hpp"
#include "lodestone/player.hpp"

using namespace lodestone;

TEST_CASE("The bundled models play") {
  const auto [name, size, hop] =
      GENERATE(table<std::string, int, int>({{"quality", 2048, 512}, {"responsive", 512, 128}}));
  std::ifstream file(std::string(LODESTONE_SOUNDS "/../models/") + name + ".safetensors", std::ios::binary);
  const std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  const Model model = read_model(std::as_bytes(std::span(bytes))).value();
  CHECK(model.stft.size == size);
  CHECK(model.stft.hop == hop);
  CHECK(model.residuals.size() == static_cast<std::size_t>(model.network.bins));
  CHECK(model.impulses.rows() > 0);

  Player player(model);
  std::vector<float> second(44100);
  for (int i = 0; i < 3; ++i) {
    player.process(second);
    const auto louder = [](float a, float b) { return std::abs(a) < std::abs(b); };
    const float peak = std::abs(*std::max_element(second.begin(), second.end(), louder));
    INFO("second " << i);
    CHECK(peak > 0.01f);
    CHECK(peak < 2);
  }
}

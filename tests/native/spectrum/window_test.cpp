#include "lodestone/window.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "lodestone/formats.hpp"
#include "spectrum/analysis_window.hpp"
#include "vectors.hpp"

using namespace lodestone;

namespace {

std::vector<double> window(Window kind, std::size_t length) {
  std::vector<double> values(length);
  fill_window(kind, values);
  return values;
}

void check_values(const std::vector<double>& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(expected[i]).margin(1e-15));
}

}  // namespace

TEST_CASE("Windows of four or five samples, by hand", "[window]") {
  check_values(window(Window::hann, 4), {0, 0.5, 1, 0.5});
  check_values(window(Window::hann_symmetric, 5), {0, 0.5, 1, 0.5, 0});
  check_values(window(Window::sqrt_hann, 4),
               {std::sin(M_PI / 8), std::sin(3 * M_PI / 8), std::sin(5 * M_PI / 8), std::sin(7 * M_PI / 8)});
  check_values(window(Window::hamming, 4), {0.08, 0.54, 1, 0.54});
  check_values(window(Window::blackman, 4), {0, 0.34, 1, 0.34});
  check_values(window(Window::rectangular, 4), {1, 1, 1, 1});
}

TEST_CASE("Window names can be parsed", "[window]") {
  for (auto kind : {Window::hann, Window::hann_symmetric, Window::sqrt_hann, Window::hamming, Window::blackman,
                    Window::rectangular}) {
    Window parsed;
    REQUIRE(parse_window(window_name(kind), parsed));
    CHECK(parsed == kind);
  }
  Window untouched = Window::blackman;
  CHECK_FALSE(parse_window("hanning", untouched));
  CHECK_FALSE(parse_window("", untouched));
  CHECK(untouched == Window::blackman);
}

TEST_CASE("With framing lws the window is that of the LWS authors", "[window]") {
  struct Case {
    const char* file;
    int size, hop;
  };
  for (const auto& [file, size, hop] :
       {Case{"lws/a_512_128.safetensors", 512, 128}, Case{"lws/a_512_256.safetensors", 512, 256},
        Case{"lws/d_600_200.safetensors", 600, 200}}) {
    CAPTURE(file);
    const VectorFile vectors(file);
    const auto expected = vectors.doubles("windows/awin");
    const auto values =
        analysis_window({.size = size, .hop = hop, .window = Window::sqrt_hann, .framing = Framing::lws});
    REQUIRE(values->size() == expected.size());
    // Double precision on both sides.
    for (int i = 0; i < size; ++i) CHECK((*values)[i] == Approx(expected[i]).margin(1e-14));
  }
}

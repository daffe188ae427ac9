#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "lodestone/stft.hpp"

using namespace lodestone;

namespace {

void check_refused(const StftConfig& config, const std::string& message) {
  const auto error = config.check();
  REQUIRE(error);
  CHECK(error->code == ErrorCode::invalid_argument);
  CHECK(error->message == message);
  CHECK_FALSE(Stft::create(config));
  CHECK_FALSE(StftStream::create(config));
  CHECK_FALSE(InverseStftStream::create(config));
}

}  // namespace

TEST_CASE("A configuration that is out of range is refused, naming field, value and allowed range", "[config]") {
  const std::string sizes = "; allowed: even numbers from 16 to 65536 without prime factors above 13; the nearest is ";
  check_refused({.size = 2047}, "size is 2047" + sizes + "2048");
  check_refused({.size = 0, .hop = 1}, "size is 0" + sizes + "16");
  check_refused({.size = std::numeric_limits<int>::max()}, "size is 2147483647" + sizes + "65536");
  check_refused({.size = 34, .hop = 8}, "size is 34" + sizes + "36");
  check_refused({.window_size = 1}, "window_size is 1; allowed: 2 to 2048, the FFT size, or 0 for the FFT size");
  check_refused({.window_size = 2049}, "window_size is 2049; allowed: 2 to 2048, the FFT size, or 0 for the FFT size");
  check_refused({.window_size = -1}, "window_size is -1; allowed: 2 to 2048, the FFT size, or 0 for the FFT size");
  check_refused({.hop = 0}, "hop is 0; allowed: 1 to 2048, the window length");
  check_refused({.window_size = 1024, .hop = 1025}, "hop is 1025; allowed: 1 to 1024, the window length");
  check_refused({.window = static_cast<Window>(6)}, "window is 6; allowed: 0 to 5");
  check_refused({.framing = static_cast<Framing>(-1)}, "framing is -1; allowed: 0 to 2");
  check_refused({.sample_rate = 0.5}, "sample_rate is 0.5; allowed: 1 to 768000 Hz");
  check_refused({.sample_rate = std::numeric_limits<double>::quiet_NaN()},
                "sample_rate is nan; allowed: 1 to 768000 Hz");
  check_refused({.sample_rate = std::numeric_limits<double>::infinity()},
                "sample_rate is inf; allowed: 1 to 768000 Hz");
}

TEST_CASE("The smallest and largest values are allowed", "[config]") {
  CHECK_FALSE(StftConfig{}.check());
  CHECK_FALSE(StftConfig{.size = 16, .window_size = 2, .hop = 1, .sample_rate = 1}.check());
  CHECK_FALSE(StftConfig{.size = 65536, .window_size = 65536, .hop = 65536, .sample_rate = 768000}.check());
}

TEST_CASE("Framing names can be parsed", "[config]") {
  for (auto framing : {Framing::centered, Framing::none, Framing::lws}) {
    Framing parsed;
    REQUIRE(parse_framing(framing_name(framing), parsed));
    CHECK(parsed == framing);
  }
  Framing untouched = Framing::none;
  CHECK_FALSE(parse_framing("center", untouched));
  CHECK(untouched == Framing::none);
}

TEST_CASE("Every window can be inverted at a hop of half its length", "[config]") {
  for (int w = 0; w <= static_cast<int>(Window::rectangular); ++w) {
    for (int length = 3; length <= 64; ++length) {
      const StftConfig config{.size = 64, .window_size = length, .hop = length / 2, .window = static_cast<Window>(w)};
      CAPTURE(length, window_name(config.window));
      CHECK_FALSE(config.check_invertible());
    }
  }
}

TEST_CASE("If windows leave gaps, the inverse is refused, naming hop and window", "[config]") {
  // At hop 1700 the windows cross where both squares are sin⁴(π·174/2048) = 0.0048; at hop 1900 they are 0.0002.
  CHECK_FALSE(StftConfig{.hop = 1700}.check_invertible());
  const StftConfig holes{.hop = 1900};
  CHECK_FALSE(holes.check());
  const auto error = holes.check_invertible();
  REQUIRE(error);
  CHECK(error->code == ErrorCode::invalid_argument);
  CHECK(
      error->message ==
      "hop is 1900, too large for an inverse with a hann window of 2048 samples: between the windows the sum of their "
      "squares falls below a thousandth of its maximum; 1024 or less is safe");

  auto stft = Stft::create(holes).value();
  const auto spectrum = stft.transform(std::vector<float>(8000, 0.5f)).value();
  const auto inverse = stft.inverse(spectrum);
  REQUIRE_FALSE(inverse);
  CHECK(inverse.error().message == error->message);
  CHECK_FALSE(InverseStftStream::create(holes));

  CHECK_FALSE(StftConfig{.hop = 2048, .window = Window::rectangular}.check_invertible());
  CHECK(StftConfig{.hop = 2048}.check_invertible());
  CHECK(StftConfig{.size = 16, .window_size = 2, .hop = 1, .window = Window::hann_symmetric}.check_invertible());
}

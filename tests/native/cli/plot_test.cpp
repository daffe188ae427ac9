#include <catch2/catch.hpp>
#include <set>

#include "cli/axis.hpp"
#include "cli/colours.hpp"
#include "cli/pictures.hpp"
#include "fake_host.hpp"
#include "lodestone/lodestone.hpp"

using namespace lodestone;

namespace {

int brightness(const cli::Picture& picture, int x, int y) {
  const auto* rgb = picture.rgb.data() + 3 * (static_cast<std::size_t>(y) * picture.width + x);
  return rgb[0] + rgb[1] + rgb[2];
}

std::size_t count_colours(const cli::Picture& picture) {
  std::set<int> colours;
  for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
    colours.insert(picture.rgb[i] << 16 | picture.rgb[i + 1] << 8 | picture.rgb[i + 2]);
  }
  return colours.size();
}

/// The row of the plotting area where the column is brightest, as a share from the bottom.
double brightest_share(const cli::Picture& picture, const cli::Box& area, int x) {
  int best = area.top;
  for (int y = area.top; y < area.bottom(); ++y) {
    if (brightness(picture, x, y) > brightness(picture, x, best)) best = y;
  }
  return (area.bottom() - 0.5 - best) / area.height;
}

}  // namespace

TEST_CASE("a spectrogram shows a sine where it belongs") {
  FakeHost host;
  host.put("in.wav", wav(tone(1, 8000, 1000)));
  for (const std::string frequency : {"linear", "log"}) {
    for (const std::string size : {"1200x600", "400x300", "200x200"}) {
      INFO(frequency << " " << size);
      REQUIRE(host.run({"plot", "in.wav", "-o", "p.png", "--frequency", frequency, "--size", size, "--fft", "512",
                        "--hop", "128"}) == 0);
      const auto& picture = host.pictures.at("p.png");
      CHECK(std::to_string(picture.width) + "x" + std::to_string(picture.height) == size);
      CHECK(count_colours(picture) > 20);
      const auto page = cli::Page::create(picture.width, picture.height, true).value();
      const cli::Axis axis = frequency == "log" ? cli::Axis{20, 4000, true} : cli::Axis{0, 4000, false};
      const double share = brightest_share(picture, page.area, page.area.left + page.area.width / 2);
      CHECK(share == Approx(axis.share(1000)).margin(0.02));  // a bin or a few pixels
    }
  }
}

TEST_CASE("a loss curve falls from the upper left to the lower right") {
  FakeHost host;
  Model model;
  for (int i = 0; i < 100; ++i) model.losses.push_back(std::pow(10.0f, -0.03f * static_cast<float>(i)));
  model.validation_losses.assign(100, 0.5f);
  const auto picture = cli::draw_losses(model, 600, 400, "model").value();
  CHECK(count_colours(picture) > 10);
  const auto page = cli::Page::create(600, 400, false).value();
  const auto first_orange = [&](int x) {
    for (int y = page.area.top; y < page.area.bottom(); ++y) {
      const auto* rgb = picture.rgb.data() + 3 * (static_cast<std::size_t>(y) * 600 + x);
      if (rgb[0] > 200 && rgb[2] < 150) return y;
    }
    return -1;
  };
  const int left = first_orange(page.area.left + 10);
  const int right = first_orange(page.area.right() - 10);
  CHECK(left > 0);
  CHECK(right > left + page.area.height / 2);
  model.losses.clear();
  CHECK_FALSE(cli::draw_losses(model, 600, 400, "model"));
  model.losses = {NAN};
  model.validation_losses = {INFINITY};
  CHECK(cli::draw_losses(model, 600, 400, "model"));
}

TEST_CASE("the colour map increases evenly in lightness") {
  const auto colours = cli::colour_map();
  double previous = -1;
  for (const auto colour : colours) {
    const double luminance = 0.2126 * std::pow(colour.red / 255.0, 2.2) + 0.7152 * std::pow(colour.green / 255.0, 2.2) +
                             0.0722 * std::pow(colour.blue / 255.0, 2.2);
    CHECK(luminance >= previous - 2e-3);  // OKLab lightness is not luminance, and bytes are rounded
    previous = luminance;
  }
  CHECK(previous > 0.85);
}

TEST_CASE("ticks are round, within the axis and not too many") {
  CHECK(cli::Axis{0, 9, false}.ticks(5) == std::vector<double>{0, 2, 4, 6, 8});
  CHECK(cli::Axis{-100, -10, false}.ticks(5).size() == 5);
  CHECK(cli::Axis{20, 20000, true}.ticks(20) ==
        std::vector<double>{20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000});
  CHECK(cli::Axis{20, 20000, true}.ticks(4) == std::vector<double>{100, 1000, 10000});
  CHECK(cli::tick_text(20000) == "20k");
  CHECK(cli::tick_text(0.001) == "0.001");
}

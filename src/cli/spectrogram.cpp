#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/axis.hpp"
#include "cli/colours.hpp"
#include "cli/font.hpp"
#include "cli/pictures.hpp"
#include "cli/text.hpp"
#include "spectrum/analysis_window.hpp"

namespace lodestone::cli {
namespace {

constexpr double lowest_frequency = 20;  // Hz, on the logarithmic axis

/// Magnitude of a sine at full scale: half the sum of the window.
Result<double> full_scale(const StftConfig& stft) {
  const auto window = analysis_window(stft);
  if (!window) return window.error();
  double sum = 0;
  for (const double value : *window) sum += value;
  return sum / 2;
}

/// Seconds at the middle of frame 0.
double first_centre(const StftConfig& stft) {
  switch (stft.framing) {
    case Framing::centered:
      return 0;
    case Framing::none:
      return stft.size / 2.0 / stft.sample_rate;
    case Framing::lws: {
      const int remainder = stft.window_length() % stft.hop;
      const int padding = stft.window_length() - (remainder == 0 ? stft.hop : remainder);
      return (stft.window_length() / 2.0 - padding) / stft.sample_rate;
    }
  }
  return 0;
}

/// The level over a range of a row in dB: the loudest if it contains several values, else interpolated between two.
double at(std::span<const float> row, double from, double to) {
  const auto last = static_cast<double>(row.size() - 1);
  if (to - from > 1) {
    const auto first_index = static_cast<std::size_t>(std::clamp(std::ceil(from), 0.0, last));
    const auto last_index =
        static_cast<std::size_t>(std::clamp(std::ceil(to) - 1, static_cast<double>(first_index), last));
    return *std::max_element(row.begin() + static_cast<std::ptrdiff_t>(first_index),
                             row.begin() + static_cast<std::ptrdiff_t>(last_index) + 1);
  }
  const double middle = std::clamp((from + to) / 2, 0.0, last);
  const auto below = static_cast<std::size_t>(middle);
  const std::size_t above = std::min(below + 1, row.size() - 1);
  const double part = middle - static_cast<double>(below);
  return (1 - part) * row[below] + part * row[above];
}

/// Levels in dB, with time resampled to the picture's columns: `[columns, bins]`.
Result<Array2<float>> resample_time(const Array2<float>& db, int columns, double first, double step) {
  auto result = Array2<float>::create(static_cast<std::uint64_t>(columns), db.cols());
  auto series = Buffer<float>::create(db.rows());
  if (!result) return result;
  if (!series) return series.error();
  for (std::size_t bin = 0; bin < db.cols(); ++bin) {
    for (std::size_t frame = 0; frame < db.rows(); ++frame) (*series)[frame] = db(frame, bin);
    for (std::size_t column = 0; column < result->rows(); ++column) {
      const double from = first + static_cast<double>(column) * step;
      (*result)(column, bin) = static_cast<float>(at({series->data(), series->size()}, from, from + step));
    }
  }
  return result;
}

void draw_legend(Page& page, const Axis& loudness, const std::array<Colour, 256>& colours) {
  const int unit = glyph_advance * page.scale;
  const Box bar{page.area.right() + 2 * unit, page.area.top, 2 * unit, page.area.height};
  for (int y = 0; y < bar.height; ++y) {
    const auto index =
        static_cast<std::size_t>(std::lround(255.0 * (bar.height - 1 - y) / std::max(1, bar.height - 1)));
    page.canvas.fill({bar.left, bar.top + y, bar.width, 1}, colours[index]);
  }
  page.canvas.frame(bar, Page::faint);
  const int text_left = bar.right() + 5 * page.scale;
  for (const double tick : loudness.ticks(bar.height / (3 * page.text_height()))) {
    const int y = bar.bottom() - 1 - static_cast<int>(std::lround(loudness.share(tick) * (bar.height - 1)));
    page.canvas.fill({bar.right(), y, 3 * page.scale, 1}, Page::faint);
    page.canvas.text(text_left, y - page.text_height() / 2, tick_text(tick), page.scale, Page::ink);
  }
  page.canvas.text(bar.left, bar.top - 2 * page.text_height(), "dBFS", page.scale, Page::faint);
}

std::string framing_text(const StftConfig& stft) {
  std::string text = "fft " + std::to_string(stft.size);
  if (stft.window_length() != stft.size) text += "  window size " + std::to_string(stft.window_length());
  return text + "  hop " + std::to_string(stft.hop) + "  " + std::string(window_name(stft.window)) + "  " +
         number_text(stft.sample_rate, 8) + " Hz";
}

}  // namespace

Result<Picture> draw_spectrogram(const Magnitudes& magnitudes, const SpectrogramStyle& style, std::string_view title) {
  const StftConfig& stft = magnitudes.stft;
  const auto reference = full_scale(stft);
  if (!reference) return reference.error();
  const auto db = decibels(magnitudes, static_cast<float>(*reference), -300.0f);
  if (!db) return db.error();
  auto made = Page::create(style.width, style.height, true);
  if (!made) return made.error();
  Page page = std::move(*made);
  const Box& area = page.area;

  const double frames_a_second = stft.sample_rate / stft.hop;
  const double covered = first_centre(stft) + static_cast<double>(magnitudes.count()) / frames_a_second;
  const double seconds = magnitudes.samples > 0 ? static_cast<double>(magnitudes.samples) / stft.sample_rate
                                                : std::max(covered, 1 / frames_a_second);
  const double nyquist = stft.sample_rate / 2;
  const bool logarithmic = style.logarithmic && nyquist > 2 * lowest_frequency;
  const Axis time{0, seconds, false};
  const Axis frequency{logarithmic ? lowest_frequency : 0, nyquist, logarithmic};
  const auto values = db->values.all();
  const double loudest = values.empty() ? -300 : *std::max_element(values.begin(), values.end());
  const double top = loudest <= -299 ? 0 : 5 * std::ceil(loudest / 5);
  const Axis loudness{top - style.range_db, top, false};

  const double step = seconds / area.width * frames_a_second;
  const auto columns = resample_time(db->values, area.width, -first_centre(stft) * frames_a_second, step);
  if (!columns) return columns.error();
  const double bins_a_hertz = stft.size / stft.sample_rate;
  const auto colours = colour_map();
  for (int y = 0; y < area.height; ++y) {
    const double low_bin = frequency.value(static_cast<double>(area.height - 1 - y) / area.height) * bins_a_hertz;
    const double high_bin = frequency.value(static_cast<double>(area.height - y) / area.height) * bins_a_hertz;
    for (int x = 0; x < area.width; ++x) {
      const double value = at(columns->row(static_cast<std::size_t>(x)), low_bin, high_bin);
      const double share = std::clamp(loudness.share(value), 0.0, 1.0);
      page.canvas.pixel(area.left + x, area.top + y, colours[static_cast<std::size_t>(std::lround(255 * share))]);
    }
  }
  page.canvas.frame(area, Page::faint);
  page.title(title, framing_text(stft));
  page.horizontal(time, "s", false);
  page.vertical(frequency, "Hz", false);
  draw_legend(page, loudness, colours);
  return std::move(page.canvas).take();
}

}  // namespace lodestone::cli

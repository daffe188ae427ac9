#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "features/mel.hpp"
#include "features/yin.hpp"
#include "lodestone/features.hpp"
#include "lodestone/stft.hpp"
#include "spectrum/clean.hpp"
#include "spectrum/passes.hpp"
#include "vector/lanes.hpp"

namespace lodestone {
namespace {

using V = Floats<4>;

constexpr float lowest_decibels = -120;
constexpr float lowest_power = 1e-10f;  // librosa's amin
constexpr double rolloff_part = 0.85;
constexpr float decibels_per_log = 8.685889638f;  // 20 / ln 10

/// ln(max(value, lowest))
void take_logarithms(std::span<const float> from, float lowest, float* to) {
  for (std::size_t i = 0; i < from.size(); i += 4) {
    const std::size_t count = std::min<std::size_t>(from.size() - i, 4);
    const V values = load_some<V>(&from[i], count);
    store_some(to + i, natural_logarithm(values > lowest ? values : splat<V>(lowest)), count);
  }
}

Status check(const AnalyserConfig& config) {
  if (!Fft<float>::supports(config.size)) {
    return out_of_range("size", config.size, "multiples of 32 from 32 to 65536 without prime factors above 5");
  }
  if (config.mel_bands < 1 || config.mel_bands > 256) return out_of_range("mel_bands", config.mel_bands, "1 to 256");
  if (config.coefficients < 1 || config.coefficients > config.mel_bands) {
    return out_of_range("coefficients", config.coefficients, {"1 to ", config.mel_bands, ", the mel bands"});
  }
  return {};
}

/// What a sine of full scale gives in its bin: half the sum of the window.
Result<double> full_scale(const AnalyserConfig& config) {
  auto window = Buffer<double>::create(config.size);
  if (!window) return window.error();
  fill_window(config.window, {window->data(), window->size()});
  double sum = 0;
  for (const double value : *window) sum += value;
  return sum / 2;
}

}  // namespace

struct Analyser::Engine {
  Engine(const AnalyserConfig& config, StftStream stream_, Yin yin_, MelBands mel_, Cepstrum cepstrum_)
      : size(static_cast<std::size_t>(config.size)),
        sample_rate(config.sample_rate),
        layout{size / 2 + 1, static_cast<std::size_t>(config.mel_bands), static_cast<std::size_t>(config.coefficients)},
        stream(std::move(stream_)),
        yin(std::move(yin_)),
        mel(std::move(mel_)),
        cepstrum(std::move(cepstrum_)) {}

  void reset() {
    stream.reset();
    filled = 0;
    std::fill(frame.begin(), frame.end(), 0.0f);
    std::fill(before.begin(), before.end(), 0.0f);
    std::fill(mel_before.begin(), mel_before.end(), std::numeric_limits<float>::max());
  }

  std::size_t push(std::span<const float> input) {
    const std::size_t count = stream.push(input);
    if (filled + count > samples.size()) {
      std::copy(samples.begin() + (filled - size), samples.begin() + filled, samples.begin());
      filled = size;
    }
    clean(input.first(count), samples.begin() + filled);
    filled += count;
    return count;
  }

  bool next() {
    if (!stream.next()) return false;
    take_magnitudes(stream.frame(), at(layout.magnitudes()));
    take_logarithms(magnitudes(), kSmallest, logarithms.data());
    measure_bins();
    measure_decibels();
    measure_mel();
    measure_samples({samples.begin() + (filled - size), size});
    return true;
  }

  /// What sums over the bins give, and their power.
  void measure_bins() {
    const double lowest_log = std::log(static_cast<double>(lowest_power));
    double total = 0, moment = 0, arithmetic = 0, geometric = 0, change = 0;
    for (std::size_t k = 0; k < layout.bins; ++k) {
      const double m = static_cast<double>(magnitudes()[k]), rise = m - static_cast<double>(before[k]);
      before[k] = magnitudes()[k];
      power[k] = m * m;
      total += m;
      moment += static_cast<double>(k) * m;
      change += rise * rise;
      arithmetic += std::max(m * m, static_cast<double>(lowest_power));
      geometric += std::max(2 * static_cast<double>(logarithms[k]), lowest_log);
    }
    const auto bins = static_cast<double>(layout.bins), hz = sample_rate / static_cast<double>(size);
    set(FeatureLayout::centroid, total > 0 ? hz * moment / total : 0);
    set(FeatureLayout::flatness, std::exp(geometric / bins) / (arithmetic / bins));
    set(FeatureLayout::flux, std::sqrt(change));
    double sum = 0;
    std::size_t k = 0;
    while (sum += static_cast<double>(magnitudes()[k]), sum < rolloff_part * total) ++k;
    set(FeatureLayout::rolloff, hz * static_cast<double>(k));
  }

  void measure_decibels() {
    float* decibels = at(layout.decibels());
    for (std::size_t k = 0; k < layout.bins; ++k) {
      decibels[k] = std::max(decibels_per_log * (logarithms[k] - full_scale_log), lowest_decibels);
    }
  }

  void measure_mel() {
    float* bands = at(layout.mel());
    mel.apply(power, bands);
    take_logarithms({bands, layout.mel_bands}, lowest_power, logarithms.data());
    double rise = 0;
    for (std::size_t i = 0; i < layout.mel_bands; ++i) {
      const float decibels = decibels_per_log / 2 * logarithms[i];
      rise += static_cast<double>(std::max(decibels - mel_before[i], 0.0f));
      mel_before[i] = decibels;
    }
    set(FeatureLayout::onset, rise / static_cast<double>(layout.mel_bands));
    cepstrum.apply(mel_before.data(), at(layout.mfcc()));
  }

  void measure_samples(std::span<const float> held) {
    double energy = 0;
    for (const float x : held) energy += static_cast<double>(x) * static_cast<double>(x);
    set(FeatureLayout::rms, std::sqrt(energy / static_cast<double>(size)));
    const Period period = yin.process(held);
    set(FeatureLayout::pitch, period.samples > 0 ? sample_rate / period.samples : 0);
    set(FeatureLayout::confidence, period.confidence);
  }

  float* at(std::size_t offset) { return frame.data() + offset; }
  std::span<const float> magnitudes() { return {at(layout.magnitudes()), layout.bins}; }
  void set(std::size_t feature, double value) { frame[feature] = small_to_zero(static_cast<float>(value)); }

  std::size_t size;
  double sample_rate;
  FeatureLayout layout;
  StftStream stream;
  Yin yin;
  MelBands mel;
  Cepstrum cepstrum;
  float full_scale_log = 0;
  Buffer<float> samples;     ///< those of the frame at the end of the `filled`; memory of two frames
  Buffer<float> logarithms;  ///< of the bins, then of the bands
  Buffer<double> power;
  Buffer<float> before;      ///< magnitudes of the frame before
  Buffer<float> mel_before;  ///< decibels of its bands
  Buffer<float> frame;
  std::size_t filled = 0;
};

Result<Analyser> Analyser::create(const AnalyserConfig& config) {
  if (auto bad = check(config)) return *bad;
  auto stream = StftStream::create({.size = config.size,
                                    .hop = config.hop,
                                    .window = config.window,
                                    .framing = Framing::none,
                                    .sample_rate = config.sample_rate});
  if (!stream) return stream.error();
  auto yin = Yin::create(config.size);
  if (!yin) return yin.error();
  auto mel = MelBands::create(config.mel_bands, config.size, config.sample_rate);
  if (!mel) return mel.error();
  auto cepstrum = Cepstrum::create(config.coefficients, config.mel_bands);
  if (!cepstrum) return cepstrum.error();
  auto reference = full_scale(config);
  if (!reference) return reference.error();
  auto engine =
      std::make_unique<Engine>(config, std::move(*stream), std::move(*yin), std::move(*mel), std::move(*cepstrum));
  engine->full_scale_log = static_cast<float>(std::log(*reference));
  const FeatureLayout& layout = engine->layout;
  FirstError error;
  error.take(engine->samples, Buffer<float>::create(2 * engine->size));
  error.take(engine->logarithms, Buffer<float>::create(std::max(layout.bins, layout.mel_bands)));
  error.take(engine->power, Buffer<double>::create(layout.bins));
  error.take(engine->before, Buffer<float>::create(layout.bins));
  error.take(engine->mel_before, Buffer<float>::create(layout.mel_bands));
  error.take(engine->frame, Buffer<float>::create(layout.size()));
  if (error) return *error;
  engine->reset();
  return Analyser(std::move(engine));
}

Analyser::Analyser(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Analyser::Analyser(Analyser&&) noexcept = default;
Analyser& Analyser::operator=(Analyser&&) noexcept = default;
Analyser::~Analyser() = default;

const FeatureLayout& Analyser::layout() const { return engine_->layout; }
void Analyser::reset() { engine_->reset(); }
std::size_t Analyser::push(std::span<const float> samples) { return engine_->push(samples); }
bool Analyser::next() { return engine_->next(); }
std::span<const float> Analyser::frame() const { return engine_->frame; }

}  // namespace lodestone

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "errors/message.hpp"
#include "facts/tables.hpp"
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

/// ln(max(value, lowest)), four at a time: reads and writes up to three values past the end.
void take_logarithms(std::span<const float> from, float lowest, float* to) {
  for (std::size_t i = 0; i < from.size(); i += 4) {
    const V values = load<V>(&from[i]);
    store(to + i, natural_logarithm(values > lowest ? values : splat<V>(lowest)));
  }
}

Status check(const AnalyserConfig& config) {
  if (!Fft<float>::supports(config.size)) {
    return out_of_range("size", config.size, "multiples of 32 from 32 to 65536 without prime factors above 5");
  }
  if (auto bad = check_fields(config)) return bad;
  if (config.coefficients < 1 || config.coefficients > config.mel_bands) {
    return out_of_range("coefficients", config.coefficients, "1 to {}, the mel bands", config.mel_bands);
  }
  return {};
}

}  // namespace

struct Analyser::Engine {
  Engine(const AnalyserConfig& config_, StftStream stream_, Fft<float> fft_)
      : config(config_),
        size(static_cast<std::size_t>(config.size)),
        layout{size / 2 + 1, static_cast<std::size_t>(config.mel_bands), static_cast<std::size_t>(config.coefficients)},
        stream(std::move(stream_)),
        fft(std::move(fft_)) {}

  void lay_out(Arena arena) {
    frame = arena.take<float>(layout.size());
    before = arena.take<float>(layout.bins);
    mel_before = arena.take<float>(layout.mel_bands);
    logarithms = arena.take<float>(std::max(layout.bins, layout.mel_bands));
    samples = arena.take<float>(2 * size);
    power = arena.take<double>(size);
    mel.lay_out(arena, layout.mel_bands, layout.bins);
    cepstrum.lay_out(arena, layout.coefficients, layout.mel_bands);
    yin.lay_out(arena, size);
    bytes = arena.size();
  }

  void prepare() {
    mel.prepare(config.sample_rate);
    cepstrum.prepare();
    fill_window(config.window, power);
    // A full-scale sine gives half the sum of the window in its bin.
    full_scale_log = static_cast<float>(std::log(std::accumulate(power.begin(), power.end(), 0.0) / 2));
    reset();
  }

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
    clean(input.first(count), &samples[filled]);
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
    measure_samples(samples.subspan(filled - size, size));
    return true;
  }

  /// The features that are sums over bins, and the power of the bins.
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
    const auto bins = static_cast<double>(layout.bins), hz = config.sample_rate / static_cast<double>(size);
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
    cepstrum.apply(mel_before, at(layout.mfcc()));
  }

  void measure_samples(std::span<const float> held) {
    double energy = 0;
    for (const float x : held) energy += static_cast<double>(x) * static_cast<double>(x);
    set(FeatureLayout::rms, std::sqrt(energy / static_cast<double>(size)));
    const Period period = yin.process(held, fft);
    set(FeatureLayout::pitch, period.samples > 0 ? config.sample_rate / period.samples : 0);
    set(FeatureLayout::confidence, period.confidence);
  }

  float* at(std::size_t offset) { return frame.data() + offset; }
  std::span<const float> magnitudes() { return {at(layout.magnitudes()), layout.bins}; }
  void set(std::size_t feature, double value) { frame[feature] = small_to_zero(static_cast<float>(value)); }

  AnalyserConfig config;
  std::size_t size;
  FeatureLayout layout;
  StftStream stream;
  Fft<float> fft;
  Yin yin;
  MelBands mel;
  Cepstrum cepstrum;
  float full_scale_log = 0;
  Buffer<std::byte> memory;
  std::uint64_t bytes = 0;  ///< size of `memory`
  std::span<float> frame;
  std::span<float> before;      ///< magnitudes of the previous frame
  std::span<float> mel_before;  ///< its bands in decibels
  std::span<float> logarithms;  ///< of the bins, then of the bands
  std::span<float> samples;     ///< room for two frames; the newest frame ends at `filled`
  std::span<double> power;      ///< of the bins; first holds the window
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
  auto fft = Fft<float>::create(config.size);
  if (!fft) return fft.error();
  auto engine = std::make_unique<Engine>(config, std::move(*stream), std::move(*fft));
  engine->lay_out(Arena());
  auto memory = Buffer<std::byte>::create(engine->bytes);
  if (!memory) return memory.error();
  engine->memory = std::move(*memory);
  engine->lay_out(Arena(engine->memory.data()));
  engine->prepare();
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

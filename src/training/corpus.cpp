#include "lodestone/corpus.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/random.hpp"
#include "lodestone/resampler.hpp"
#include "training/level.hpp"

namespace lodestone {
namespace {

/// The maximum number of speeds for copies: creating a resampler's filter takes longer than resampling a short clip.
constexpr std::size_t most_tapes = 64;

/// A tape that runs `speed` times as fast as it was recorded.
struct Tape {
  /// The first `delay()` samples of the result are the filter's delay.
  Result<Buffer<float>> play(std::span<const float> samples) {
    resampler.reset();
    const auto length = static_cast<std::uint64_t>(static_cast<double>(samples.size()) / speed);
    auto output = Buffer<float>::create(delay() + length);
    if (!output) return output;
    const float silence[1024] = {};
    for (std::span<float> rest = *output; !(rest = rest.subspan(resampler.pull(rest))).empty();) {
      if (samples.empty()) samples = silence;
      samples = samples.subspan(resampler.push(samples.first(std::min<std::size_t>(samples.size(), 1024))));
    }
    return output;
  }

  std::size_t delay() const { return static_cast<std::size_t>(std::lround(resampler.delay())); }

  double speed;
  Resampler resampler;
};

}  // namespace

Status CorpusConfig::check() const { return check_fields(*this); }

struct Corpus::Engine {
  Engine(Stft transform, const CorpusConfig& configuration)
      : stft(std::move(transform)), config(configuration), random(configuration.seed) {}

  Status add(std::span<const float> samples, std::vector<Array2<float>>& list);
  Result<Tape*> tape(double place);
  Status add_copy(std::span<const float> samples);
  std::vector<std::span<const float>> pieces() const;

  Stft stft;
  CorpusConfig config;
  Random random;
  std::vector<Tape> tapes;                 ///< of the copies so far, at most most_tapes
  std::vector<Array2<float>> own, copies;  ///< frames of each clip; of the copies of the first clip, the second, …
  std::uint64_t frames = 0;
  std::vector<std::uint64_t> clips;  ///< frames of each clip returned by `take`
  double own_share = 1;
};

Status Corpus::Engine::add(std::span<const float> samples, std::vector<Array2<float>>& list) {
  Array2<float> values;
  if (stft.frames(samples.size()) > 0) {
    auto magnitudes = stft.magnitudes(samples);
    if (!magnitudes) return magnitudes.error();
    values = std::move(magnitudes->values);
  }
  frames += values.rows();
  list.push_back(std::move(values));
  return {};
}

/// The tape for a uniform random number in 0 .. 1: a new one of that pitch, or an existing one once there are enough.
Result<Tape*> Corpus::Engine::tape(double place) {
  if (tapes.size() == most_tapes) return &tapes[static_cast<std::size_t>(place * most_tapes)];
  constexpr double rate = 48000;  // arbitrary: only the ratio matters
  const double speed = std::exp(config.copy_pitch * (2 * place - 1) * (std::numbers::ln2 / 12));
  auto resampler = Resampler::create(speed * rate, rate);
  if (!resampler) return resampler.error();
  tapes.push_back({speed, std::move(*resampler)});
  return &tapes.back();
}

Status Corpus::Engine::add_copy(std::span<const float> samples) {
  const double level = config.copy_gain * (2 * static_cast<double>(random.uniform()) - 1);
  const auto gain = static_cast<float>(std::exp(level * (std::numbers::ln10 / 20)));
  const auto chosen = tape(static_cast<double>(random.uniform()));
  if (!chosen) return chosen.error();
  auto copy = (*chosen)->play(samples);
  if (!copy) return copy.error();
  for (float& sample : *copy) sample *= gain;
  return add(std::span<const float>(*copy).subspan((*chosen)->delay()), copies);
}

/// The frames of all copies whose clip is not held out (only part of those at the border), then those of all clips.
std::vector<std::span<const float>> Corpus::Engine::pieces() const {
  std::vector<std::span<const float>> all;
  std::size_t values = 0;
  for (const Array2<float>& clip : own) values += clip.size();
  double learned = (1 - config.validation) * static_cast<double>(values);
  for (std::size_t c = 0; c < copies.size(); ++c) {
    const auto length = static_cast<double>(own[c / static_cast<std::size_t>(config.copies)].size());
    const double share = length > 0 ? std::clamp(learned / length, 0.0, 1.0) : 0;
    const auto rows = static_cast<std::size_t>(share * static_cast<double>(copies[c].rows()));
    all.push_back(copies[c].all().first(rows * copies[c].cols()));
    if ((c + 1) % static_cast<std::size_t>(config.copies) == 0) learned -= length;
  }
  for (const Array2<float>& clip : own) all.push_back(clip.all());
  return all;
}

Corpus::Corpus(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Corpus::Corpus(Corpus&&) noexcept = default;
Corpus& Corpus::operator=(Corpus&&) noexcept = default;
Corpus::~Corpus() = default;

Result<Corpus> Corpus::create(const StftConfig& stft, const CorpusConfig& config) {
  if (auto error = config.check()) return *error;
  auto transform = Stft::create(stft);
  if (!transform) return transform.error();
  return Corpus(std::make_unique<Engine>(std::move(*transform), config));
}

Status Corpus::add(std::span<const float> samples) {
  Engine& engine = *engine_;
  auto clip = Buffer<float>::create(samples.size());
  if (!clip) return clip.error();
  const float gain = engine.config.normalise ? normalising_gain(samples, engine.stft.config().sample_rate) : 1;
  for (std::size_t i = 0; i < samples.size(); ++i) (*clip)[i] = gain * samples[i];
  if (auto error = engine.add(*clip, engine.own)) return error;
  for (int copy = 0; copy < engine.config.copies; ++copy) {
    if (auto error = engine.add_copy(*clip)) return error;
  }
  return {};
}

const StftConfig& Corpus::stft() const { return engine_->stft.config(); }
std::uint64_t Corpus::frames(std::uint64_t samples) const {
  const double slowest = std::exp2(engine_->config.copy_pitch / 12);  // copies can be this much longer
  const auto own = static_cast<double>(engine_->stft.frames(static_cast<std::size_t>(samples)));
  return static_cast<std::uint64_t>(own * (1 + engine_->config.copies * slowest));
}
std::uint64_t Corpus::frames() const { return engine_->frames; }

Result<Magnitudes> Corpus::take() {
  Engine& engine = *engine_;
  const auto bins = static_cast<std::size_t>(engine.stft.config().bins());
  std::uint64_t all = 0, own = 0;
  engine.clips.clear();
  for (const auto piece : engine.pieces()) {
    if (!piece.empty()) engine.clips.push_back(piece.size() / bins);
    all += piece.size() / bins;
  }
  for (const Array2<float>& clip : engine.own) own += clip.rows();
  engine.own_share = all > 0 ? static_cast<double>(own) / static_cast<double>(all) : 1;

  Magnitudes taken{engine.stft.config(), {}, 0};
  if (engine.own.size() == 1 && engine.copies.empty()) {
    taken.values = std::move(engine.own[0]);  // avoids a second copy of a long sound
  } else {
    auto values = Array2<float>::create(all, bins);
    if (!values) return values.error();
    float* end = values->data();
    for (const auto piece : engine.pieces()) end = std::copy(piece.begin(), piece.end(), end);
    taken.values = std::move(*values);
  }
  engine.own.clear();
  engine.copies.clear();
  engine.frames = 0;
  return taken;
}

std::span<const std::uint64_t> Corpus::clips() const { return engine_->clips; }
double Corpus::own_share() const { return engine_->own_share; }

}  // namespace lodestone

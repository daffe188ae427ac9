#include <algorithm>
#include <utility>

#include "lodestone/stft.hpp"
#include "spectrum/frame_transform.hpp"
#include "spectrum/framing.hpp"
#include "spectrum/passes.hpp"
#include "spectrum/window_sum.hpp"

namespace lodestone {

/// Holds the samples under the next frame, and the one before them, which the reflection at the end may need. They
/// advance through a buffer of twice their length and are moved back when they reach its end. With framing `lws` frames
/// are as long as the window, otherwise as long as the FFT.
struct StftStream::Engine {
  Engine(const StftConfig& config_, FrameTransform transform_)
      : config(config_),
        layout(config),
        transform(std::move(transform_)),
        offset(layout.framing == Framing::lws ? 0 : layout.margin),
        span(layout.framing == Framing::lws ? layout.window : layout.size) {}

  void reset() {
    std::fill(samples.begin(), samples.end(), 0.0f);
    filled = 1 + layout.lead + offset;
    begin = end = 0;
    taken = emitted = total = 0;
    finished = false;
  }

  /// The number of samples that the next frame needs. Reflecting at the start takes one more.
  std::int64_t needed() const { return 1 + span + (layout.framing == Framing::centered && emitted == 0 ? 1 : 0); }

  std::size_t push(std::span<const float> input) {
    if (finished) return input.size();
    const auto count = std::min(input.size(), static_cast<std::size_t>(needed() - filled));
    clean(input.first(count), held() + filled);
    filled += count;
    taken += count;
    return count;
  }

  void finish() {
    if (finished) return;
    finished = true;
    end = filled;
    total = layout.frames(taken);
  }

  bool next() {
    if (finished ? emitted == total : filled < needed()) return false;
    if (finished) pad();
    if (emitted == 0 && layout.framing == Framing::centered) reflect_front();
    transform.analyse(held() + 1 + offset, bins.data());
    begin += layout.hop;
    filled -= layout.hop;
    end -= layout.hop;
    ++emitted;
    if (begin + most_held() > static_cast<std::int64_t>(samples.size())) {
      std::copy_n(held(), filled, samples.begin());
      begin = 0;
    }
    return true;
  }

  float* held() { return samples.data() + begin; }
  std::int64_t most_held() const { return span + 2; }

  void reflect_front() {
    float* first = held() + 1 + offset + layout.lead;
    for (std::int64_t i = 1; i <= layout.size / 2; ++i) first[-i] = first[i];
  }

  void pad() {
    for (float* values = held(); filled < needed(); ++filled) {
      values[filled] = layout.framing == Framing::centered ? values[2 * (end - 1) - filled] : 0.0f;
    }
  }

  StftConfig config;
  Layout layout;
  FrameTransform transform;
  std::int64_t offset;  ///< of the window within a frame
  std::int64_t span;    ///< length of a frame
  Buffer<float> samples;
  Buffer<std::complex<float>> bins;
  std::int64_t begin = 0;   ///< of the samples held
  std::int64_t filled = 0;  ///< number of samples held
  std::int64_t end = 0;     ///< where the signal ends
  std::uint64_t taken = 0;
  std::uint64_t emitted = 0, total = 0;  ///< frames
  bool finished = false;
};

Result<StftStream> StftStream::create(const StftConfig& config) {
  if (auto error = config.check()) return *error;
  const auto sum = WindowSum::create(config);
  if (!sum) return sum.error();
  auto transform = FrameTransform::create(config, sum->tolerates_float() ? Precision::fast : Precision::exact);
  if (!transform) return transform.error();
  auto engine = std::make_unique<Engine>(config, std::move(*transform));
  auto samples = Buffer<float>::create(2 * engine->most_held());
  auto bins = Buffer<std::complex<float>>::create(config.bins());
  if (!samples) return samples.error();
  if (!bins) return bins.error();
  engine->samples = std::move(*samples);
  engine->bins = std::move(*bins);
  engine->reset();
  return StftStream(std::move(engine));
}

StftStream::StftStream(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
StftStream::StftStream(StftStream&&) noexcept = default;
StftStream& StftStream::operator=(StftStream&&) noexcept = default;
StftStream::~StftStream() = default;

const StftConfig& StftStream::config() const { return engine_->config; }
void StftStream::reset() { engine_->reset(); }
std::size_t StftStream::push(std::span<const float> samples) { return engine_->push(samples); }
void StftStream::finish() { engine_->finish(); }
bool StftStream::next() { return engine_->next(); }
std::span<const std::complex<float>> StftStream::frame() const { return engine_->bins; }

}  // namespace lodestone

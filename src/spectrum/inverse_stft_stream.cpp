#include <algorithm>
#include <utility>

#include "lodestone/stft.hpp"
#include "spectrum/frame_transform.hpp"
#include "spectrum/framing.hpp"
#include "spectrum/passes.hpp"
#include "spectrum/window_sum.hpp"

namespace lodestone {

/// Overlap-adds in blocks of `hop` samples: a block is final once the frame that starts with it has been added.
struct InverseStftStream::Engine {
  Engine(const StftConfig& config_, FrameTransform transform_, WindowSum window_sum_)
      : config(config_), layout(config), transform(std::move(transform_)), window_sum(std::move(window_sum_)) {}

  void reset() {
    std::fill(sum.begin(), sum.end(), 0.0);
    frames = 0;
  }

  std::span<const float> push(std::span<const std::complex<float>> frame) {
    transform.synthesise(frame.data(), sum.data());
    ++frames;
    const auto before = std::max<std::int64_t>(-layout.lead, 0);
    auto* start = output.data();
    if (frames == 1) start = std::fill_n(start, before, 0.0f);
    emit(0, start);
    const auto* begin = std::min(start + skipped(), start + layout.hop);
    return {frames == 1 ? begin - before : begin, start + layout.hop};
  }

  /// Samples of the newest block that lie before the signal.
  std::int64_t skipped() const {
    const auto start = static_cast<std::int64_t>(frames - 1) * layout.hop;
    return std::max<std::int64_t>(layout.lead - start, 0);
  }

  std::span<const float> finish(std::uint64_t samples) {
    if (frames == 0) return {};
    const auto total = static_cast<std::int64_t>(samples == 0 ? layout.samples(frames) : samples);
    const auto given =
        static_cast<std::int64_t>(frames) * layout.hop - layout.lead;  // negative: still before the signal
    const auto rest = std::clamp<std::int64_t>(total - std::max<std::int64_t>(given, 0), 0, layout.size);
    std::fill(output.begin(), output.end(), 0.0f);
    for (int block = 1; block < window_sum.overlap(); ++block) emit(block, output.data() + (block - 1) * layout.hop);
    return {output.data() + std::max<std::int64_t>(-given, 0), static_cast<std::size_t>(rest)};
  }

  /// Divides the first block of the sum by the window sum, then advances by one block. `block`: its index in the newest
  /// frame's window.
  void emit(int block, float* to) {
    const auto hop = static_cast<std::size_t>(layout.hop);
    const auto newest = static_cast<std::int64_t>(frames) - 1;
    const auto oldest = static_cast<int>(std::min<std::int64_t>(newest + block, window_sum.overlap() - 1));
    const bool all = block == 0 && oldest == window_sum.overlap() - 1;
    if (!all) window_sum.reciprocals(block, oldest, edge);
    const double* factor = all ? steady.data() : edge.data();
    multiply_and_round({sum.data(), hop}, factor, to);
    std::fill(std::copy(sum.begin() + hop, sum.end(), sum.begin()), sum.end(), 0.0);
  }

  StftConfig config;
  Layout layout;
  FrameTransform transform;
  WindowSum window_sum;
  Buffer<double> steady,
      edge;            ///< reciprocal window sums of a block `[hop]`: where all frames overlap, and at the ends
  Buffer<double> sum;  ///< overlapping frames, from the oldest unfinished block on
  Buffer<float> output;
  std::uint64_t frames = 0;
};

Result<InverseStftStream> InverseStftStream::create(const StftConfig& config) {
  if (auto error = config.check_invertible()) return *error;
  auto window_sum = WindowSum::create(config);
  if (!window_sum) return window_sum.error();
  auto transform = FrameTransform::create(config, window_sum->tolerates_float() ? Precision::fast : Precision::exact);
  if (!transform) return transform.error();
  const auto reach = std::uint64_t(window_sum->overlap()) * config.hop;
  auto engine = std::make_unique<Engine>(config, std::move(*transform), std::move(*window_sum));
  auto steady = Buffer<double>::create(config.hop), edge = Buffer<double>::create(config.hop);
  auto sum = Buffer<double>::create(reach);
  auto output = Buffer<float>::create(reach + config.size);
  if (!steady) return steady.error();
  if (!edge) return edge.error();
  if (!sum) return sum.error();
  if (!output) return output.error();
  engine->window_sum.reciprocals(0, engine->window_sum.overlap() - 1, *steady);
  engine->steady = std::move(*steady);
  engine->edge = std::move(*edge);
  engine->sum = std::move(*sum);
  engine->output = std::move(*output);
  return InverseStftStream(std::move(engine));
}

InverseStftStream::InverseStftStream(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
InverseStftStream::InverseStftStream(InverseStftStream&&) noexcept = default;
InverseStftStream& InverseStftStream::operator=(InverseStftStream&&) noexcept = default;
InverseStftStream::~InverseStftStream() = default;

const StftConfig& InverseStftStream::config() const { return engine_->config; }
void InverseStftStream::reset() { engine_->reset(); }
std::span<const float> InverseStftStream::push(std::span<const std::complex<float>> frame) {
  return engine_->push(frame);
}
std::span<const float> InverseStftStream::finish(std::uint64_t samples) { return engine_->finish(samples); }

}  // namespace lodestone

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "errors/message.hpp"
#include "lodestone/player.hpp"

namespace lodestone {

namespace {

constexpr std::int64_t work_a_step = 20'000'000;  // multiply-adds: a few milliseconds

// Share of the total work, measured with 2×128 units and the preset `best`.
constexpr double dreaming_share = 0.3;

}  // namespace

struct Generation::Engine {
  Dreamer dreamer;
  PhaseConfig phase;
  Stft stft;
  Magnitudes frames;
  std::size_t dreamed = 0;
  bool dreaming = false;  // a frame has begun
  std::optional<Reconstruction> reconstruction{};
  Buffer<float> samples{};
  bool done = false;

  Engine(Dreamer&& the_dreamer, const PhaseConfig& phase_config, Stft&& the_stft)
      : dreamer(std::move(the_dreamer)), phase(phase_config), stft(std::move(the_stft)) {}

  Status prepare(std::uint64_t sample_count) {
    // Phases take eight floats per bin; refuse now rather than after everything has been dreamed.
    constexpr std::uint64_t bytes_a_bin = 32;
    const auto row = static_cast<std::uint64_t>(stft.config().bins());
    const std::uint64_t bytes = stft.frames(sample_count) * row * bytes_a_bin;
    if (bytes > std::numeric_limits<std::size_t>::max()) {
      return failed(ErrorCode::out_of_memory, "out of memory: a sound of this length takes {} MB to generate",
                    bytes >> 20);
    }
    auto values = Array2<float>::create(stft.frames(sample_count), row);
    if (!values) return values.error();
    frames = {stft.config(), std::move(*values), sample_count};
    return {};
  }

  void dream() {
    Budget budget{work_a_step};
    while (dreamed < frames.count() && budget.left > 0) {
      if (!dreaming) dreamer.begin();
      dreaming = !dreamer.step(budget);
      if (dreaming) return;
      const auto frame = dreamer.frame();
      std::copy(frame.begin(), frame.end(), frames.values.row(dreamed++).begin());
    }
  }

  Result<bool> step() {
    if (done) return true;
    if (dreamed < frames.count()) {
      dream();
      return false;
    }
    if (!reconstruction) {
      auto started = Reconstruction::create(std::exchange(frames, {}), phase);
      if (!started) return started.error();
      reconstruction.emplace(std::move(*started));
      dreamed = 0;
      return false;
    }
    if (!reconstruction->step()) return false;
    auto sound = stft.inverse(reconstruction->spectrum());
    if (!sound) return sound.error();
    samples = std::move(*sound);
    reconstruction.reset();
    done = true;
    return true;
  }

  double progress() const {
    if (done) return 1;
    if (reconstruction) return dreaming_share + (1 - dreaming_share) * reconstruction->progress();
    return dreaming_share * static_cast<double>(dreamed) / static_cast<double>(frames.count());
  }
};

Result<Generation> Generation::create(const ModelView& model, const DreamConfig& dream, const PhaseConfig& phase,
                                      double seconds) {
  constexpr double longest = 24 * 3600;
  const double length = std::round(seconds * model.stft.sample_rate);
  if (!(length >= 1) || seconds > longest) {
    return out_of_range("seconds", seconds, "one sample to 86400 (a day)");
  }
  if (auto error = phase.check()) return *error;
  StftConfig framed = model.stft;
  // With framing `lws` even the first and last samples overlap fully; but it would change the level of a square-root
  // Hann.
  if (framed.window != Window::sqrt_hann) framed.framing = Framing::lws;
  if (framed.framing == Framing::none) framed.framing = Framing::centered;
  if (auto error = framed.check_invertible()) return *error;
  auto stft = Stft::create(framed);
  if (!stft) return stft.error();
  auto dreamer = Dreamer::create(model, dream);
  if (!dreamer) return dreamer.error();

  std::unique_ptr<Engine> engine(new Engine(std::move(*dreamer), phase, std::move(*stft)));
  if (auto error = engine->prepare(static_cast<std::uint64_t>(length))) return *error;
  return Generation(std::move(engine));
}

Generation::Generation(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Generation::Generation(Generation&&) noexcept = default;
Generation& Generation::operator=(Generation&&) noexcept = default;
Generation::~Generation() = default;

Result<bool> Generation::step() { return engine_->step(); }
double Generation::progress() const { return engine_->progress(); }
std::uint64_t Generation::reseeds() const { return engine_->dreamer.reseeds(); }
const Buffer<float>& Generation::samples() const { return engine_->samples; }
const Magnitudes& Generation::frames() const { return engine_->frames; }

Result<Buffer<float>> generate(const ModelView& model, const DreamConfig& dream, const PhaseConfig& phase,
                               double seconds) {
  auto generation = Generation::create(model, dream, phase, seconds);
  if (!generation) return generation.error();
  for (;;) {
    auto done = generation->step();
    if (!done) return done.error();
    if (*done) return generation->samples().clone();
  }
}

}  // namespace lodestone

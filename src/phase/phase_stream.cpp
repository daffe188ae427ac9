#include <algorithm>

#include "lodestone/phase.hpp"
#include "phase/blocks.hpp"
#include "phase/input.hpp"
#include "phase/lattice.hpp"
#include "phase/lws_schedule.hpp"
#include "phase/magnitude.hpp"
#include "phase/spsi.hpp"

namespace lodestone {
namespace {

/// Streaming online LWS, over as many frames as the lattice has room for.
class OnlineStream {
 public:
  /// `room`: frames to keep; 0: only as many as are needed to continue.
  void prepare(const StftConfig& stft, const PhaseStreamConfig& config, std::uint64_t room, FirstError& error) {
    if (room == 0) room = static_cast<std::uint64_t>(config.look_ahead) + 1;
    kernel_.prepare(stft, config.weight_range, error);
    lattice_.prepare(stft, kernel_.shape(), room + kernel_.reach(), kernel_.reach(), error);
    schedule_.thresholds().prepare(config.iterations, config.alpha, config.beta, config.gamma, error);
    schedule_.set_look_ahead(config.look_ahead);
    iterations_ = config.iterations;
    level_ = config.level;
  }

  void reset() {
    count_ = 0;
    sum_ = 0;
    kernel_.reset();
  }

  void begin(std::span<const float> magnitudes) {
    lattice_.put(count_, magnitudes);
    for (const float value : magnitudes) sum_ += value;
    for (int r = 1; count_ == 0 && r <= kernel_.reach(); ++r) lattice_.pad(-r, 0);
    const double mean = sum_ / (static_cast<double>(count_ + 1) * static_cast<double>(magnitudes.size()));
    schedule_.begin(count_++, level_ > 0 ? level_ : mean, iterations_);
    kernel_.reset();
  }

  void set_iterations(int iterations) { iterations_ = iterations; }
  bool step(Budget& budget) { return advance(schedule_, kernel_, lattice_, budget); }

  std::int64_t count() const { return count_; }
  void get(std::int64_t frame, std::span<std::complex<float>> spectrum) { lattice_.get(frame, spectrum); }
  const LwsKernel& kernel() const { return kernel_; }

 private:
  LwsKernel kernel_;
  Lattice lattice_;
  OnlineSchedule schedule_;
  double level_ = 0, sum_ = 0;
  int iterations_ = 0;
  std::int64_t count_ = 0;
};

/// Makes any magnitudes usable.
void clean(std::span<const float> from, std::span<float> to) {
  std::transform(from.begin(), from.end(), to.begin(), usable_magnitude);
}

}  // namespace

struct PhaseStream::Engine {
  PhaseStreamConfig config;
  OnlineStream online;
  Spsi spsi;
  Buffer<float> magnitudes;
  Buffer<std::complex<float>> spectrum;
  std::int64_t given = 0;  ///< frames returned so far
  bool ready = false;
  bool finished = false;  ///< `step` has nothing left to do

  bool is_online() const { return config.method == PhaseMethod::online; }
};

Result<PhaseStream> PhaseStream::create(const StftConfig& stft, const PhaseStreamConfig& config) {
  if (auto error = stft.check()) return *error;
  if (auto error = config.check()) return *error;
  auto engine = std::make_unique<Engine>();
  engine->config = config;
  FirstError error;
  if (engine->is_online()) {
    engine->online.prepare(stft, config, 0, error);
  } else {
    engine->spsi.prepare(stft, error);
  }
  take_block(engine->magnitudes, static_cast<std::uint64_t>(stft.bins()), error);
  take_block(engine->spectrum, static_cast<std::uint64_t>(stft.bins()), error);
  if (error) return *error;
  return PhaseStream(std::move(engine));
}

PhaseStream::PhaseStream(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
PhaseStream::PhaseStream(PhaseStream&&) noexcept = default;
PhaseStream& PhaseStream::operator=(PhaseStream&&) noexcept = default;
PhaseStream::~PhaseStream() = default;

void PhaseStream::reset() {
  engine_->online.reset();
  engine_->spsi.reset();
  engine_->given = 0;
  engine_->ready = engine_->finished = false;
}

void PhaseStream::set_iterations(int iterations) {
  engine_->online.set_iterations(std::clamp(iterations, 0, engine_->config.iterations));
}

void PhaseStream::begin(std::span<const float> magnitudes) {
  engine_->ready = engine_->finished = false;
  clean(magnitudes, engine_->magnitudes);
  if (engine_->is_online()) engine_->online.begin(engine_->magnitudes);
}

bool PhaseStream::step(Budget& budget) {
  Engine& engine = *engine_;
  if (engine.finished) return true;
  if (!engine.is_online()) {
    budget.spend(Spsi::kBinCost * static_cast<std::int64_t>(engine.magnitudes.size()));
    engine.spsi.process(engine.magnitudes, engine.spectrum);
    engine.ready = engine.finished = true;
    return true;
  }
  if (!engine.online.step(budget)) return false;
  engine.finished = true;
  const auto due = engine.online.count() - engine.config.look_ahead;
  engine.ready = due > engine.given;
  if (engine.ready) engine.online.get(engine.given++, engine.spectrum);
  return true;
}

std::span<const std::complex<float>> PhaseStream::process(std::span<const float> magnitudes) {
  begin(magnitudes);
  auto budget = Budget::unlimited();
  while (!step(budget)) {
  }
  return frame();
}

std::span<const std::complex<float>> PhaseStream::flush() {
  Engine& engine = *engine_;
  engine.ready = engine.is_online() && engine.given < engine.online.count();
  if (engine.ready) engine.online.get(engine.given++, engine.spectrum);
  return frame();
}

std::span<const std::complex<float>> PhaseStream::frame() const {
  if (!engine_->ready) return {};
  return engine_->spectrum;
}

std::int64_t PhaseStream::cost() const {
  const auto bins = static_cast<int>(engine_->magnitudes.size());
  if (!engine_->is_online()) return Spsi::kBinCost * bins;
  const auto& [config, kernel] =
      std::pair<const PhaseStreamConfig&, const LwsKernel&>(engine_->config, engine_->online.kernel());
  return kernel.cost(LwsKind::initial, bins) +
         config.iterations *
             (config.look_ahead * kernel.cost(LwsKind::full, bins) + kernel.cost(LwsKind::newest, bins));
}

Result<Spectrum> reconstruct_like_stream(const Magnitudes& magnitudes, const PhaseStreamConfig& config) {
  if (auto error = config.check()) return *error;
  if (auto error = check_magnitudes(magnitudes)) return *error;
  Array2<std::complex<float>> values;
  Buffer<float> usable;
  OnlineStream online;
  Spsi spsi;
  const bool single_pass = config.method == PhaseMethod::spsi;
  FirstError error;
  error.take(values, Array2<std::complex<float>>::create(magnitudes.values.rows(), magnitudes.values.cols()));
  take_block(usable, magnitudes.values.cols(), error);
  if (single_pass) {
    spsi.prepare(magnitudes.stft, error);
  } else {
    online.prepare(magnitudes.stft, config, magnitudes.count(), error);
  }
  if (error) return *error;
  for (std::size_t m = 0; m < values.rows(); ++m) {
    clean(magnitudes.values.row(m), usable);
    if (single_pass) {
      spsi.process(usable, values.row(m));
      continue;
    }
    online.begin(usable);
    auto budget = Budget::unlimited();
    while (!online.step(budget)) {
    }
  }
  for (std::size_t m = 0; !single_pass && m < values.rows(); ++m)
    online.get(static_cast<std::int64_t>(m), values.row(m));
  return Spectrum{magnitudes.stft, std::move(values), magnitudes.samples};
}

}  // namespace lodestone

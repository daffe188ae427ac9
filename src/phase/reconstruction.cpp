#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "errors/first_error.hpp"
#include "lodestone/phase.hpp"
#include "phase/griffin_lim.hpp"
#include "phase/input.hpp"
#include "phase/loudness.hpp"
#include "phase/lws_solver.hpp"
#include "phase/magnitude.hpp"
#include "phase/pghi.hpp"
#include "phase/spsi.hpp"

namespace lodestone {
namespace {

/// Work between progress updates: a few milliseconds.
constexpr std::int64_t kSlice = 4'000'000;

bool is_pghi(PhaseMethod method) { return method == PhaseMethod::pghi; }

}  // namespace

struct Reconstruction::Engine {
  Magnitudes magnitudes;
  Spectrum spectrum;
  std::vector<PhaseStage> stages;
  LwsSolver lws;
  std::vector<StageSchedule> schedules;  ///< one per stage; empty for methods other than LWS
  std::optional<GriffinLim> griffin_lim;
  Pghi pghi;
  Spsi spsi;
  std::vector<double> costs;

  std::size_t stage = 0;
  std::size_t spsi_frame = 0;
  bool begun = false;
  bool stale = false;  ///< LWS has newer values than `spectrum`
  double done = 0, spent = 0;

  void prepare(const PhaseConfig& config, FirstError& error);
  void set_phases(const Spectrum* start);
  double cost(const PhaseStage& stage, int look_ahead, const Loudness& loudness) const;
  void begin_stage();
  bool step_stage(Budget& budget);
  void refresh();
};

void Reconstruction::Engine::prepare(const PhaseConfig& config, FirstError& error) {
  const Loudness loudness(magnitudes.values);
  const auto& stft = magnitudes.stft;
  const auto frames = magnitudes.count();
  stages = config.stages;
  schedules = std::vector<StageSchedule>(stages.size());
  const auto uses = [&](auto wanted) { return std::any_of(stages.begin(), stages.end(), wanted); };
  if (uses([](auto& stage) { return is_lws(stage.method); })) lws.prepare(stft, config.weight_range, frames, error);
  if (uses([](auto& stage) { return is_pghi(stage.method); })) pghi.prepare(stft, frames, error);
  if (uses([](auto& stage) { return stage.method == PhaseMethod::spsi; })) spsi.prepare(stft, error);
  if (uses([](auto& stage) { return stage.method == PhaseMethod::griffin_lim; })) {
    const bool momentum = uses([](auto& stage) { return stage.momentum > 0; });
    auto projection = Projection::create(stft, frames, magnitudes.samples);
    if (!projection) return error.take(projection.error());
    griffin_lim.emplace(std::move(*projection)).prepare(stft, frames, momentum, error);
  }
  for (std::size_t i = 0; i < stages.size() && !error; ++i) {
    if (is_lws(stages[i].method)) {
      schedules[i].prepare(stages[i], config.look_ahead, static_cast<std::int64_t>(frames), loudness.mean(), error);
    }
    costs.push_back(cost(stages[i], config.look_ahead, loudness));
  }
}

void Reconstruction::Engine::set_phases(const Spectrum* start) {
  const auto sizes = magnitudes.values.all();
  const auto bins = spectrum.values.all();
  const std::size_t columns = magnitudes.values.cols();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto from = start ? start->values.all()[i] : std::complex<float>{};
    const bool real = i % columns == 0 || (i + 1) % columns == 0;
    bins[i] = with_magnitude(sizes[i], from.real(), real ? 0 : from.imag(), sizes[i]);
  }
}

double Reconstruction::Engine::cost(const PhaseStage& stage, int look_ahead, const Loudness& loudness) const {
  const auto frames = static_cast<double>(magnitudes.count());
  const auto bins = static_cast<double>(magnitudes.values.size());
  switch (stage.method) {
    case PhaseMethod::griffin_lim:
      return stage.iterations * frames * static_cast<double>(griffin_lim->frame_cost());
    case PhaseMethod::pghi:
      return bins * Pghi::kBinCost;
    case PhaseMethod::spsi:
      return bins * Spsi::kBinCost;
    default:
      break;
  }
  const auto& kernel = lws.kernel();
  const bool online = stage.method == PhaseMethod::online;
  const auto initial = static_cast<double>(kernel.bin_cost(LwsKind::initial));
  const auto full = static_cast<double>(kernel.bin_cost(LwsKind::full));
  const auto newest = static_cast<double>(kernel.bin_cost(LwsKind::newest));
  const double sweep = online ? look_ahead * full + newest : (stage.method == PhaseMethod::batch ? full : initial);
  double total = online ? loudness.above(0) * initial : 0;
  for (int i = 0; i < stage.iterations; ++i) {
    const double threshold = stage.alpha * std::exp(-stage.beta * std::pow(i, stage.gamma)) * loudness.mean();
    total += loudness.above(threshold) * sweep + frames * LwsKernel::kIdleCost;
  }
  return total;
}

void Reconstruction::Engine::begin_stage() {
  const PhaseStage& current = stages[stage];
  if (is_lws(current.method)) {
    lws.begin(spectrum.values, magnitudes.values, std::move(schedules[stage]));
  } else if (current.method == PhaseMethod::griffin_lim) {
    griffin_lim->begin(current);
  } else if (is_pghi(current.method)) {
    pghi.begin(magnitudes.values);
  } else {
    spsi.reset();
    spsi_frame = 0;
  }
  begun = true;
}

bool Reconstruction::Engine::step_stage(Budget& budget) {
  const PhaseMethod method = stages[stage].method;
  if (is_lws(method)) {
    stale = true;
    const bool finished = lws.step(budget);
    if (finished) refresh();
    return finished;
  }
  if (method == PhaseMethod::griffin_lim) return griffin_lim->step(spectrum.values, magnitudes.values, budget);
  if (is_pghi(method)) return pghi.step(spectrum.values, magnitudes.values, budget);
  while (spsi_frame < magnitudes.count()) {
    spsi.process(magnitudes.values.row(spsi_frame), spectrum.values.row(spsi_frame));
    ++spsi_frame;
    if (!budget.spend(Spsi::kBinCost * magnitudes.stft.bins())) break;
  }
  return spsi_frame == magnitudes.count();
}

void Reconstruction::Engine::refresh() {
  if (stale) lws.get(spectrum.values);
  stale = false;
}

Result<Reconstruction> Reconstruction::create(Magnitudes magnitudes, const PhaseConfig& config, const Spectrum* start) {
  if (auto error = config.check()) return *error;
  if (auto error = check_magnitudes(magnitudes)) return *error;
  if (start) {
    if (auto error = check_start(*start, magnitudes)) return *error;
  }
  for (float& value : magnitudes.values.all()) value = usable_magnitude(value);
  auto engine = std::make_unique<Engine>();
  FirstError failure;
  engine->spectrum.stft = magnitudes.stft;
  engine->spectrum.samples = magnitudes.samples;
  failure.take(engine->spectrum.values,
               Array2<std::complex<float>>::create(magnitudes.values.rows(), magnitudes.values.cols()));
  if (failure) return *failure;
  engine->magnitudes = std::move(magnitudes);
  engine->set_phases(start);
  engine->prepare(config, failure);
  if (failure) return *failure;
  return Reconstruction(std::move(engine));
}

Reconstruction::Reconstruction(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Reconstruction::Reconstruction(Reconstruction&&) noexcept = default;
Reconstruction& Reconstruction::operator=(Reconstruction&&) noexcept = default;
Reconstruction::~Reconstruction() = default;

bool Reconstruction::step() {
  Engine& engine = *engine_;
  Budget budget{kSlice};
  while (engine.stage < engine.stages.size()) {
    const std::int64_t before = budget.left;
    if (!engine.begun) engine.begin_stage();
    const bool finished = engine.step_stage(budget);
    engine.spent += static_cast<double>(before - budget.left);
    if (finished) {
      engine.done += engine.costs[engine.stage++];
      engine.spent = 0;
      engine.begun = false;
    }
    if (budget.left <= 0) break;
  }
  return engine.stage == engine.stages.size();
}

double Reconstruction::progress() const {
  const Engine& engine = *engine_;
  if (engine.stage == engine.stages.size()) return 1;
  double total = 0;
  for (const double cost : engine.costs) total += cost;
  return (engine.done + std::min(engine.spent, engine.costs[engine.stage])) / std::max(total, 1.0);
}

const Spectrum& Reconstruction::spectrum() const {
  engine_->refresh();
  return engine_->spectrum;
}

Spectrum Reconstruction::take() && {
  engine_->refresh();
  return std::move(engine_->spectrum);
}

Result<Spectrum> reconstruct(Magnitudes magnitudes, const PhaseConfig& config, const Spectrum* start) {
  auto reconstruction = Reconstruction::create(std::move(magnitudes), config, start);
  if (!reconstruction) return reconstruction.error();
  while (!reconstruction->step()) {
  }
  return std::move(*reconstruction).take();
}

}  // namespace lodestone

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "errors/first_error.hpp"
#include "errors/message.hpp"
#include "facts/tables.hpp"
#include "lodestone/player.hpp"
#include "lodestone/random.hpp"
#include "magnet/limits.hpp"
#include "magnet/live_dreamer.hpp"
#include "magnet/uncertainty.hpp"
#include "magnet/vitality.hpp"

namespace lodestone {

Status DreamConfig::check() const {
  if (auto bad = check_fields(*this)) return bad;
  if (points.size() != lengths.size()) {
    return out_of_range("number of lengths", static_cast<double>(lengths.size()), "{}, one for each of points",
                        points.size());
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!(points[i] >= 0 && points[i] <= 1)) return out_of_range(sentence("points[{}]", i), points[i], "0 to 1");
    if (lengths[i] < 1) return out_of_range(sentence("lengths[{}]", i), lengths[i], "1 frame or more");
  }
  return {};
}

struct Dreamer::Engine {
  std::optional<LiveDreamer> audible{};  // where the start is audible, in place of all that follows
  DreamConfig config;
  NetworkConfig network;
  Predictor predictor;
  Random random;
  Array2<float> impulses;  // linear magnitudes
  Buffer<float> input;     // what the network is fed, in its scale
  Buffer<float> dream;     // the newest frame, linear
  Buffer<float> residuals;
  Vitality vitality;
  Limits limits;
  std::size_t refill = 0;       // frames of the impulse still to be fed, counted down
  std::size_t impulse_row = 0;  // the next of them
  std::size_t segment = 0;      // entry of the schedule
  int segment_left = 0;         // frames until the next entry
  bool fresh = true;            // no frame has been dreamed yet
  bool revive = false;          // the network has died: start again
  std::uint64_t reseeds = 0;

  Engine(const DreamConfig& dream_config, const NetworkConfig& network_config, Predictor&& network_predictor)
      : config(dream_config),
        network(network_config),
        predictor(std::move(network_predictor)),
        random(dream_config.seed) {}

  Status prepare(const Model& model) {
    if (config.start == Start::audible) return prepare_audible(model);
    const auto bins = static_cast<std::uint64_t>(network.bins);
    FirstError error;
    error.take(impulses, model.impulses.clone());
    error.take(input, Buffer<float>::create(bins));
    error.take(dream, Buffer<float>::create(bins));
    error.take(residuals, Buffer<float>::create(bins));
    error.take(vitality, Vitality::create(model.stft));
    if (error) return error.status();
    limits = Limits::of(model);
    find_residuals(model, limits.ceiling / Limits::headroom, residuals);
    return {};
  }

  Status prepare_audible(const Model& model) {
    auto live = LiveModel::create(model);
    if (!live) return live.error();
    auto dreamer = LiveDreamer::create(std::move(*live), config.mode, config.seed);
    if (!dreamer) return dreamer.error();
    audible.emplace(std::move(*dreamer));
    return {};
  }

  void begin_audible() {
    if (segment_left == 0 && !config.points.empty() && audible->model().frames() > 0) {
      audible->trigger(config.points[segment]);
      segment_left = config.lengths[segment];
      segment = (segment + 1) % config.points.size();
    }
    if (segment_left > 0) --segment_left;
    audible->begin({.position = static_cast<float>(config.position),
                    .randomness = static_cast<float>(config.randomness),
                    .temperature = static_cast<float>(config.temperature)});
  }

  std::size_t window_count() const { return impulses.rows() - static_cast<std::size_t>(network.sequence) + 1; }

  std::size_t row_at(double position) const {
    return static_cast<std::size_t>(std::lround(position * static_cast<double>(window_count() - 1)));
  }

  std::size_t random_row() { return random.below(static_cast<std::uint32_t>(window_count())); }

  // Forgets the past and takes a window of the training sound for it.
  void jump(std::size_t row) {
    predictor.reset();
    refill = static_cast<std::size_t>(network.sequence);
    impulse_row = row;
  }

  void feed(std::span<const float> magnitudes) {
    std::copy(magnitudes.begin(), magnitudes.end(), input.begin());
    compress(network.scale, input);
    predictor.begin(input);
  }

  void feed_impulse() {
    feed(impulses.row(impulse_row++));
    --refill;
  }

  // Where this frame jumps to, if it does: the schedule first, then a revival, then chance.
  bool choose_row(std::size_t& row) {
    const bool chance = random.uniform() < static_cast<float>(config.randomness);
    if (segment_left == 0 && !config.points.empty()) {
      row = row_at(config.points[segment]);
      segment_left = config.lengths[segment];
      segment = (segment + 1) % config.points.size();
      return true;
    }
    if (fresh) {
      row = row_at(config.position);
      return true;
    }
    if (!revive && !chance) return false;
    row = random_row();
    return true;
  }

  // From silence, at first and after a death.
  void begin_without_impulses() {
    if (revive) {
      predictor.reset();
      std::fill(dream.begin(), dream.end(), 0.0f);
      revive = false;
    }
    feed(dream);
  }

  void begin() {
    if (audible) return begin_audible();
    if (impulses.rows() == 0) {
      begin_without_impulses();
      return;
    }
    std::size_t row = 0;
    if (choose_row(row)) {
      jump(row);
      feed_impulse();
    } else {
      feed(dream);
    }
    if (segment_left > 0) --segment_left;
    fresh = false;
    revive = false;
  }

  bool step(Budget& budget) {
    if (audible) return audible->step(budget);
    while (predictor.step(budget)) {
      if (refill == 0) {
        finish();
        return true;
      }
      feed_impulse();
      if (budget.left <= 0) return false;
    }
    return false;
  }

  void finish() {
    const auto prediction = predictor.prediction();
    std::copy(prediction.begin(), prediction.end(), dream.begin());
    expand(network.scale, dream);
    for (float& value : dream) value = limits.tamed(value);
    if (config.temperature > 0) shake(dream, residuals.data(), static_cast<float>(config.temperature), random);
    for (float& value : dream) value = limits.tamed(value);
    if (!vitality.dead(dream, limits.loudest)) return;
    ++reseeds;
    vitality.reset();
    revive = true;
  }
};

Result<Dreamer> Dreamer::create(const Model& model, const DreamConfig& config) {
  if (auto error = config.check()) return *error;
  if (auto error = check_dreams(model)) return *error;
  auto predictor = Predictor::create(model.network, model.weights, config.mode);
  if (!predictor) return predictor.error();
  std::unique_ptr<Engine> engine(new Engine(config, model.network, std::move(*predictor)));
  if (auto error = engine->prepare(model)) return *error;
  return Dreamer(std::move(engine));
}

Dreamer::Dreamer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Dreamer::Dreamer(Dreamer&&) noexcept = default;
Dreamer& Dreamer::operator=(Dreamer&&) noexcept = default;
Dreamer::~Dreamer() = default;

void Dreamer::begin() { engine_->begin(); }
bool Dreamer::step(Budget& budget) { return engine_->step(budget); }
std::span<const float> Dreamer::frame() const { return engine_->audible ? engine_->audible->frame() : engine_->dream; }
std::uint64_t Dreamer::reseeds() const { return engine_->audible ? engine_->audible->reseeds() : engine_->reseeds; }

std::span<const float> Dreamer::process() {
  begin();
  auto budget = Budget::unlimited();
  while (!step(budget)) {
  }
  return frame();
}

}  // namespace lodestone

#include "lodestone/player.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "errors/message.hpp"
#include "lodestone/resampler.hpp"
#include "magnet/driver.hpp"
#include "magnet/spread.hpp"
#include "magnet/synthesis.hpp"

namespace lodestone {
namespace {

/// The usual block length of audio threads. Hops of up to this length are not spread.
constexpr int quantum = 128;

/// Converts between the sample rates of the output and the model, if they differ.
struct Rates {
  Resampler in, out;
  std::array<float, quantum> input{}, output{};  ///< at the model's rate
};

}  // namespace

struct Player::Engine {
  Engine(std::unique_ptr<Synthesis> the_synthesis, Driver the_driver, const PlayerConfig& the_config)
      : config(the_config),
        synthesis(std::move(the_synthesis)),
        driver(std::move(the_driver)),
        hop(synthesis->stft().hop),
        played(hop),
        spreads(config.spread && hop > quantum && synthesis->dreamer().model().network().group == 1),
        spread(spreads ? synthesis->phase_cost() : 0) {}

  Status prepare();
  Latency latency() const;
  void set_quality(int level);
  void process(std::span<const float> input, std::span<float> output);

  PlayerConfig config;
  std::unique_ptr<Synthesis> synthesis;
  Driver driver;
  std::unique_ptr<Rates> rates;
  PlayerControls controls;
  PlayerMeter meter{};
  float note_pitch = 0;      ///< semitones
  Buffer<float> sounding;    ///< the hop that is currently played
  std::int64_t hop, played;  ///< its length, and how many of its samples have been played
  bool spreads;              ///< the next hop is made during this one; if not, only its network may run ahead
  bool ready = true;         ///< this is done
  Spread spread;

 private:
  int iterations() const { return meter.quality > 0 ? std::min(1, config.phase.iterations) : config.phase.iterations; }
  void play(std::span<const float> input, std::span<float> output);
  void turn();
  void take();
  void work(Budget budget);
};

Status Player::Engine::prepare() {
  auto block = Buffer<float>::create(static_cast<std::uint64_t>(hop));
  if (!block) return block.error();
  sounding = std::move(*block);
  const double model_rate = synthesis->stft().sample_rate;
  if (config.sample_rate == 0) config.sample_rate = model_rate;
  if (config.sample_rate == model_rate) return {};
  if (!(config.sample_rate >= 8000 && config.sample_rate <= 768000)) {
    return out_of_range("sample_rate", config.sample_rate, "8000 to 768000, or 0 for the model's");
  }
  auto in = Resampler::create(config.sample_rate, model_rate), out = Resampler::create(model_rate, config.sample_rate);
  if (!in) return in.error();
  if (!out) return out.error();
  rates.reset(new Rates{std::move(*in), std::move(*out)});
  return {};
}

/// A change waits for the next frame, whose work may take a hop. The look-ahead delays the frame, but LWS lets it
/// change previous frames, as far as the weights reach in that many iterations. Half of the effect has arrived when
/// half of the overlapping squared windows belong to later frames.
Latency Player::Engine::latency() const {
  const StftConfig& stft = synthesis->stft();
  const int look_ahead = config.phase.method == PhaseMethod::online ? config.phase.look_ahead : 0;
  const int reach = (stft.window_length() - 1) / stft.hop;
  const double frame = stft.hop, wait = frame - 1, ratio = config.sample_rate / stft.sample_rate;
  const double first = spreads ? frame : 0, held = frame * std::max(look_ahead - iterations() * reach, 0);
  const double half = frame * look_ahead + (stft.window_length() - frame) / 2;
  return {ratio * (first + held), ratio * (first + held + wait),
          ratio * (first + wait + half) + (rates ? rates->out.delay() : 0)};
}

void Player::Engine::set_quality(int level) {
  meter.quality = std::clamp(level, 0, 2);
  synthesis->phase().set_iterations(iterations());
  synthesis->dreamer().set_mode(level > 1 ? Mode::stateful : config.mode);
}

/// Works in quanta, so that little memory is needed at the model's rate.
void Player::Engine::process(std::span<const float> input, std::span<float> output) {
  if (!rates) return play(input, output);
  while (!output.empty()) {
    auto rest = output.first(std::min<std::size_t>(quantum, output.size()));
    output = output.subspan(rest.size());
    const auto taken = input.first(std::min(input.size(), rest.size()));
    input = input.subspan(taken.size());
    rates->in.push(taken);
    while (!(rest = rest.subspan(rates->out.pull(rest))).empty()) {
      const auto samples =
          std::span(rates->output).first(std::min<std::size_t>(rates->out.needed(rest.size()), quantum));
      const auto driven = taken.empty() ? 0 : rates->in.pull(std::span(rates->input).first(samples.size()));
      play(std::span(rates->input).first(driven), samples);
      rates->out.push(samples);
    }
  }
}

/// At the model's rate.
void Player::Engine::play(std::span<const float> input, std::span<float> output) {
  while (!output.empty()) {
    if (played == hop) turn();
    const auto count = std::min(static_cast<std::size_t>(hop - played), output.size());
    std::copy_n(sounding.begin() + played, count, output.begin());
    played += static_cast<std::int64_t>(count);
    output = output.subspan(count);
    work(spread.due(played, hop));
    const auto heard = input.first(std::min(count, input.size()));
    driver.push(heard);
    input = input.subspan(heard.size());
  }
}

/// Switches to the next hop.
void Player::Engine::turn() {
  if (spreads) take();
  synthesis->begin(controls, note_pitch, driver.frame());
  if (!spreads) {
    for (Budget budget = Budget::unlimited(); !synthesis->step(budget);) budget = Budget::unlimited();
    take();
  }
  spread.begin(spreads ? synthesis->cost() : synthesis->dreamer().ahead_cost());
  ready = false;
}

/// Starts playing the finished hop. Samples that are not finite, which should never occur, are set to 0.
void Player::Engine::take() {
  std::copy_n(synthesis->samples().begin(), hop, sounding.begin());
  for (float& sample : sounding) {
    if (std::isfinite(sample)) continue;
    sample = 0;
    ++meter.scrubs;
  }
  ++meter.hops;
  played = 0;
}

void Player::Engine::work(Budget budget) {
  if (ready || budget.left <= 0) return;
  const std::int64_t before = budget.left;
  ready = spreads ? synthesis->step(budget) : synthesis->dreamer().ahead(budget);
  spread.spend(before - budget.left);
  if (ready && spreads) spread.finish();
}

Result<Player> Player::create(const ModelView& model, const PlayerConfig& config) {
  auto live = LiveModel::create(model);
  if (!live) return live.error();
  return create(std::move(*live), config);
}

Result<Player> Player::create(LiveModel model, const PlayerConfig& config) {
  if (auto error = model.stft().check_invertible()) return *error;
  auto dreamer = Dreamer::create(std::move(model), {.seed = config.seed, .mode = config.mode, .start = Start::audible});
  if (!dreamer) return dreamer.error();
  auto synthesis = Synthesis::create(std::move(*dreamer), config.phase);
  if (!synthesis) return synthesis.error();
  auto driver = Driver::create((*synthesis)->stft());
  if (!driver) return driver.error();
  auto engine = std::make_unique<Engine>(std::move(*synthesis), std::move(*driver), config);
  if (auto error = engine->prepare()) return *error;
  return Player(std::move(engine));
}

Player::Player(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Player::Player(Player&&) noexcept = default;
Player& Player::operator=(Player&&) noexcept = default;
Player::~Player() = default;

PlayerControls& Player::controls() { return engine_->controls; }
void Player::process(std::span<const float> input, std::span<float> output) { engine_->process(input, output); }
void Player::reset(std::uint32_t seed) { engine_->synthesis->dreamer().reset(seed); }
Status Player::make_room() { return engine_->synthesis->dreamer().make_room(); }
std::span<std::byte> Player::spare() { return engine_->synthesis->dreamer().spare(); }
bool Player::swap() { return engine_->synthesis->dreamer().swap(); }
void Player::set_quality(int level) { engine_->set_quality(level); }

void Player::trigger(double position, double pitch) {
  engine_->note_pitch = static_cast<float>(pitch);
  engine_->synthesis->dreamer().trigger(position);
}

const PlayerMeter& Player::meter() {
  PlayerMeter& meter = engine_->meter;
  Dreamer& dreamer = engine_->synthesis->dreamer();
  meter.latency = engine_->latency();
  meter.reseeds = static_cast<double>(dreamer.reseeds());
  meter.swapping = dreamer.swapping() ? 1 : 0;
  return meter;
}

}  // namespace lodestone

#include "lodestone/player.hpp"

#include <algorithm>
#include <utility>

namespace lodestone {

namespace {

// A stream has no ends to pad. Framing `lws` stays, because it decides the level of a square-root Hann window.
StftConfig framed_for_streams(StftConfig stft) {
  if (stft.framing == Framing::centered) stft.framing = Framing::none;
  return stft;
}

// Frames until every sample lies under all the frames that will ever cover it: the sound starts there.
int run_in_frames(const StftConfig& stft) { return (stft.window_length() - 1) / stft.hop; }

}  // namespace

struct Player::Engine {
  enum class Stage { dream, phase };

  Dreamer dreamer;
  PhaseStream phase;
  InverseStftStream inverse;
  int run_in;
  std::int64_t synthesis_cost;
  Stage stage = Stage::dream;
  std::span<const float> samples{};
  std::size_t played = 0;  // of `samples`, by `process`

  Engine(Dreamer&& the_dreamer, PhaseStream&& the_phase, InverseStftStream&& the_inverse)
      : dreamer(std::move(the_dreamer)),
        phase(std::move(the_phase)),
        inverse(std::move(the_inverse)),
        run_in(run_in_frames(inverse.config())),
        synthesis_cost(32 * inverse.config().size) {}  // an inverse FFT and overlap-add, about

  void begin() {
    stage = Stage::dream;
    dreamer.begin();
  }

  // The first hops give no sound yet: look-ahead and run-in. They are dreamed within the first call.
  bool step(Budget& budget) {
    for (;;) {
      if (stage == Stage::dream) {
        if (!dreamer.step(budget)) return false;
        phase.begin(dreamer.frame());
        stage = Stage::phase;
        if (budget.left <= 0) return false;
      }
      if (!phase.step(budget)) return false;
      if (synthesise(budget)) return true;
      begin();
      if (budget.left <= 0) return false;
    }
  }

  bool synthesise(Budget& budget) {
    const auto frame = phase.frame();
    if (frame.empty()) return false;
    budget.spend(synthesis_cost);
    const auto finished = inverse.push(frame);  // the first may bring a margin along, or nothing yet
    if (run_in > 0) {
      --run_in;
      return false;
    }
    samples = finished.last(static_cast<std::size_t>(inverse.config().hop));
    played = 0;
    return true;
  }
};

Result<Player> Player::create(const Model& model, const PlayerConfig& config) {
  const StftConfig stft = framed_for_streams(model.stft);
  if (auto error = stft.check_invertible()) return *error;
  auto dreamer = Dreamer::create(model, config.dream);
  if (!dreamer) return dreamer.error();
  auto phase = PhaseStream::create(stft, config.phase);
  if (!phase) return phase.error();
  auto inverse = InverseStftStream::create(stft);
  if (!inverse) return inverse.error();
  return Player(std::unique_ptr<Engine>(new Engine(std::move(*dreamer), std::move(*phase), std::move(*inverse))));
}

Player::Player(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Player::Player(Player&&) noexcept = default;
Player& Player::operator=(Player&&) noexcept = default;
Player::~Player() = default;

void Player::begin() { engine_->begin(); }
bool Player::step(Budget& budget) { return engine_->step(budget); }
std::span<const float> Player::samples() const { return engine_->samples; }
std::uint64_t Player::reseeds() const { return engine_->dreamer.reseeds(); }

void Player::process(std::span<float> output) {
  while (!output.empty()) {
    if (engine_->played == engine_->samples.size()) {
      begin();
      auto budget = Budget::unlimited();
      while (!step(budget)) {
      }
    }
    const auto rest = engine_->samples.subspan(engine_->played);
    const std::size_t count = std::min(rest.size(), output.size());
    std::copy_n(rest.begin(), count, output.begin());
    engine_->played += count;
    output = output.subspan(count);
  }
}

}  // namespace lodestone

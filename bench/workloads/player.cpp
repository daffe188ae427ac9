#include "lodestone/player.hpp"

#include <cmath>
#include <limits>
#include <memory>

#include "models.hpp"

namespace lodestone::bench {
namespace {

/// A player's sound depends on how long it has been playing, so the checksum is that of its first hops; all later ones
/// must be finite and audible, and none may be that of a network that died and was started again.
class Playing {
 public:
  Playing(const Sounds& sounds, Mode mode)
      : player_(random_model(sounds, size_a.layers, 0.5f), {.dream = {.seed = 4, .mode = mode}, .phase = {}}) {
    constexpr int first_hops = 8;
    for (int i = 0; i < first_hops; ++i) {
      run();
      checksum_ += weighted_sum(player_.samples());
    }
  }

  void run() {
    player_.begin();
    Budget budget = Budget::unlimited();
    while (!player_.step(budget)) budget = Budget::unlimited();
  }

  double checksum() const {
    const double sum = weighted_sum(player_.samples());
    const bool alive = std::isfinite(sum) && sum > 0 && player_.reseeds() == 0;
    return alive ? checksum_ : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  Player player_;
  double checksum_ = 0;
};

Prepared hops(const Sounds& sounds, Mode mode) {
  auto playing = std::make_shared<Playing>(sounds, mode);
  return {.units = 1, .run = [=] { playing->run(); }, .checksum = [=] { return playing->checksum(); }};
}

}  // namespace

void add_player(std::vector<Workload>& all) {
  const struct {
    const char* name;
    Mode mode;
    double expected;
  } players[] = {{"player-hop/A-window", Mode::window, 365.053}, {"player-hop/A-stateful", Mode::stateful, 387.389}};
  for (const auto& [name, mode, expected] : players) {
    all.push_back({name, "hop", expected, rounding * expected,
                   [mode = mode](const Sounds& sounds) { return hops(sounds, mode); }});
  }
}

}  // namespace lodestone::bench

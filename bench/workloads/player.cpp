#include "lodestone/player.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "models.hpp"

namespace lodestone::bench {
namespace {

/// A player's sound depends on how long it has been playing, so the checksum is that of its first hops; all later ones
/// must be finite and audible, and the network must not have died and been restarted.
class Playing {
 public:
  Playing(const Sounds& sounds, Mode mode)
      : player_(random_model(sounds, size_a.layers, 0.5f), {.seed = 4, .mode = mode}) {
    constexpr int first_hops = 40;  // the dream itself begins after 21
    for (int i = 0; i < first_hops; ++i) {
      run();
      checksum_ += weighted_sum(hop_);
    }
  }

  void run() { player_.process(hop_); }

  double checksum() {
    const double sum = weighted_sum(hop_);
    const bool alive = std::isfinite(sum) && sum > 0 && player_.meter().reseeds == 0;
    return alive ? checksum_ : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  Player player_;
  std::array<float, 512> hop_{};  // the model's
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
  } players[] = {{"player-hop/A-window", Mode::window, 2998.96}, {"player-hop/A-stateful", Mode::stateful, 3013.04}};
  for (const auto& [name, mode, expected] : players) {
    all.push_back({name, "hop", expected, rounding * expected,
                   [mode = mode](const Sounds& sounds) { return hops(sounds, mode); }});
  }
}

}  // namespace lodestone::bench

/// Playing: all but `…_create` may be called on the audio thread.

#include "lodestone/player.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/live_model.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

LiveModel* lodestone_live_model_create(const Model* model) { return hand_over(LiveModel::create(*model)); }
void lodestone_live_model_destroy(LiveModel* model) { delete model; }

/// Output: the bytes that `lodestone_player_create` reads, in this or another instance of this very module.
void lodestone_live_model_bytes(const LiveModel* model) { show(model->bytes().data(), 1, model->bytes().size()); }

Player* lodestone_player_create(const std::byte* live_model, std::size_t bytes, const double* numbers,
                                std::size_t count) {
  const auto config = configuration<PlayerConfig>(numbers, count);
  if (!config) return fail(config.error()), nullptr;
  auto model = LiveModel::read({live_model, bytes});
  if (!model) return fail(model.error()), nullptr;
  return hand_over(Player::create(std::move(*model), *config));
}

void lodestone_player_destroy(Player* player) { delete player; }

/// The floats of PlayerControls at a place that stays, to be written by the host.
float* lodestone_player_controls(Player* player) { return &player->controls().position; }

/// Fills `output` with the next `count` samples; as many of `input` drive the dream, unless it is null.
void lodestone_player_process(Player* player, const float* input, float* output, std::size_t count) {
  player->process({input, input ? count : 0}, {output, count});
}

void lodestone_player_trigger(Player* player, double position, double pitch) { player->trigger(position, pitch); }
void lodestone_player_reset(Player* player, std::uint32_t seed) { player->reset(seed); }

/// Where the bytes of another live model of the same shape go; null while a swap is going on.
std::byte* lodestone_player_spare(Player* player) { return player->spare().data(); }
/// 1 if the model in `spare` is being taken over now.
int lodestone_player_swap(Player* player) { return player->swap() ? 1 : 0; }
void lodestone_player_set_quality(Player* player, int level) { player->set_quality(level); }

/// The numbers of PlayerMeter at a place that stays, brought up to date by this call.
const double* lodestone_player_meter(Player* player) { return &player->meter().latency.min; }

}  // extern "C"

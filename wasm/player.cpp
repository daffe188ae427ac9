/// Playing. All functions except `…_create` and `…_make_room` are real-time safe.

#include "lodestone/player.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "abi.hpp"
#include "arguments.hpp"
#include "lodestone/live_model.hpp"
#include "models.hpp"

using namespace lodestone;
using namespace lodestone::abi;

extern "C" {

LiveModel* lodestone_live_model_create(const OwnedModel* model) { return hand_over(LiveModel::create(model->view())); }
void lodestone_live_model_destroy(LiveModel* model) { delete model; }

/// Output: the bytes for `lodestone_player_create`, in this or another instance of the same module.
void lodestone_live_model_bytes(const LiveModel* model) { show(model->bytes().data(), 1, model->bytes().size()); }

/// A player of the live model in `lodestone_input`. `numbers`: the fields of PlayerConfig.
Player* lodestone_player_create(const double* numbers, std::size_t count) {
  auto bytes = take_input();
  const auto config = configuration<PlayerConfig>(numbers, count);
  if (!config) return fail(config.error()), nullptr;
  auto model = LiveModel::adopt(std::move(bytes));
  if (!model) return fail(model.error()), nullptr;
  return hand_over(Player::create(std::move(*model), *config));
}

void lodestone_player_destroy(Player* player) { delete player; }

/// The floats of PlayerControls, at a fixed address, to be written by the host.
float* lodestone_player_controls(Player* player) { return &player->controls().position; }

/// Fills `output` with the next `count` samples. The same number of `input` drives the dream, unless it is null.
void lodestone_player_process(Player* player, const float* input, float* output, std::size_t count) {
  player->process({input, input ? count : 0}, {output, count});
}

void lodestone_player_trigger(Player* player, double position, double pitch) { player->trigger(position, pitch); }
void lodestone_player_reset(Player* player, std::uint32_t seed) { player->reset(seed); }

/// Allocates memory for a second model, the first time. Must not be called during processing.
int lodestone_player_make_room(Player* player) {
  auto error = player->make_room();
  return error ? fail(*error) : 0;
}
/// Memory for the bytes of that model; null before `make_room` and during a swap.
std::byte* lodestone_player_spare(Player* player) { return player->spare().data(); }
/// Begins to swap to the model in `spare`; returns 1 on success.
int lodestone_player_swap(Player* player) { return player->swap() ? 1 : 0; }
void lodestone_player_set_quality(Player* player, int level) { player->set_quality(level); }

/// The numbers of PlayerMeter, at a fixed address, updated by this call.
const double* lodestone_player_meter(Player* player) { return &player->meter().latency.min; }

}  // extern "C"

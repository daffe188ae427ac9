#include "magnet/succession.hpp"

namespace lodestone {

Status Succession::make_room(Mode created, Mode now) {
  if (other_) return {};
  auto slot = Slot::create(playing_.model.clone(), created);
  if (!slot) return slot.error();
  other_.emplace(std::move(*slot));
  other_->predictor.set_mode(now);
  return {};
}

std::span<std::byte> Succession::spare() {
  if (!other_ || swapping_) return {};
  return other_->model.content().block;
}

bool Succession::swap() {
  if (!other_ || swapping_) return false;
  const LiveHeader& header = other_->content().header();
  const std::uint64_t room = other_->content().frames.size() / other_->content().bins();
  if (!header.same_shape(playing_.content().header()) || !header.sound() || header.frames > room) return false;
  if (!other_->model.content().lay_out_weights()) return false;
  other_->predictor.reset();
  swapping_ = true;
  fed_ = 0;
  return true;
}

bool Succession::take_over() {
  if (!joined_) return false;
  std::swap(playing_, *other_);
  swapping_ = joined_ = listens_ = false;
  return true;
}

void Succession::set_mode(Mode mode) {
  playing_.predictor.set_mode(mode);
  if (other_) other_->predictor.set_mode(mode);
}

void Succession::feed(std::span<const float> input) {
  playing_.predictor.begin(input);
  if (listens_) other_->predictor.begin(input);
}

bool Succession::step(Budget& budget) {
  return playing_.predictor.step(budget) && (!listens_ || other_->predictor.step(budget));
}

void Succession::predict(std::size_t first, std::span<float> magnitudes) const {
  playing_.predict(first, magnitudes);
  if (!listens_ || fed_ <= sequence()) return;
  float successor[bins_at_once];
  other_->predict(first, {successor, magnitudes.size()});
  const float weight = static_cast<float>(fed_ - sequence()) / fade_groups;
  for (std::size_t i = 0; i < magnitudes.size(); ++i) {
    magnitudes[i] = (1 - weight) * magnitudes[i] + weight * successor[i];
  }
}

}  // namespace lodestone

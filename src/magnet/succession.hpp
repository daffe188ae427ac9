#pragma once

#include <optional>

#include "magnet/slot.hpp"

namespace lodestone {

/// The model that is heard and its successor. The successor first listens: its network is fed the same input as the
/// current one for `sequence` groups of frames. Then the predictions crossfade.
class Succession {
 public:
  explicit Succession(Slot first) : playing_(std::move(first)) {}

  const Slot& playing() const { return playing_; }
  Slot& playing() { return playing_; }

  /// Allocates a second slot, unless there is one. `created`: the mode that the first network was created in; `now`:
  /// its current mode.
  Status make_room(Mode created, Mode now);
  /// The bytes of the second slot; empty if there is none or it is in use.
  std::span<std::byte> spare();
  /// Starts the swap if the second slot holds a model that fits.
  bool swap();
  bool swapping() const { return swapping_; }

  /// A swap takes effect from the next hop on.
  void begin_hop() { joined_ = swapping_; }
  /// `dreams`: whether this group is a prediction; the successor only listens to those.
  void begin_group(bool dreams) { listens_ = joined_ && dreams; }
  /// Lets the successor take over at once. True if there was one.
  bool take_over();

  void set_mode(Mode mode);
  void feed(std::span<const float> input);
  bool step(Budget& budget);
  /// To be called after both have been fed.
  void count_group() { fed_ += listens_ ? 1 : 0; }
  /// Predicts the bins from `first` on, at most `bins_at_once`, as magnitudes.
  void predict(std::size_t first, std::span<float> magnitudes) const;
  /// True if the fade, and with it the succession, ends with this group.
  bool end_group() { return listens_ && fed_ == sequence() + fade_groups && take_over(); }

  /// The number of the successor's windows in flight with this group.
  std::size_t listening_windows() const { return listens_ ? std::min(fed_ + 1, sequence()) : 0; }

 private:
  static constexpr std::size_t fade_groups = 8;

  std::size_t sequence() const { return static_cast<std::size_t>(playing_.model.network().sequence); }

  Slot playing_;
  std::optional<Slot> other_{};
  bool swapping_ = false;
  bool joined_ = false;   ///< the successor takes part in this hop
  bool listens_ = false;  ///< … and in this group
  std::size_t fed_ = 0;   ///< groups that it has been fed
};

}  // namespace lodestone

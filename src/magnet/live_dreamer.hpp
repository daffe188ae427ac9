#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "lodestone/budget.hpp"
#include "lodestone/dream_controls.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"

namespace lodestone {

/// Dreams magnitude frames to be played: a Dreamer whose knobs move while it dreams and which jumps without a pause.
///
/// A jump (the start, `trigger`, chance, a network that has died) sounds at once: for R = ⌈(sequence + 1) / 2⌉ dreamed
/// frames the training sound's own frames are heard, from the place of the jump on, while the network is fed, a share
/// with each, with the frames that lead there; then the dream goes on. All the windows of a network begin in those
/// frames, so that each costs about what another does (in stateful mode: two frames of the network). Where the
/// training sound ends, its beginning follows. Without training frames everything starts from silence.
///
/// Real-time safe after `create`; all calls from one thread.
class LiveDreamer {
 public:
  /// Takes the model, and room for another of the same shape. A dreamer created in stateful mode stays in it.
  static Result<LiveDreamer> create(LiveModel model, Mode mode, std::uint32_t seed);
  LiveDreamer(LiveDreamer&&) noexcept;
  LiveDreamer& operator=(LiveDreamer&&) noexcept;
  ~LiveDreamer();

  /// Starts the next hop. `driver`: the incoming sound's magnitudes `[bins]`, or empty; they are read until the hop is
  /// done.
  void begin(const DreamControls& controls, std::span<const float> driver = {});
  /// Goes on; true once `frame()` is that of this hop.
  bool step(Budget& budget);
  /// `begin` and every `step`.
  std::span<const float> process(const DreamControls& controls, std::span<const float> driver = {});
  /// What is heard in this hop `[bins]`: linear magnitudes, finite and ≥ 0. Valid until the next `begin`.
  std::span<const float> frame() const;

  /// The next hop jumps to that place of the training sound, 0 .. 1 (beyond: the nearer end, NaN: 0).
  void trigger(double position);
  /// The next hop starts again, as after `create` with this seed; where a swap is going on, with the new model.
  void reset(std::uint32_t seed);
  /// From the next dreamed frame on, see Predictor::set_mode.
  void set_mode(Mode mode);

  /// Where the bytes of another model go: of the same shape, with at most as many training frames as the first one.
  /// Empty while a swap is going on. May be written in pieces between hops, before `swap`.
  std::span<std::byte> spare();
  /// Begins to dream with the model in `spare`: it listens to what the other is fed for `sequence` frames, meanwhile
  /// the network costs up to twice as much; then the dream fades over to it within 8 frames. A jump meanwhile goes to
  /// the new model at once. False, and nothing happens, where `spare` is empty or does not hold such a model.
  bool swap();
  bool swapping() const;

  /// Of the model that is heard.
  const LiveModel& model() const;
  /// How often the network had died and was started again: a second of silence, of far too loud or of unchanging
  /// frames, while less than half of what it is fed comes from `pull` or `drive`.
  std::uint64_t reseeds() const;
  /// About what the hop begun last costs in the units of Budget.
  std::int64_t cost() const;

 private:
  struct Engine;
  explicit LiveDreamer(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace lodestone

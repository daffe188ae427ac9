#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/model.hpp"

namespace lodestone {

/// A model as the audio thread reads it: weights folded and packed for this machine's kernels, training frames,
/// residuals and limits in one block of bytes without pointers, so that a model can be handed over, or swapped while it
/// plays, by copying bytes. Only this build on this machine can read them; they are not for files.
class LiveModel {
 public:
  /// Copies what it needs of `model`. Missing residuals are estimated from the changes between training frames. Takes
  /// some milliseconds. Refused: an STFT, weights or training frames that do not fit the network; fewer training frames
  /// than its sequence, unless there are none.
  static Result<LiveModel> create(const Model& model);

  /// Takes over what `bytes()` of a live model gave, without copying it. invalid_data if the header is not that of this
  /// build and its vector width, or if there are more or fewer bytes than it says.
  static Result<LiveModel> adopt(Buffer<std::byte> bytes);
  /// The same with a copy of bytes at any address.
  static Result<LiveModel> read(std::span<const std::byte> bytes);

  LiveModel(LiveModel&&) noexcept;
  LiveModel& operator=(LiveModel&&) noexcept;
  ~LiveModel();

  Result<LiveModel> clone() const;

  std::span<const std::byte> bytes() const;
  const StftConfig& stft() const;
  const NetworkConfig& network() const;
  std::size_t frames() const;  ///< training frames

  struct Content;
  Content& content() { return *content_; }
  const Content& content() const { return *content_; }

 private:
  explicit LiveModel(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace lodestone

#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/result.hpp"
#include "lodestone/stft.hpp"

namespace lodestone {

/// A model as the audio thread reads it: weights folded and packed for this machine's kernels, training frames,
/// residuals and loudness in one block of bytes without pointers, so that handing a model over, or exchanging it while
/// it plays, is nothing but copying bytes. They are for this very build and machine, not for files.
class LiveModel {
 public:
  /// Takes what it needs of `model`. Residuals that the model lacks are estimated from how its training frames change.
  /// Some milliseconds of work; not for the audio thread. Refused: an STFT, weights or training frames that do not fit
  /// the network; training frames fewer than its sequence, unless none.
  static Result<LiveModel> create(const Model& model);

  /// Copies what `bytes()` of a live model gave, at any address. invalid_data where the header is not one of this build
  /// and its vector width, or where the bytes are more or fewer than it says.
  static Result<LiveModel> read(std::span<const std::byte> bytes);

  LiveModel(LiveModel&&) noexcept;
  LiveModel& operator=(LiveModel&&) noexcept;
  ~LiveModel();

  /// The same once more, of the same size.
  Result<LiveModel> clone() const;

  /// The header and what it describes.
  std::span<const std::byte> bytes() const;
  const StftConfig& stft() const;
  const NetworkConfig& network() const;
  /// How many training frames there are.
  std::size_t frames() const;

  struct Content;
  Content& content() { return *content_; }
  const Content& content() const { return *content_; }

 private:
  explicit LiveModel(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace lodestone

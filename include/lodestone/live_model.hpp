#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/model.hpp"

namespace lodestone {

/// A model as the audio thread needs it: weights folded and packed for this machine's kernels, training frames,
/// residuals and limits in one block without pointers, so that a model can be handed over, or swapped while it plays,
/// by copying bytes. The bytes are not for files: only the same build on the same machine can read them.
class LiveModel {
 public:
  /// Copies what it needs from `model`; takes a few milliseconds. Missing residuals are estimated from the changes
  /// between training frames. Refused: an STFT, weights or training frames that do not match the network, and a model
  /// with training frames but fewer than its sequence.
  static Result<LiveModel> create(const ModelView& model);

  /// Takes ownership of a live model's `bytes()` without copying them. invalid_data if the header is from another build
  /// or vector width, or does not match the number of bytes.
  static Result<LiveModel> adopt(Buffer<std::byte> bytes);
  /// The same, copying from bytes at any address.
  static Result<LiveModel> read(std::span<const std::byte> bytes);

  LiveModel(LiveModel&&) noexcept;
  LiveModel& operator=(LiveModel&&) noexcept;
  ~LiveModel();

  Result<LiveModel> clone() const;

  std::span<const std::byte> bytes() const;
  const StftConfig& stft() const;
  const NetworkConfig& network() const;
  std::size_t frames() const;  ///< number of training frames

  struct Content;
  Content& content() { return *content_; }
  const Content& content() const { return *content_; }

 private:
  explicit LiveModel(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace lodestone

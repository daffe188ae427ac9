#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lodestone/array.hpp"
#include "lodestone/live_model.hpp"
#include "magnet/limits.hpp"
#include "network/packed_weights.hpp"

namespace lodestone {

/// The header of a live model.
struct LiveHeader {
  // These are equal in models that can be swapped.
  char name[8] = {'l', 'o', 'd', 'e', 'l', 'i', 'v', 'e'};
  std::uint32_t version = 3;
  std::int32_t lanes = 0;  ///< of the kernels that the weights are packed for
  double sample_rate = 0;
  std::int32_t size = 0, window_size = 0, hop = 0, window = 0, framing = 0;  ///< StftConfig
  std::int32_t layers[4] = {};                                               ///< NetworkConfig; zeros after the last
  std::int32_t sequence = 0, scale = 0, group = 0;
  // These may differ.
  std::uint32_t frames = 0;
  Limits limits;
  std::uint32_t components = 0;  ///< of NetworkConfig

  LiveHeader() = default;
  LiveHeader(const StftConfig& stft, const NetworkConfig& network);
  StftConfig stft() const;
  NetworkConfig network() const;

  bool same_shape(const LiveHeader& other) const;
  /// Whether a dream can start from this many frames, with these limits.
  bool sound() const;
};

/// One block of memory: the header, packed weights, residuals and training frames, with room for as many frames as the
/// header specified when it was created. The weights have room for up to 256 components, or for none if that takes
/// more, so that models with different numbers of components can be swapped.
struct LiveModel::Content {
  /// `bytes` begins with a valid header and has the size that the header asks for.
  explicit Content(Buffer<std::byte> bytes);

  /// The number of bytes in a model with this header.
  static std::uint64_t size(const LiveHeader& header);
  /// Lays out the weights as the header says, after other bytes have been written. False if it cannot be. Does not
  /// allocate.
  bool lay_out_weights();

  LiveHeader& header() { return *reinterpret_cast<LiveHeader*>(block.data()); }
  const LiveHeader& header() const { return *reinterpret_cast<const LiveHeader*>(block.data()); }
  const float* frame(std::size_t row) const { return frames.data() + row * bins(); }
  std::size_t bins() const { return static_cast<std::size_t>(network.bins); }

  Buffer<std::byte> block;
  StftConfig stft;
  NetworkConfig network;
  std::span<std::byte> room;  ///< for the weights
  PackedWeights weights;
  std::span<float> residuals;  ///< σ of the logarithm of each magnitude of a group `[group·bins]`
  std::span<float> frames;     ///< `[frames, bins]`, linear magnitudes

 private:
  explicit Content(const LiveHeader& header) : stft(header.stft()), network(header.network()) {}
  void lay_out(Arena& arena, std::uint32_t frame_count);
  std::uint64_t room_for_weights();
};

}  // namespace lodestone

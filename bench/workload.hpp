#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lodestone/formats.hpp"
#include "lodestone/stft.hpp"

/// What the benchmark suite times: written once, run natively and in WebAssembly.
namespace lodestone::bench {

constexpr double sample_rate = 44100;

/// The sounds that workloads work on, mono, 44.1 kHz.
struct Sounds {
  Buffer<float> piano;    ///< the bundled piano, 9 s
  Buffer<float> a, b, d;  ///< signals by which phase reconstruction is judged

  /// From the files' bytes: a WAV file, and a safetensors file with tensors `a`, `b` and `d`.
  static Result<Sounds> read(ByteView piano, ByteView signals);
};

/// A workload that is ready to run: setup is done.
struct Prepared {
  double units;                            ///< what one run is worth in the workload's unit
  std::function<void()> run;               ///< what is timed
  std::function<double()> checksum;        ///< of the output of the last run; not timed
  std::function<void(int runs)> before{};  ///< prepares what that many runs consume; not timed
};

/// A workload by name. Every run must give the same checksum, within a tolerance that allows a different order of
/// summation but not a wrong result.
struct Workload {
  std::string name;  ///< group/parameters
  std::string unit;  ///< of its speed, in the singular
  double expected;   ///< checksum
  double tolerance;  ///< absolute
  std::function<Prepared(const Sounds&)> setup;

  bool is_right(double checksum) const { return std::abs(checksum - expected) <= tolerance; }
};

/// All workloads, room by room.
std::vector<Workload> workloads();

/// A relative tolerance for sums of single-precision results: other kernels, other widths and fused multiply-adds move
/// them by 1e-6 or so.
constexpr double rounding = 1e-4;

/// "FFT size-hop", as in the names of workloads.
std::string sizes(const StftConfig& config);

/// A sum of absolute values with a different weight for every position, so that swapped values change it.
double weighted_sum(std::span<const float> values);

/// Uniform in −1 .. 1, always the same.
Buffer<float> noise(std::size_t count, std::uint32_t seed);

// The rooms, one file each.
void add_spectrum(std::vector<Workload>& all);
void add_kernels(std::vector<Workload>& all);
void add_training(std::vector<Workload>& all);
void add_generation(std::vector<Workload>& all);
void add_phase(std::vector<Workload>& all);
void add_player(std::vector<Workload>& all);

}  // namespace lodestone::bench

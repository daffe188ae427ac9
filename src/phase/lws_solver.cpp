#include "phase/lws_solver.hpp"

namespace lodestone {

void LwsSolver::prepare(const StftConfig& stft, int weight_range, std::uint64_t frames, FirstError& error) {
  kernel_.prepare(stft, weight_range, error);
  if (error) return;  // before the lattice allocates memory for the whole signal
  lattice_.prepare(stft, kernel_.shape(), frames + 2 * kernel_.reach(), kernel_.reach(), error);
}

void LwsSolver::begin(const Array2<std::complex<float>>& spectrum, const Array2<float>& magnitudes,
                      StageSchedule schedule) {
  const auto frames = static_cast<std::int64_t>(magnitudes.rows());
  for (std::int64_t m = 0; m < frames; ++m) lattice_.put(m, spectrum.row(m), magnitudes.row(m));
  for (int r = 1; r <= kernel_.reach(); ++r) {
    lattice_.pad(-r, 0);
    lattice_.pad(frames - 1 + r, frames - 1);
  }
  schedule_ = std::move(schedule);
}

bool LwsSolver::step(Budget& budget) { return advance(schedule_, kernel_, lattice_, budget); }

void LwsSolver::get(Array2<std::complex<float>>& spectrum) {
  for (std::size_t m = 0; m < spectrum.rows(); ++m) lattice_.get(static_cast<std::int64_t>(m), spectrum.row(m));
}

}  // namespace lodestone

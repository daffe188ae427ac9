#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lodestone/formats.hpp"
#include "lodestone/phase.hpp"

namespace lodestone::cli {

/// One output of a case: the stages that led to it, and how precisely it can be compared.
struct LwsOutput {
  std::string name;
  std::string variant;     ///< asis, fixed or q2fix: which defects of the reference were corrected
  bool warm = false;       ///< starts from `warm_start`, not from zero phase
  double sensitivity = 0;  ///< `rel_env`: l2 norm of the largest change when A is perturbed by 1e-7, over that of A
  std::vector<PhaseStage> stages;
};

/// The metadata entry `lws`.
struct LwsCase {
  StftConfig stft;  ///< with the square-root Hann window and the framing of LWS
  int look_ahead = 3;
  int weight_range = 5;
  std::vector<LwsOutput> outputs;
};

Result<LwsCase> read_lws_case(const Safetensors& file);

/// One row of quality.json: a whole signal, its configuration and mode, and what the reference reached.
struct LwsQuality {
  std::string signal;
  std::string config;  ///< WINDOW_HOP
  std::string mode;
  StftConfig stft;
  std::vector<PhaseStage> stages;
  double reference = 0;  ///< consistency in dB, with defects corrected according to `variant`
  std::string variant;   ///< fixed or q2fix
  double spread = 0;     ///< how much it changes in dB when the input is perturbed by 1e-7
};

Result<std::vector<LwsQuality>> read_lws_quality(std::string_view text);

/// Whether a defect of the reference that `variant` has not corrected affects these stages: no-future with four frames
/// per window adds a bin index twice; no-future and online's first estimate do nothing with two frames per window.
bool is_history(const StftConfig& stft, const std::vector<PhaseStage>& stages, std::string_view variant);

bool has_online(const std::vector<PhaseStage>& stages);

}  // namespace lodestone::cli

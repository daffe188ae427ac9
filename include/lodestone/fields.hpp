#pragma once

#include <span>

#include "lodestone/result.hpp"

namespace lodestone {

/// Fills a configuration from one number for each of its fields, in the order of facts/, and checks their ranges:
/// bindings to other languages pass options this way. Lists and fields that facts/ marks as `local` are not included.
/// Config: StftConfig, CorpusConfig, TrainerConfig, PhaseStage, PhaseConfig, DreamConfig, PlayerConfig, AnalyserConfig,
/// ImportConfig, ExamplesConfig or MappingConfig.
template <class Config>
Status read_fields(std::span<const double> numbers, Config& config);

}  // namespace lodestone

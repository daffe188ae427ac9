#pragma once

/// Includes everything. The headers follow the path of the sound: stft → corpus → network → trainer → training_run →
/// phase → player; plus features, formats and resampler.
#include "lodestone/corpus.hpp"
#include "lodestone/dream_controls.hpp"
#include "lodestone/features.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/mapping.hpp"
#include "lodestone/mapping_file.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/player.hpp"
#include "lodestone/resampler.hpp"
#include "lodestone/stft.hpp"
#include "lodestone/trainer.hpp"
#include "lodestone/training_run.hpp"

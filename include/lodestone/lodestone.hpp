#pragma once

/// Everything at once. The headers follow the way of the sound: stft → corpus → network → trainer → training_run →
/// phase → player; features, formats and resampler beside them.
#include "lodestone/corpus.hpp"
#include "lodestone/dream_controls.hpp"
#include "lodestone/features.hpp"
#include "lodestone/formats.hpp"
#include "lodestone/live_model.hpp"
#include "lodestone/model.hpp"
#include "lodestone/network.hpp"
#include "lodestone/phase.hpp"
#include "lodestone/player.hpp"
#include "lodestone/resampler.hpp"
#include "lodestone/stft.hpp"
#include "lodestone/trainer.hpp"
#include "lodestone/training_run.hpp"

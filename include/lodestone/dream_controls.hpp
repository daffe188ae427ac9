#pragma once

#include "lodestone/facts/player.hpp"

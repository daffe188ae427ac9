#pragma once

#include <span>
#include <string_view>

#include "cli/arguments.hpp"

namespace lodestone::cli {

/// All commands with their argument tables, in the order of the help.
std::span<const Command> commands();

Command analyze_command();
Command phase_command();
Command train_command();
Command generate_command();
Command info_command();
Command convert_command();
Command plot_command();
Command map_train_command();
Command map_run_command();
Command map_evaluate_command();
Command map_info_command();

}  // namespace lodestone::cli

#include "cli/commands.hpp"
namespace lodestone::cli {
Command verify_command() { return {"verify", "", "", "", 1, 1, {common_options()}, nullptr}; }
}  // namespace lodestone::cli

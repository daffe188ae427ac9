#include <vector>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr std::string_view about =
    "Lodestone learns a sound and plays it back: STFT magnitudes, an LSTM that dreams new ones, phase "
    "reconstruction.\n";

constexpr std::string_view exit_codes =
    "Exit codes: 0 success; 2 wrong usage, an unusable input, an output that cannot be written, or too\n"
    "little memory; 130 stopped by Ctrl-C.\n";

std::string overview() {
  std::string text = std::string(about) + "\nUsage: lodestone COMMAND [options]\n\n";
  for (const Command& command : commands()) {
    text += "  " + std::string(command.name) + std::string(14 - command.name.size(), ' ') +
            std::string(command.summary) + '\n';
  }
  return text + "  help          show the options of a command: lodestone help COMMAND\n\n" + std::string(exit_codes);
}

/// How many of the words are the name of a command: `map` has commands of its own.
std::size_t name_length(std::span<const std::string_view> words) {
  return words[0] == "map" && words.size() > 1 && !words[1].starts_with('-') ? 2 : 1;
}

std::string name_in(std::span<const std::string_view> words) {
  std::string name(words[0]);
  if (name_length(words) == 2) name += ' ' + std::string(words[1]);
  return name;
}

const Command* find(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

Error unknown(std::string_view name) {
  std::vector<std::string_view> names{"help"};
  for (const Command& command : commands()) names.push_back(command.name);
  std::string message = "there is no command \"" + std::string(name) + "\"";
  if (const auto near = nearest(name, names); !near.empty()) message += ". Did you mean " + std::string(near) + "?";
  return {ErrorCode::invalid_argument, message + " (lodestone help lists them all)"};
}

int help(std::span<const std::string_view> words, Console& console) {
  if (words.empty()) return console.print(overview());
  const std::string name = name_in(words);
  const Command* command = find(name);
  if (!command) return console.fail(unknown(name));
  return console.print(help_text(*command));
}

int version(Console& console) {
  Report report;
  report.add("lodestone", LODESTONE_VERSION);
  console.result(report);
  return exit_ok;
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> all{analyze_command(),      phase_command(),     train_command(),
                                        generate_command(),     info_command(),      convert_command(),
                                        plot_command(),         map_train_command(), map_run_command(),
                                        map_evaluate_command(), map_info_command()};
  return all;
}

int run(std::span<const std::string_view> arguments, Host& host) {
  Console console(host, arguments);
  if (arguments.empty()) {
    host.print(Host::Stream::err, overview());
    return exit_bad;
  }
  const std::string name = name_in(arguments);
  const auto words = arguments.subspan(name_length(arguments));
  if (name == "help" || name == "--help" || name == "-h") return help(words, console);
  if (name == "version" || name == "--version") return version(console);
  const Command* command = find(name);
  if (!command) return console.fail(unknown(name));
  return run_command(*command, words, console);
}

}  // namespace lodestone::cli

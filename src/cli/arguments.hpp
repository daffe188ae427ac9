#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "facts/fields.hpp"
#include "lodestone/result.hpp"

namespace lodestone::cli {

class Console;

/// The kind of value that an option takes.
enum class Kind {
  flag,        ///< nothing
  file,        ///< a path
  integer,     ///< low .. high
  integers,    ///< a comma-separated list of them
  number,      ///< low .. high
  positive,    ///< above low, to high
  numbers,     ///< a comma-separated list of numbers, low .. high
  choice,      ///< one of `choices`
  stage,       ///< of phase reconstruction, N[:number…]; may be repeated, in order
  stage_flag,  ///< a stage without a value
  size,        ///< WIDTHxHEIGHT, each low .. high
};

/// A row of the argument table, the source of help, defaults and checks.
struct Option {
  std::string_view name;   ///< --with-dashes
  std::string_view value;  ///< placeholder for the value in the help
  Kind kind;
  std::string_view help;
  std::string_view fallback = {};  ///< the default, as the user would type it; empty: none
  double low = 0;
  double high = 0;
  std::string_view choices = {};  ///< separated by |
  std::string_view unit = {};     ///< of low and high
  const Field* field = nullptr;   ///< the field of a configuration that the option sets
};

struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

class Arguments;

struct Command {
  std::string_view name;
  std::string_view operands;  ///< in the usage line, e.g. "IN.wav -o OUT.wav"
  std::string_view summary;
  std::string_view about;  ///< paragraphs of the help
  std::size_t least_files;
  std::size_t most_files;
  std::vector<OptionGroup> groups;
  int (*run)(const Arguments&, Console&);
  std::string_view prefix = "lodestone ";  ///< before the name on a command line; empty if the program has no commands
};

/// `--json` and `--help`, which every command has.
OptionGroup common_options();

/// A command line that has been checked against its command's table, so the getters cannot fail. They return the
/// default if an option is absent; the option must be in the table and of that kind.
class Arguments {
 public:
  struct Given {
    const Option* option;
    std::string_view value;
  };

  /// `words` follow the command's name. Error messages suggest the nearest option.
  static Result<Arguments> parse(const Command& command, std::span<const std::string_view> words);

  std::span<const std::string_view> files() const { return files_; }
  /// All options in the order of the command line.
  std::span<const Given> given() const { return given_; }

  bool has(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::vector<int> integers(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;

  /// `config` with the fields set for the given options.
  template <class Config>
  Config config(std::span<const Option> options, Config config = {}) const {
    for (const Option& option : options) {
      if (option.field && has(option.name)) detail::set_field(&config, *option.field, field_value(option));
    }
    return config;
  }

 private:
  double field_value(const Option& option) const;

  const Command* command_ = nullptr;
  std::vector<std::string_view> files_;
  std::vector<Given> given_;
};

/// The parts of a stage's value: iterations and up to three more numbers. Checked by `Arguments::parse`.
std::vector<double> stage_numbers(std::string_view value);
/// WIDTHxHEIGHT. Checked by `Arguments::parse`.
std::pair<int, int> size_numbers(std::string_view value);

/// Checks the words after the command's name and runs it, or prints its help; returns the exit code.
int run_command(const Command& command, std::span<const std::string_view> words, Console& console);

/// The help of one command, in lines of up to 100 characters.
std::string help_text(const Command& command);

}  // namespace lodestone::cli

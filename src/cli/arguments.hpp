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

/// What may stand behind an option.
enum class Kind {
  flag,        ///< nothing
  file,        ///< a path
  integer,     ///< low .. high
  integers,    ///< a comma-separated list of them
  number,      ///< low .. high
  positive,    ///< above low, to high
  numbers,     ///< a comma-separated list of numbers, low .. high
  choice,      ///< one of `choices`
  stage,       ///< of phase reconstruction, N[:number…]; may be given repeatedly, the order counts
  stage_flag,  ///< a stage without a value
  size,        ///< WIDTHxHEIGHT, each low .. high
};

/// One row of the argument table: help, defaults and checks all come from it.
struct Option {
  std::string_view name;   ///< --with-dashes
  std::string_view value;  ///< what stands for the value in the help
  Kind kind;
  std::string_view help;
  std::string_view fallback = {};  ///< the default, as one would write it; empty: none
  double low = 0;
  double high = 0;
  std::string_view choices = {};  ///< separated by |
  const Field* field = nullptr;   ///< of a configuration, which the option sets
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
  std::string_view prefix = "lodestone ";  ///< before the name on a command line; empty where a program has no commands
};

/// `--json` and `--help`, which every command has.
OptionGroup common_options();

/// An option and what it says.
struct Setting {
  std::string_view name, value;
};

/// A command line that fits the table of its command: every value has been checked, so that the getters cannot fail.
/// They give the default where an option is not there; the option must be in the table and of that kind.
class Arguments {
 public:
  struct Given {
    const Option* option;
    std::string_view value;
  };

  /// `words` are what follows the command's name. The message of an error suggests the nearest option.
  static Result<Arguments> parse(const Command& command, std::span<const std::string_view> words);

  std::span<const std::string_view> files() const { return files_; }
  /// All options in the order of the command line.
  std::span<const Given> given() const { return given_; }

  /// A preset: what options that are not on the command line say instead of their defaults.
  void prefer(std::span<const Setting> preset) { preferred_ = preset; }

  bool has(std::string_view name) const;
  std::string_view text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  std::vector<int> integers(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;

  /// Sets the fields of `config` that these options stand for.
  template <class Config>
  void fill(std::span<const Option> options, Config& config) const {
    for (const Option& option : options) {
      if (option.field) detail::set_field(&config, *option.field, field_value(option));
    }
  }

 private:
  double field_value(const Option& option) const;

  const Command* command_ = nullptr;
  std::vector<std::string_view> files_;
  std::vector<Given> given_;
  std::span<const Setting> preferred_;
};

/// The part of a stage's value: iterations and up to three further numbers. Checked by `Arguments::parse`.
std::vector<double> stage_numbers(std::string_view value);
/// WIDTHxHEIGHT. Checked by `Arguments::parse`.
std::pair<int, int> size_numbers(std::string_view value);

/// Checks the words after the command's name and runs it, or prints its help; returns the exit code.
int run_command(const Command& command, std::span<const std::string_view> words, Console& console);

/// The help of one command, lines not longer than 100 characters.
std::string help_text(const Command& command);

}  // namespace lodestone::cli

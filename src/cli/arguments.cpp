#include "cli/arguments.hpp"

#include <algorithm>

#include "cli/console.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

constexpr std::size_t help_width = 100;

constexpr Option common_table[] = {
    {"--json", "", Kind::flag, "print the result as one JSON object on stdout, even if the command fails"},
    {"--help", "", Kind::flag, "print this help"},
};

const Option* find(const Command& command, std::string_view name) {
  for (const OptionGroup& group : command.groups) {
    for (const Option& option : group.options) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

/// The usual short forms.
std::string_view long_name(std::string_view word) {
  if (word == "-o") return "--output";
  if (word == "-h") return "--help";
  return word;
}

bool takes_value(const Option& option) { return option.kind != Kind::flag && option.kind != Kind::stage_flag; }

bool repeats(const Option& option) { return option.kind == Kind::stage || option.kind == Kind::stage_flag; }

std::string range_text(const Option& option) {
  const std::string high = number_text(option.high, 12);
  switch (option.kind) {
    case Kind::integer:
    case Kind::integers:
    case Kind::number:
    case Kind::numbers:
    case Kind::size:
      return number_text(option.low, 12) + " to " + high + (option.unit.empty() ? "" : " ") + std::string(option.unit);
    case Kind::stage:
      return "N from " + number_text(option.low, 12) + " to " + high;
    case Kind::positive:
      return "above " + number_text(option.low, 12) + ", up to " + high;
    case Kind::choice:
      return either_text(split(option.choices, '|'));
    case Kind::flag:
    case Kind::stage_flag:
    case Kind::file:
      return {};
  }
  return {};
}

Error refuse(const Option& option, std::string_view value, std::string_view allowed) {
  return {ErrorCode::invalid_argument,
          std::string(option.name) + " is \"" + std::string(value) + "\"; allowed: " + std::string(allowed)};
}

bool within(const Option& option, double value) {
  return value <= option.high && (option.kind == Kind::positive ? value > option.low : value >= option.low);
}

bool whole_within(const Option& option, std::string_view text) {
  std::int64_t value = 0;
  return parse_integer(text, value) && within(option, static_cast<double>(value));
}

bool number_within(const Option& option, std::string_view text) {
  double value = 0;
  return parse_number(text, value) && within(option, value);
}

Status check_choice(const Option& option, std::string_view value) {
  const auto choices = split(option.choices, '|');
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return {};
  Error error = refuse(option, value, either_text(choices));
  if (const auto near = nearest(value, choices); !near.empty())
    error.message += ". Did you mean " + std::string(near) + "?";
  return error;
}

/// N[:number…]: iterations, then at most as many numbers as the placeholder in the help.
Status check_stage(const Option& option, std::string_view value) {
  const auto parts = split(value, ':');
  const auto most = split(option.value, ':').size();
  bool good = parts.size() <= most && whole_within(option, parts[0]);
  for (std::size_t i = 1; good && i < parts.size(); ++i) {
    double number = 0;
    good = parse_number(parts[i], number) && number >= 0;
  }
  if (good) return {};
  return refuse(option, value,
                std::string(option.value) + " with " + range_text(option) + " and further numbers of 0 or more");
}

Status check_value(const Option& option, std::string_view value) {
  switch (option.kind) {
    case Kind::flag:
    case Kind::stage_flag:
      return {};
    case Kind::file:
      if (value.empty()) return refuse(option, value, "a path");
      return {};
    case Kind::integer:
      if (!whole_within(option, value)) return refuse(option, value, "a whole number, " + range_text(option));
      return {};
    case Kind::integers:
      for (const auto part : split(value, ',')) {
        if (!whole_within(option, part)) {
          return refuse(option, value, "whole numbers separated by commas, each " + range_text(option));
        }
      }
      return {};
    case Kind::number:
    case Kind::positive:
      if (!number_within(option, value)) return refuse(option, value, "a number, " + range_text(option));
      return {};
    case Kind::numbers:
      for (const auto part : split(value, ',')) {
        if (!number_within(option, part)) {
          return refuse(option, value, "numbers separated by commas, each " + range_text(option));
        }
      }
      return {};
    case Kind::choice:
      return check_choice(option, value);
    case Kind::stage:
      return check_stage(option, value);
    case Kind::size: {
      const auto parts = split(value, 'x');
      if (parts.size() != 2 || !whole_within(option, parts[0]) || !whole_within(option, parts[1])) {
        return refuse(option, value, "WIDTHxHEIGHT in pixels, each " + range_text(option));
      }
      return {};
    }
  }
  return {};
}

Error unknown(const Command& command, std::string_view name) {
  std::vector<std::string_view> names;
  for (const OptionGroup& group : command.groups) {
    for (const Option& option : group.options) names.push_back(option.name);
  }
  Error error{ErrorCode::invalid_argument, std::string(command.name) + " has no option \"" + std::string(name) + "\""};
  if (const auto near = nearest(name, names); !near.empty())
    error.message += ". Did you mean " + std::string(near) + "?";
  return error;
}

/// The command as typed.
std::string full_name(const Command& command) { return std::string(command.prefix) + std::string(command.name); }

std::string usage(const Command& command) { return full_name(command) + " " + std::string(command.operands); }

std::string count_text(std::size_t count) { return count == 1 ? "1 file" : std::to_string(count) + " files"; }

/// Appends `text` to `out`, wrapped to the help's width, with all lines but the first indented.
void wrap(std::string& out, std::string_view text, std::size_t indent) {
  std::size_t column = indent;
  bool first = true;
  for (const std::string_view word : split(text, ' ')) {
    if (!first && column + 1 + shown_width(word) > help_width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += shown_width(word);
    first = false;
  }
  out += '\n';
}

std::string left_column(const Option& option) {
  std::string text = option.name == "--output" ? "-o, --output" : std::string(option.name);
  if (!option.value.empty()) text += ' ' + std::string(option.value);
  return text;
}

std::string right_column(const Option& option) {
  std::string text(option.help);
  std::string brackets = range_text(option);
  if (!option.fallback.empty())
    brackets += (brackets.empty() ? "default " : "; default ") + std::string(option.fallback);
  if (!brackets.empty()) text += " (" + brackets + ")";
  return text;
}

}  // namespace

Result<Arguments> Arguments::parse(const Command& command, std::span<const std::string_view> words) {
  Arguments arguments;
  arguments.command_ = &command;
  bool options_end = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (options_end || !word.starts_with('-') || word == "-") {
      arguments.files_.push_back(word);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    const std::string_view name = long_name(word.substr(0, equals));
    const Option* option = find(command, name);
    if (!option) return unknown(command, name);
    if (arguments.has(name) && !repeats(*option)) {
      return Error{ErrorCode::invalid_argument, std::string(name) + " is given twice; allowed: once"};
    }
    std::string_view value;
    if (!takes_value(*option)) {
      if (equals != std::string_view::npos) {
        return Error{ErrorCode::invalid_argument, std::string(name) + " takes no value, but \"" +
                                                      std::string(word.substr(equals + 1)) + "\" was given"};
      }
    } else if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
    } else {
      if (i + 1 == words.size() || words[i + 1].starts_with("--")) {
        return Error{ErrorCode::invalid_argument,
                     std::string(name) + " needs a value: " + std::string(name) + " " + std::string(option->value)};
      }
      value = words[++i];
    }
    if (auto error = check_value(*option, value)) return *error;
    arguments.given_.push_back({option, value});
  }
  if (arguments.has("--help")) return arguments;
  const std::size_t count = arguments.files_.size();
  if (count < command.least_files || count > command.most_files) {
    return Error{ErrorCode::invalid_argument, std::string(command.name) + " got " +
                                                  (count == 0 ? "no file" : count_text(count)) +
                                                  "; usage: " + usage(command)};
  }
  if (find(command, "--output") && !arguments.has("--output")) {
    return Error{ErrorCode::invalid_argument, "the output file, -o, is missing; usage: " + usage(command)};
  }
  return arguments;
}

bool Arguments::has(std::string_view name) const {
  return std::any_of(given_.begin(), given_.end(), [&](const Given& g) { return g.option->name == name; });
}

std::string_view Arguments::text(std::string_view name) const {
  for (const Given& g : given_) {
    if (g.option->name == name) return g.value;
  }
  const Option* option = find(*command_, name);
  return option ? option->fallback : std::string_view{};
}

std::int64_t Arguments::integer(std::string_view name) const {
  std::int64_t value = 0;
  parse_integer(text(name), value);
  return value;
}

double Arguments::number(std::string_view name) const {
  double value = 0;
  parse_number(text(name), value);
  return value;
}

std::vector<int> Arguments::integers(std::string_view name) const {
  std::vector<int> values;
  for (const double value : numbers(name)) values.push_back(static_cast<int>(value));
  return values;
}

std::vector<double> Arguments::numbers(std::string_view name) const {
  std::vector<double> values;
  if (text(name).empty()) return values;
  for (const auto part : split(text(name), ',')) parse_number(part, values.emplace_back());
  return values;
}

double Arguments::field_value(const Option& option) const {
  if (option.kind == Kind::flag) return option.name.starts_with("--no-") ? 0 : 1;
  if (option.kind != Kind::choice) return number(option.name);
  const auto choices = split(option.choices, '|');
  return static_cast<double>(std::find(choices.begin(), choices.end(), text(option.name)) - choices.begin());
}

std::vector<double> stage_numbers(std::string_view value) {
  std::vector<double> values;
  for (const auto part : split(value, ':')) parse_number(part, values.emplace_back());
  return values;
}

std::pair<int, int> size_numbers(std::string_view value) {
  const auto parts = split(value, 'x');
  std::int64_t width = 0;
  std::int64_t height = 0;
  parse_integer(parts[0], width);
  parse_integer(parts[1], height);
  return {static_cast<int>(width), static_cast<int>(height)};
}

OptionGroup common_options() { return {"General", common_table}; }

int run_command(const Command& command, std::span<const std::string_view> words, Console& console) {
  const auto parsed = Arguments::parse(command, words);
  if (!parsed) return console.fail(parsed.error());
  if (parsed->has("--help")) return console.print(help_text(command));
  return command.run(*parsed, console);
}

std::string help_text(const Command& command) {
  std::string text =
      full_name(command) + ": " + std::string(command.summary) + "\n\nUsage: " + usage(command) + " [options]\n\n";
  for (const auto paragraph : split(command.about, '\n')) wrap(text, paragraph, 0);
  std::size_t width = 0;
  for (const OptionGroup& group : command.groups) {
    for (const Option& option : group.options) width = std::max(width, left_column(option).size());
  }
  for (const OptionGroup& group : command.groups) {
    text += '\n' + std::string(group.title) + ":\n";
    for (const Option& option : group.options) {
      const std::string left = left_column(option);
      text += "  " + left + std::string(width - left.size() + 2, ' ');
      wrap(text, right_column(option), width + 4);
    }
  }
  return text;
}

}  // namespace lodestone::cli

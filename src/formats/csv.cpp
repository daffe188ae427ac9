#include "formats/csv.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "errors/message.hpp"

namespace lodestone {

namespace {

/// Takes fields off the front of a text.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);  // a byte order mark
  }

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  /// The fields of the next line.
  Result<std::vector<std::string>> next_line() {
    std::vector<std::string> fields;
    do {
      fields.emplace_back();
      if (auto bad = take_field(fields.back(), fields.size())) return *bad;
    } while (take(','));
    take('\r');
    if (!at_end() && !take('\n')) return malformed("line {}, column {}: text after a quote", line_, fields.size());
    ++line_;
    return fields;
  }

 private:
  bool take(char expected) {
    if (rest_.empty() || rest_[0] != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Status take_field(std::string& field, std::size_t column) {
    if (!take('"')) {
      const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
      field = rest_.substr(0, end);
      rest_.remove_prefix(end);
      return {};
    }
    const std::size_t first_line = line_;
    for (;;) {
      if (at_end()) return malformed("line {}, column {}: the quote does not end", first_line, column);
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"' && !take('"')) return {};
      if (c == '\n') ++line_;
      field += c;
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Csv> Csv::read(std::string_view text) {
  FieldReader reader(text);
  Csv csv;
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    auto fields = reader.next_line();
    if (!fields) return fields.error();
    if (fields->size() == 1 && trimmed((*fields)[0]).empty()) continue;
    for (std::string& field : *fields) field = std::string(trimmed(field));
    if (csv.names_.empty()) {
      csv.names_ = std::move(*fields);
      continue;
    }
    if (fields->size() != csv.names_.size()) {
      return malformed("line {} has {} columns; expected {}", line, fields->size(), csv.names_.size());
    }
    csv.rows_.push_back({line, std::move(*fields)});
  }
  for (std::size_t c = 0; c < csv.names_.size(); ++c) {
    if (csv.find(csv.names_[c]) != c)
      return malformed("line 1, column {}: {} is there twice", c + 1, quoted(csv.names_[c]));
  }
  if (csv.rows_.empty()) return malformed("the table has no line after that of the names");
  return csv;
}

std::size_t Csv::find(std::string_view name) const {
  return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
}

Result<std::size_t> Csv::column(std::string_view name) const {
  const std::size_t found = find(name);
  if (found < names_.size()) return found;
  return malformed("there is no column {}; columns: {}", quoted(name),
                   listed(std::vector<std::string_view>(names_.begin(), names_.end())));
}

Result<float> Csv::number(std::size_t row, std::size_t column) const {
  const std::string& field = text(row, column);
  if (field.empty()) return std::numeric_limits<float>::quiet_NaN();
  char* end = nullptr;
  const double value = std::strtod(field.c_str(), &end);
  if (end == field.c_str() + field.size() && !std::isinf(value)) return static_cast<float>(value);
  return malformed("line {}, column {} ({}) is {}; expected a number", rows_[row].line, column + 1,
                   quoted(names_[column]), quoted(field));
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && trimmed(text) == text) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? std::string("\"\"") : std::string(1, c);
  return field + '"';
}

}  // namespace lodestone

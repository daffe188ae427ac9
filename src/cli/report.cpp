#include "cli/report.hpp"

#include <algorithm>
#include <cmath>

#include "cli/text.hpp"
#include "formats/json.hpp"

namespace lodestone::cli {
namespace {

std::string quoted(std::string_view text) {
  JsonWriter writer;
  if (is_utf8(text)) {
    writer.string(text);
    return writer.text;
  }
  // A path need not be UTF-8, but JSON must be.
  std::string ascii(text);
  for (char& c : ascii) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
  return quoted(ascii);
}

std::string json_number(double number) {
  if (!std::isfinite(number)) return "null";
  // The fewest digits, of a few lengths, that read back as the same double.
  for (const int digits : {15, 16}) {
    std::string text = number_text(number, digits);
    double back = 0;
    if (parse_number(text, back) && back == number) return text;
  }
  return number_text(number, 17);
}

std::string key(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), ' ', '_');
  return quoted(text);
}

template <class Item, class Write>
std::string joined(const std::vector<Item>& items, std::string_view between, Write write) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += between;
    text += write(items[i]);
  }
  return text;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, shown_width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string without_trailing_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string table_text(const Report::Table& table) {
  const std::size_t count = table.columns.size();
  std::vector<std::size_t> widths(count);
  std::vector<bool> right(count);
  for (std::size_t c = 0; c < count; ++c) widths[c] = shown_width(table.columns[c]);
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < count; ++c) {
      widths[c] = std::max(widths[c], shown_width(row[c].text(table.digits)));
      right[c] = right[c] || row[c].is_number();
    }
  }
  std::string text;
  const auto line = [&](auto cell) {
    std::string content;
    for (std::size_t c = 0; c < count; ++c) content += (c > 0 ? "  " : "") + padded(cell(c), widths[c], right[c]);
    text += without_trailing_blanks(content) + '\n';
  };
  line([&](std::size_t c) { return table.columns[c]; });
  for (const auto& row : table.rows) line([&](std::size_t c) { return row[c].text(table.digits); });
  return text;
}

}  // namespace

std::string Value::text(int digits) const {
  if (const auto* text = std::get_if<std::string>(&content_)) return *text;
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth ? "yes" : "no";
  const auto write = [digits](double number) {
    const bool whole = std::fabs(number) < 1e15 && number == std::floor(number);
    return number_text(number, whole ? 15 : digits);
  };
  if (const auto* number = std::get_if<double>(&content_)) return write(*number);
  return joined(*std::get_if<std::vector<double>>(&content_), ", ", write);
}

std::string Value::json() const {
  if (const auto* text = std::get_if<std::string>(&content_)) return quoted(*text);
  if (const auto* truth = std::get_if<bool>(&content_)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&content_)) return json_number(*number);
  return "[" + joined(*std::get_if<std::vector<double>>(&content_), ", ", json_number) + "]";
}

void Report::add(std::string_view name, Value value, std::string_view unit) {
  fields_.push_back({std::string(name), std::move(value), std::string(unit)});
}

Report::Table& Report::table(std::string_view name, std::vector<std::string> columns) {
  for (Table& table : tables_) {
    if (table.name == name) return table;
  }
  return tables_.emplace_back(Table{std::string(name), std::move(columns), {}, 6, fields_.size()});
}

std::string Report::text() const {
  std::size_t width = 0;
  for (const Field& field : fields_) width = std::max(width, shown_width(field.name));
  std::string text;
  std::size_t printed = 0;
  const auto print_fields = [&](std::size_t end) {
    for (; printed < end; ++printed) {
      const Field& field = fields_[printed];
      text += padded(field.name, width + 2, false) + field.value.text();
      if (!field.unit.empty()) text += ' ' + field.unit;
      text += '\n';
    }
  };
  for (const Table& table : tables_) {
    if (table.rows.empty()) continue;
    print_fields(table.fields_before);
    if (!text.empty()) text += '\n';
    text += table_text(table) + '\n';
  }
  print_fields(fields_.size());
  return text;
}

std::string Report::json() const {
  std::vector<std::string> entries;
  for (const Field& field : fields_) entries.push_back(key(field.name) + ": " + field.value.json());
  for (const Table& table : tables_) {
    const auto row_json = [&](const std::vector<Value>& row) {
      std::vector<std::string> cells;
      for (std::size_t c = 0; c < row.size(); ++c) cells.push_back(key(table.columns[c]) + ": " + row[c].json());
      return "    {" + joined(cells, ", ", [](const std::string& cell) { return cell; }) + "}";
    };
    const std::string rows = joined(table.rows, ",\n", row_json);
    entries.push_back(key(table.name) + ": [" + (rows.empty() ? "" : "\n" + rows + "\n  ") + "]");
  }
  return "{\n" + joined(entries, ",\n", [](const std::string& entry) { return "  " + entry; }) + "\n}\n";
}

}  // namespace lodestone::cli

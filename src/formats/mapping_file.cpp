#include "lodestone/mapping_file.hpp"

#include <algorithm>

#include "formats/bytes.hpp"
#include "formats/json.hpp"
#include "lodestone/fields.hpp"
#include "lodestone/formats.hpp"
#include "mapping/content.hpp"
#include "network/tensor.hpp"

namespace lodestone {

namespace {

constexpr std::string_view mapping_key = "lodestone";
constexpr double mapping_version = 1;

/// Numbers and texts become JSON, arrays tensors.
class MappingWriter : public Archive {
 public:
  MappingWriter() {
    json_.open('{');
    double version = mapping_version;
    MappingWriter::number("format_version", version);
    json_.key("kind");
    json_.string("mapping");
  }

  bool reading() const override { return false; }
  bool derived() const override { return false; }

  void number(std::string_view name, double& value) override {
    json_.key(prefix + std::string(name));
    json_.number(value);
  }

  void texts(std::string_view name, std::vector<std::string>& values) override {
    json_.key(prefix + std::string(name));
    json_.open('[');
    for (const std::string& value : values) json_.string(value);
    json_.close(']');
  }

  void integers(std::string_view name, std::vector<std::uint32_t>& values) override {
    add(name, DType::i32, {values.size()}, std::as_bytes(std::span(values)));
  }
  void doubles(std::string_view name, std::vector<double>& values) override {
    add(name, DType::f64, {values.size()}, std::as_bytes(std::span(values)));
  }
  void floats(std::string_view name, Array2<float>& values) override {
    add(name, DType::f32, {values.rows(), values.cols()}, std::as_bytes(values.all()));
  }

  Result<Bytes> finish() {
    json_.close('}');
    file_.metadata.emplace_back(mapping_key, std::move(json_.text));
    std::size_t i = 0;
    for (TensorView& tensor : file_.tensors) tensor.bytes = copies_[i++];
    return write_safetensors(file_);
  }

 private:
  /// A copy: the lists that are visited may be temporary.
  void add(std::string_view name, DType dtype, std::vector<std::uint64_t> shape, ByteView bytes) {
    copies_.emplace_back(bytes.begin(), bytes.end());
    file_.tensors.push_back({prefix + std::string(name), dtype, std::move(shape), {}});
  }

  JsonWriter json_;
  Safetensors file_;
  std::vector<std::vector<std::byte>> copies_;
};

/// Reads what MappingWriter has written.
class MappingReader : public Archive {
 public:
  MappingReader(const Safetensors& file, const JsonValue& metadata) : file_(file), metadata_(metadata) {}

  bool reading() const override { return true; }
  bool derived() const override { return false; }
  bool has(std::string_view name) const { return file_.find(name) != nullptr; }

  void number(std::string_view name, double& value) override {
    const JsonValue* found = metadata_.find(prefix + std::string(name));
    if (!found || found->kind != JsonValue::Kind::number) return fail(name, "a number in the metadata");
    value = found->number;
  }

  void texts(std::string_view name, std::vector<std::string>& values) override {
    const JsonValue* found = metadata_.find(prefix + std::string(name));
    if (!found || found->kind != JsonValue::Kind::array) return fail(name, "a list of texts in the metadata");
    values.clear();
    for (const JsonValue& value : *found) {
      if (value.kind != JsonValue::Kind::string) return fail(name, "a list of texts in the metadata");
      values.emplace_back(value.string);
    }
  }

  void integers(std::string_view name, std::vector<std::uint32_t>& values) override {
    list(name, DType::i32, "a list of I32", values);
  }
  void doubles(std::string_view name, std::vector<double>& values) override {
    list(name, DType::f64, "a list of F64", values);
  }

  void floats(std::string_view name, Array2<float>& values) override {
    const TensorView* tensor = file_.find(prefix + std::string(name));
    if (!tensor || tensor->dtype != DType::f32 || tensor->shape.size() != 2) return fail(name, "a matrix of F32");
    auto array = Array2<float>::create(tensor->shape[0], tensor->shape[1]);
    if (!array) {
      if (!failure) failure = array.error();
      return;
    }
    if (array->size() > 0) std::memcpy(array->data(), tensor->bytes.data(), tensor->bytes.size());
    values = std::move(*array);
  }

  void fail(std::string_view name, const char* expected) {
    if (!failure) failure = malformed("expected {}, {}{}", expected, prefix, name);
  }

 private:
  template <class T>
  void list(std::string_view name, DType dtype, const char* expected, std::vector<T>& values) {
    const TensorView* tensor = file_.find(prefix + std::string(name));
    if (!tensor || tensor->dtype != dtype || tensor->shape.size() != 1) return fail(name, expected);
    values.resize(tensor->bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
  }

  const Safetensors& file_;
  const JsonValue& metadata_;
};

/// The takes one after another: their inputs, their targets (no rows for a take that has none), and for each take the
/// number of rows, whether it has targets, the label + 1, and the weight.
struct TakeTables {
  Array2<float> inputs, targets;
  std::vector<std::uint32_t> rows, taught, labels;
  std::vector<double> weights;

  void archive(Archive& archive) {
    archive.prefix = "takes.";
    archive.floats("inputs", inputs);
    archive.floats("targets", targets);
    archive.integers("rows", rows);
    archive.integers("taught", taught);
    archive.integers("labels", labels);
    archive.doubles("weights", weights);
    archive.prefix.clear();
  }
};

Result<TakeTables> tables_of(const Examples& examples) {
  TakeTables tables;
  std::size_t taught = 0;
  for (std::size_t t = 0; t < examples.takes(); ++t) taught += examples.take(t).targets.rows();
  auto inputs = Array2<float>::create(examples.rows(), examples.names().inputs.size());
  auto targets = Array2<float>::create(taught, examples.names().outputs.size());
  if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
  float* input = inputs->data();
  float* target = targets->data();
  for (std::size_t t = 0; t < examples.takes(); ++t) {
    const Take& take = examples.take(t);
    input = std::copy(take.inputs.all().begin(), take.inputs.all().end(), input);
    target = std::copy(take.targets.all().begin(), take.targets.all().end(), target);
    tables.rows.push_back(static_cast<std::uint32_t>(take.inputs.rows()));
    tables.taught.push_back(take.targets.rows() > 0 ? 1 : 0);
    tables.labels.push_back(static_cast<std::uint32_t>(take.label + 1));
    tables.weights.push_back(static_cast<double>(examples.weight(t)));
  }
  tables.inputs = std::move(*inputs);
  tables.targets = std::move(*targets);
  return tables;
}

Result<Array2<float>> some_rows(const Array2<float>& from, std::size_t first, std::size_t count) {
  auto rows = Array2<float>::create(count, from.cols());
  if (rows && rows->size() > 0) std::memcpy(rows->data(), from.row(first).data(), rows->size() * sizeof(float));
  return rows;
}

/// Adds takes to examples that have none.
Status add_takes(const TakeTables& tables, Examples& examples) {
  const std::size_t takes = tables.rows.size();
  std::size_t first = 0, first_target = 0;
  if (tables.taught.size() != takes || tables.labels.size() != takes || tables.weights.size() != takes) {
    return malformed("the lists of the {} takes differ in length", takes);
  }
  for (std::size_t t = 0; t < takes; ++t) {
    const std::size_t rows = tables.rows[t], taught = tables.taught[t] != 0 ? rows : 0;
    if (rows > tables.inputs.rows() - first || taught > tables.targets.rows() - first_target) {
      return malformed("take {} has more rows than the file", t);
    }
    auto inputs = some_rows(tables.inputs, first, rows);
    auto targets = some_rows(tables.targets, first_target, taught);
    if (!inputs || !targets) return inputs ? targets.error() : inputs.error();
    const auto label = static_cast<int>(tables.labels[t] & 0xffff) - 1;
    const auto added =
        examples.add({std::move(*inputs), std::move(*targets), label, static_cast<float>(tables.weights[t])});
    if (!added) return malformed("take {}: {}", t, added.error().message);
    first += rows;
    first_target += taught;
  }
  examples.forget();
  return {};
}

Status compare(std::string_view what, std::span<const std::string> found, std::span<const std::string> expected) {
  for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
    if (found[i] != expected[i]) {
      return malformed("the file's {} {} is {}; expected {}", what, i + 1, quoted(found[i]), quoted(expected[i]));
    }
  }
  if (found.size() == expected.size()) return {};
  if (found.size() > expected.size()) {
    return malformed("the file has the {} {}; expected only {}", what, quoted(found[expected.size()]), expected.size());
  }
  return malformed("the file lacks the {} {}", what, quoted(expected[found.size()]));
}

std::vector<std::string> output_names(const MappingNames& names) {
  std::vector<std::string> list;
  for (const MappingOutput& output : names.outputs) list.push_back(output.name);
  return list;
}

Status compare(const MappingNames& found, const MappingNames& expected) {
  if (auto bad = compare("input", found.inputs, expected.inputs)) return bad;
  return compare("output", output_names(found), output_names(expected));
}

Error as_malformed(Error error) {
  if (error.code == ErrorCode::invalid_argument) error.code = ErrorCode::invalid_data;
  return error;
}

Status check_mapping_kind(const JsonValue& metadata) {
  const JsonValue& kind = metadata["kind"];
  const JsonValue& version = metadata["format_version"];
  if (kind.string != "mapping") return malformed("this is no mapping, but {}", quoted(kind.string));
  if (version.number == mapping_version) return {};
  return malformed("the file has format version {}; expected {}", version.number, mapping_version);
}

Result<Examples> read_examples(MappingReader& reader, const MappingNames* expected) {
  MappingNames names;
  std::vector<std::string> labels;
  TakeTables tables;
  double capacity = 0;
  archive_names(reader, names);
  reader.texts("take_labels", labels);
  reader.number("capacity", capacity);
  tables.archive(reader);
  if (reader.failure) return *reader.failure;
  if (expected) {
    if (auto bad = compare(names, *expected)) return *bad;
  }
  ExamplesConfig config;
  if (auto bad = read_fields(std::span<const double>(&capacity, 1), config)) return as_malformed(*bad);
  auto examples = Examples::create(std::move(names), config);
  if (!examples) return as_malformed(examples.error());
  for (const std::string& label : labels) {
    if (auto number = examples->label(label); !number) return as_malformed(number.error());
  }
  if (auto bad = add_takes(tables, *examples)) return *bad;
  return examples;
}

Result<MappingModel> read_mapping_model(MappingReader& reader) {
  auto content = std::make_unique<MappingModel::Content>();
  content->archive(reader);
  if (reader.failure) return *reader.failure;
  if (auto bad = content->prepare()) return as_malformed(*bad);
  return MappingModel(std::move(content));
}

}  // namespace

Result<Bytes> write_mapping(const Examples& examples, const MappingModel* model) {
  MappingWriter writer;
  MappingNames names = examples.names();
  if (model && model->names() != names) return refused("model and examples have different names");
  if (model) {
    model->content().archive(writer);
  } else {
    archive_names(writer, names);
  }
  std::vector<std::string> labels(examples.labels().begin(), examples.labels().end());
  auto capacity = static_cast<double>(examples.capacity());
  writer.texts("take_labels", labels);
  writer.number("capacity", capacity);
  auto tables = tables_of(examples);
  if (!tables) return tables.error();
  tables->archive(writer);
  return writer.finish();
}

Result<MappingFile> read_mapping(ByteView bytes, const MappingNames* expected) {
  const auto file = read_safetensors(bytes);
  if (!file) return file.error();
  const std::string* text = file->find_metadata(mapping_key);
  if (!text) return malformed("the file has no metadata under the key lodestone");
  const auto json = Json::read("the metadata", *text);
  if (!json) return json.error();
  if (auto bad = check_mapping_kind(json->root())) return *bad;
  MappingReader reader(*file, json->root());
  auto examples = read_examples(reader, expected);
  if (!examples) return examples.error();
  MappingFile mapping{std::move(*examples), {}};
  if (!reader.has("parts")) return mapping;
  auto model = read_mapping_model(reader);
  if (!model) return model.error();
  mapping.model = std::move(*model);
  return mapping;
}

}  // namespace lodestone

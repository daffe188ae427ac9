#include <cmath>

#include "formats/bytes.hpp"
#include "formats/imported.hpp"
#include "formats/json.hpp"
#include "network/half.hpp"
#include "network/tensor.hpp"

/// TensorFlow.js layers models: model.json with the layers ("modelTopology") and a list of the weights
/// ("weightsManifest"), which are concatenated in files next to it.
namespace lodestone {

namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t most_layers = 64, most_weights = 256, most_shards = 4096;
constexpr double our_epsilon = 1e-5;    // added to variances by Predictor, as in PyTorch
constexpr double usual_epsilon = 1e-3;  // Keras's

/// The i-th scalar in nested lists, or null; a scalar itself is the first.
const JsonValue* scalar_at(const JsonValue& value, std::size_t& i) {
  if (value.kind == Kind::object) return nullptr;
  if (value.kind != Kind::array) return i-- == 0 ? &value : nullptr;
  for (const JsonValue& element : value) {
    if (const JsonValue* found = scalar_at(element, i)) return found;
  }
  return nullptr;
}

struct Layer {
  std::string_view kind, name;  ///< "LSTM", "lstm_1"
  const JsonValue* config;

  /// The i-th value of a setting, or null.
  const JsonValue* find(std::string_view key, std::size_t i = 0) const {
    const JsonValue* value = config->find(key);
    return value ? scalar_at(*value, i) : nullptr;
  }
};

/// An entry of the manifest.
struct StoredWeight {
  std::string_view name, type{};  ///< type of the stored values
  std::vector<std::uint64_t> shape{};
  bool quantised = false;
  double scale = 1, offset = 0;
  ByteView bytes{};
};

std::string text_of(const JsonValue& value) {
  switch (value.kind) {
    case Kind::string:
      return std::string(value.string);
    case Kind::number:
      return number_text(value.number);
    case Kind::boolean:
      return value.number != 0 ? "true" : "false";
    default:
      return "null";
  }
}

/// model.json; its contents are checked later.
struct ModelFile {
  Json json;
  std::string_view format, kind{};  ///< "layers-model", "Sequential"
  std::vector<Layer> layers{};
  std::vector<StoredWeight> weights{};
  std::vector<std::string> shards{};
};

Status read_layers(ModelFile& file) {
  const JsonValue* model = &file.json.root()["modelTopology"];
  if (const JsonValue* by_keras = model->find("model_config")) model = by_keras;
  file.kind = (*model)["class_name"].string;
  const JsonValue* config = &(*model)["config"];
  if (const JsonValue* list = config->find("layers")) config = list;  // in older files it is the list itself
  if (config->kind != Kind::array) return {};
  for (const JsonValue& layer : *config) {
    if (file.layers.size() == most_layers) return malformed("model.json: more than {} layers", most_layers);
    const JsonValue& settings = layer["config"];
    file.layers.push_back({layer["class_name"].string, settings["name"].string, &settings});
  }
  return {};
}

Status read_weight(const JsonValue& value, StoredWeight& weight) {
  weight.name = value["name"].string;
  for (const JsonValue& size : value["shape"]) {
    if (!size.has_integer || weight.shape.size() == 4) {
      return malformed("model.json: weight {} has an invalid shape; expected up to 4 whole numbers",
                       quoted(weight.name));
    }
    weight.shape.push_back(size.integer);
  }
  const JsonValue* quantisation = value.find("quantization");
  weight.quantised = quantisation != nullptr;
  weight.type = (quantisation ? *quantisation : value)["dtype"].string;
  if (!quantisation) return {};
  if (const JsonValue* scale = quantisation->find("scale")) weight.scale = scale->number;
  if (const JsonValue* least = quantisation->find("min")) weight.offset = least->number;
  return {};
}

Status read_manifest(ModelFile& file) {
  for (const JsonValue& group : file.json.root()["weightsManifest"]) {
    for (const JsonValue& path : group["paths"]) {
      if (file.shards.size() == most_shards) return malformed("model.json: more than {} shards", most_shards);
      file.shards.emplace_back(path.string);
    }
    for (const JsonValue& weight : group["weights"]) {
      if (file.weights.size() == most_weights) return malformed("model.json: more than {} weights", most_weights);
      if (auto error = read_weight(weight, file.weights.emplace_back())) return error;
    }
  }
  return {};
}

Result<ModelFile> read_file(ByteView text) {
  auto json = Json::read("model.json", as_text(text));
  if (!json) return json.error();
  ModelFile file{std::move(*json), {}};
  file.format = file.json.root()["format"].string;
  if (auto error = read_layers(file)) return *error;
  if (auto error = read_manifest(file)) return *error;
  return file;
}

Error layer_error(const Layer& layer, const std::string& what) {
  return malformed("model.json: layer {} ({}) {}", quoted(layer.name), quoted(layer.kind), what);
}

/// The values that a layer's settings, if given, must have to match our network.
struct Demand {
  const char* kind;
  const char* key;
  const char* allowed;
  const char* or_else;
};
constexpr Demand demands[] = {
    {"BatchNormalization", "axis", "-1", "2"},
    {"LSTM", "activation", "tanh", "tanh"},
    {"LSTM", "recurrent_activation", "sigmoid", "sigmoid"},
    {"LSTM", "go_backwards", "false", "false"},
    {"LSTM", "return_state", "false", "false"},
    {"LSTM", "time_major", "false", "false"},
    {"Dense", "activation", "linear", "linear"},
    {"Activation", "activation", "linear", "linear"},
};

Status check_settings(const Layer& layer) {
  for (const Demand& demand : demands) {
    if (layer.kind != demand.kind) continue;
    const JsonValue* setting = layer.find(demand.key);
    if (!setting) continue;
    const std::string text = text_of(*setting);
    if (text != demand.allowed && text != demand.or_else) {
      return layer_error(layer, sentence("has {} {}; allowed: {}", demand.key, quoted(text), demand.allowed));
    }
  }
  return {};
}

/// The layers that have weights.
struct Chain {
  const Layer* norm = nullptr;
  std::vector<const Layer*> lstms;
  const Layer* dense = nullptr;
};

Status add_layer(const Layer& layer, Chain& chain) {
  if (auto error = check_settings(layer)) return error;
  if (layer.kind == "InputLayer" && !chain.norm) return {};
  if (layer.kind == "Dropout") return {};  // only active in training
  if (layer.kind == "Activation" && chain.dense) return {};
  if (layer.kind == "BatchNormalization" && !chain.norm) {
    chain.norm = &layer;
    return {};
  }
  if (layer.kind == "LSTM" && chain.norm && !chain.dense) {
    chain.lstms.push_back(&layer);
    return {};
  }
  if (layer.kind == "Dense" && !chain.lstms.empty() && !chain.dense) {
    chain.dense = &layer;
    return {};
  }
  return layer_error(layer,
                     "does not belong here; allowed, in this order: BatchNormalization, LSTM layers, Dense, optionally "
                     "Activation");
}

Result<Chain> read_chain(const ModelFile& file) {
  if (file.kind != "Sequential") {
    return malformed("model.json: the model is {}; allowed: a \"Sequential\" layers model",
                     quoted(file.kind.empty() ? file.format : file.kind));
  }
  Chain chain;
  for (const Layer& layer : file.layers) {
    if (auto error = add_layer(layer, chain)) return *error;
  }
  if (chain.dense) return chain;
  return malformed(
      "model.json: expected BatchNormalization, LSTM layers and Dense, found {} layers and no Dense after an LSTM",
      file.layers.size());
}

/// Frames in the input's shape [batch, frames, bins]; 0 if unspecified.
std::uint64_t input_frames(const ModelFile& file) {
  for (const char* key : {"batch_input_shape", "batch_shape"}) {
    const JsonValue* frames = file.layers[0].find(key, 1);
    if (frames && frames->number >= 1 && frames->number <= 1e9) return static_cast<std::uint64_t>(frames->number);
  }
  return 0;
}

std::uint64_t units_of(const Layer& layer) {
  const JsonValue* units = layer.find("units");
  return units && units->number >= 1 && units->number <= 1e9 ? static_cast<std::uint64_t>(units->number) : 0;
}

/// Bytes per stored value; 0 if the type is not supported.
std::size_t value_size(const StoredWeight& weight) {
  if (weight.type == (weight.quantised ? "float16" : "float32")) return weight.quantised ? 2 : 4;
  if (!weight.quantised) return 0;
  return weight.type == "uint16" ? 2 : weight.type == "uint8" ? 1 : 0;
}

/// The i-th value, dequantised as in TensorFlow.js.
float value_at(const StoredWeight& weight, std::size_t i) {
  if (!weight.quantised) return load<float>(weight.bytes.subspan(4 * i));
  if (weight.type == "float16") return float{load<Half>(weight.bytes.subspan(2 * i))};
  const unsigned level = weight.type == "uint8" ? load<std::uint8_t>(weight.bytes.subspan(i))
                                                : load<std::uint16_t>(weight.bytes.subspan(2 * i));
  return static_cast<float>(level * weight.scale + weight.offset);
}

/// Assigns each entry its bytes.
Status place_weights(std::vector<StoredWeight>& weights, ByteView bytes) {
  std::uint64_t needed = 0;
  for (StoredWeight& weight : weights) {
    const std::size_t size = value_size(weight);
    if (size == 0) {
      return malformed("model.json: weight {} has dtype {}; allowed: float32 or, if quantised, float16, uint16, uint8",
                       quoted(weight.name), quoted(weight.type));
    }
    std::uint64_t count, whole;
    if (!checked_count(weight.shape, count) || __builtin_mul_overflow(count, size, &whole) ||
        __builtin_add_overflow(needed, whole, &needed) || needed > bytes.size()) {
      return malformed("model.json: weight {} {} ends beyond its shards, which hold {} bytes", quoted(weight.name),
                       weight.shape, bytes.size());
    }
    weight.bytes = bytes.subspan(static_cast<std::size_t>(needed - whole), static_cast<std::size_t>(whole));
  }
  if (needed == bytes.size()) return {};
  return malformed("model.json: the shards hold {} bytes; expected {}", bytes.size(), needed);
}

/// Whether "sequential/lstm_1/lstm_cell/kernel" is the kernel of lstm_1.
bool is_named(std::string_view name, std::string_view layer, std::string_view kind) {
  if (!name.ends_with(kind)) return false;
  name.remove_suffix(kind.size());
  if (!name.ends_with('/')) return false;
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = name.find('/', start);
    if (name.substr(start, end - start) == layer) return true;
    start = end + 1;
  }
  return false;
}

/// The weights, looked up by layer.
class WeightReader {
 public:
  explicit WeightReader(const std::vector<StoredWeight>& weights) : weights_(weights) {}

  /// `[count]`.
  Status vector(const Layer& layer, const char* kind, std::span<float> values) {
    const StoredWeight* weight;
    if (auto error = find(layer, kind, {values.size()}, weight)) return error;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_at(*weight, i);
    return check(*weight, values);
  }

  /// `[inputs, outputs]` in the file, transposed to `[outputs, inputs]`.
  Status matrix(const Layer& layer, const char* kind, Array2<float>& values) {
    const StoredWeight* weight;
    if (auto error = find(layer, kind, {values.cols(), values.rows()}, weight)) return error;
    for (std::size_t row = 0; row < values.rows(); ++row) {
      for (std::size_t col = 0; col < values.cols(); ++col) {
        values(row, col) = value_at(*weight, col * values.rows() + row);
      }
    }
    return check(*weight, values.all());
  }

  /// Every weight must have been used.
  Status finish() const {
    if (used_ == weights_.size()) return {};
    return malformed("model.json: it lists {} weights, but the layers use {}", weights_.size(), used_);
  }

 private:
  Status find(const Layer& layer, const char* kind, const std::vector<std::uint64_t>& shape,
              const StoredWeight*& found) {
    found = nullptr;
    for (const StoredWeight& weight : weights_) {
      if (!is_named(weight.name, layer.name, kind)) continue;
      if (found) return layer_error(layer, sentence("has two weights named {}", kind));
      found = &weight;
    }
    if (!found) return layer_error(layer, sentence("has no weight {}; expected {}", kind, shape));
    if (found->shape != shape) return layer_error(layer, sentence("has {} {}; expected {}", kind, found->shape, shape));
    ++used_;
    return {};
  }

  static Status check(const StoredWeight& weight, std::span<const float> values) {
    return check_finite(sentence("weight {}", quoted(weight.name)), values);
  }

  const std::vector<StoredWeight>& weights_;
  std::size_t used_ = 0;
};

bool has(const Layer& layer, std::string_view part) {
  const JsonValue* setting = layer.find(part);
  return !setting || text_of(*setting) != "false";
}

/// Adjusts the variances for the difference between the layer's epsilon and ours. If one would become negative, it is
/// set to 0 and the scale compensates.
Status fold_epsilon(const Layer& layer, Weights& weights) {
  const JsonValue* setting = layer.find("epsilon");
  const double epsilon = setting ? setting->number : usual_epsilon;
  if (!(epsilon >= 0 && epsilon <= 1)) return layer_error(layer, sentence("has epsilon {}; allowed: 0 to 1", epsilon));
  for (std::size_t i = 0; i < weights.running_var.size(); ++i) {
    const double theirs = weights.running_var[i] + epsilon;
    if (!(weights.running_var[i] >= 0 && theirs > 0)) {
      return layer_error(layer, sentence("has a variance of {}; allowed: above 0", double{weights.running_var[i]}));
    }
    weights.running_var[i] = static_cast<float>(std::max(0.0, theirs - our_epsilon));
    if (theirs < our_epsilon) {
      weights.norm_weight[i] = static_cast<float>(weights.norm_weight[i] * std::sqrt(our_epsilon / theirs));
    }
  }
  return check_finite("BatchNormalization's scale", weights.norm_weight);
}

Status read_norm(const Layer& layer, WeightReader& reader, Weights& weights) {
  for (float& gamma : weights.norm_weight) gamma = 1;
  if (has(layer, "scale")) {
    if (auto error = reader.vector(layer, "gamma", weights.norm_weight)) return error;
  }
  if (has(layer, "center")) {
    if (auto error = reader.vector(layer, "beta", weights.norm_bias)) return error;
  }
  if (auto error = reader.vector(layer, "moving_mean", weights.running_mean)) return error;
  if (auto error = reader.vector(layer, "moving_variance", weights.running_var)) return error;
  return fold_epsilon(layer, weights);
}

/// Gates are in the same order, i, f, g, o. There is only one bias, which becomes the input's.
Status read_lstm(const Layer& layer, WeightReader& reader, LstmWeights& weights) {
  if (auto error = reader.matrix(layer, "kernel", weights.input)) return error;
  if (auto error = reader.matrix(layer, "recurrent_kernel", weights.recurrent)) return error;
  return has(layer, "use_bias") ? reader.vector(layer, "bias", weights.input_bias) : Status();
}

Status read_dense(const Layer& layer, WeightReader& reader, Weights& weights) {
  if (auto error = reader.matrix(layer, "kernel", weights.dense_weight)) return error;
  return has(layer, "use_bias") ? reader.vector(layer, "bias", weights.dense_bias) : Status();
}

Status read_weights(const Chain& chain, WeightReader reader, Weights& weights) {
  if (auto error = read_norm(*chain.norm, reader, weights)) return error;
  for (std::size_t i = 0; i < chain.lstms.size(); ++i) {
    if (auto error = read_lstm(*chain.lstms[i], reader, weights.layers[i])) return error;
  }
  if (auto error = read_dense(*chain.dense, reader, weights)) return error;
  return reader.finish();
}

/// Checks the claimed layer sizes before memory is allocated: each value of a matrix takes a byte or more in the file.
Status check_size(const NetworkConfig& network, std::size_t bytes) {
  std::uint64_t needed = 0;
  for (const TensorShape& tensor : tensor_shapes(network)) {
    if (tensor.shape.size() == 2) needed += tensor.shape[0] * tensor.shape[1];
  }
  if (needed <= bytes) return {};
  return malformed("model.json: the shards hold {} bytes, too few for the {} values of its layers", bytes, needed);
}

}  // namespace

Result<std::vector<std::string>> tfjs_shards(ByteView json) {
  auto file = read_file(json);
  if (!file) return file.error();
  for (const std::string& shard : file->shards) {
    if (shard.empty() || shard == ".." || shard.find_first_of("/\\:?#\n") != shard.npos) {
      return malformed("model.json: the shard {} is not a plain file name", quoted(shard));
    }
  }
  if (file->shards.empty()) return malformed("model.json: its weightsManifest lists no shards");
  return std::move(file->shards);
}

Result<Model> read_tfjs(ByteView json, ByteView bytes, const ImportConfig& config) {
  auto file = read_file(json);
  if (!file) return file.error();
  const auto chain = read_chain(*file);
  if (!chain) return chain.error();
  if (auto error = place_weights(file->weights, bytes)) return *error;
  std::vector<std::uint64_t> layers;
  for (const Layer* lstm : chain->lstms) layers.push_back(units_of(*lstm));
  auto model = imported_model(config, units_of(*chain->dense), layers, input_frames(*file));
  if (!model) return model;
  if (auto error = check_size(model->network, bytes.size())) return *error;
  auto weights = Weights::create(model->network);
  if (!weights) return weights.error();
  model->weights = std::move(*weights);
  if (auto error = read_weights(*chain, WeightReader(file->weights), model->weights)) return *error;
  return model;
}

}  // namespace lodestone

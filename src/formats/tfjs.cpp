#include <cmath>

#include "formats/bytes.hpp"
#include "formats/imported.hpp"
#include "formats/json.hpp"
#include "formats/tensor.hpp"
#include "network/half.hpp"

/// TensorFlow.js layers models: model.json with the layers ("modelTopology") and a list of the weights
/// ("weightsManifest"), which are concatenated in files next to it.
namespace lodestone {

namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t most_layers = 64, most_settings = 4096, most_weights = 256, most_shards = 4096;
constexpr double our_epsilon = 1e-5;    // added to variances by Predictor, as in PyTorch
constexpr double usual_epsilon = 1e-3;  // Keras's

/// A value in a layer's configuration; each element of a list is one.
struct Setting {
  std::string key, text;  ///< the value as text
  double number = 0;
};

struct Layer {
  std::string kind, name;  ///< "LSTM", "lstm_1"
  std::vector<Setting> settings;

  /// The i-th value with that key, or null.
  const Setting* find(std::string_view key, std::size_t i = 0) const {
    for (const Setting& setting : settings) {
      if (setting.key == key && i-- == 0) return &setting;
    }
    return nullptr;
  }
};

/// An entry of the manifest.
struct StoredWeight {
  std::string name, type;  ///< type of the stored values
  std::vector<std::uint64_t> shape;
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

/// Parses model.json; its contents are checked later.
class ModelVisitor : public JsonVisitor {
 public:
  std::string format, kind;  ///< "layers-model", "Sequential"
  std::vector<Layer> layers;
  std::vector<StoredWeight> weights;
  std::vector<std::string> shards;

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty()) return {};
    if (path[0] == "format" && path.size() == 1) format = value.string;
    if (path[0] == "weightsManifest") return visit_manifest(path.subspan(1), value);
    if (path[0] != "modelTopology") return {};
    path = path.subspan(1);
    if (!path.empty() && path[0] == "model_config") path = path.subspan(1);  // written by Keras
    if (path.size() == 1 && path[0] == "class_name") kind = value.string;
    if (path.empty() || path[0] != "config") return {};
    path = path.subspan(1);
    if (!path.empty() && path[0] == "layers") path = path.subspan(1);  // in older files it is the list itself
    return visit_layer(path, value);
  }

 private:
  Status visit_layer(std::span<const std::string> path, const JsonValue& value) {
    if (path.empty() && value.kind == Kind::object && value.arrays == 1) {
      if (layers.size() == most_layers) return malformed("model.json: more than {} layers", most_layers);
      layers.emplace_back();
    }
    if (layers.empty() || value.arrays == 0) return {};
    Layer& layer = layers.back();
    if (path.size() == 1 && path[0] == "class_name") layer.kind = value.string;
    if (path.size() != 2 || path[0] != "config" || value.kind == Kind::object || value.kind == Kind::array) return {};
    if (path[1] == "name") layer.name = value.string;
    if (layer.settings.size() == most_settings) return malformed("model.json: a layer with too many settings");
    layer.settings.push_back({path[1], text_of(value), value.number});
    return {};
  }

  Status visit_manifest(std::span<const std::string> path, const JsonValue& value) {
    if (path.empty()) return {};
    if (path[0] == "paths" && path.size() == 1 && value.kind == Kind::string) {
      if (shards.size() == most_shards) return malformed("model.json: more than {} shards", most_shards);
      shards.emplace_back(value.string);
    }
    if (path[0] != "weights") return {};
    if (path.size() == 1 && value.kind == Kind::object) {
      if (weights.size() == most_weights) return malformed("model.json: more than {} weights", most_weights);
      weights.emplace_back();
    }
    if (path.size() < 2 || weights.empty()) return {};
    StoredWeight& weight = weights.back();
    if (path[1] == "name") weight.name = value.string;
    if (path[1] == "dtype" && !weight.quantised) weight.type = value.string;
    if (path[1] == "shape" && value.kind != Kind::array) return add_dimension(weight, value);
    if (path[1] != "quantization") return {};
    weight.quantised = true;
    if (path.back() == "dtype") weight.type = value.string;
    if (path.back() == "scale") weight.scale = value.number;
    if (path.back() == "min") weight.offset = value.number;
    return {};
  }

  static Status add_dimension(StoredWeight& weight, const JsonValue& value) {
    if (!value.has_integer || weight.shape.size() == 4) {
      return malformed("model.json: weight {} has a shape of another kind; expected up to 4 whole numbers",
                       quoted(weight.name));
    }
    weight.shape.push_back(value.integer);
    return {};
  }
};

Error layer_error(const Layer& layer, const std::string& what) {
  return malformed("model.json: layer {} ({}) {}", quoted(layer.name), quoted(layer.kind), what);
}

/// The settings that a layer must have, where it states them, to match our network.
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
    const Setting* setting = layer.find(demand.key);
    if (setting && setting->text != demand.allowed && setting->text != demand.or_else) {
      return layer_error(layer, sentence("has {} {}; allowed: {}", demand.key, quoted(setting->text), demand.allowed));
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
                     "is not what this network has there; allowed: BatchNormalization, LSTM layers, Dense, perhaps "
                     "Activation, one after the other");
}

Result<Chain> read_chain(const ModelVisitor& file) {
  if (file.kind != "Sequential") {
    return malformed("model.json: the model is {}; allowed: a layers model that is \"Sequential\"",
                     quoted(file.kind.empty() ? file.format : file.kind));
  }
  Chain chain;
  for (const Layer& layer : file.layers) {
    if (auto error = add_layer(layer, chain)) return *error;
  }
  if (chain.dense) return chain;
  return malformed(
      "model.json: expected BatchNormalization, LSTM layers and Dense, found {} layers and no Dense behind an LSTM",
      file.layers.size());
}

/// Frames in the input's shape [batch, frames, bins]; 0 if unspecified.
std::uint64_t input_frames(const ModelVisitor& file) {
  for (const char* key : {"batch_input_shape", "batch_shape"}) {
    const Setting* frames = file.layers[0].find(key, 1);
    if (frames && frames->number >= 1 && frames->number <= 1e9) return static_cast<std::uint64_t>(frames->number);
  }
  return 0;
}

std::uint64_t units_of(const Layer& layer) {
  const Setting* units = layer.find("units");
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
      return malformed("model.json: weight {} has dtype {}; allowed: float32, quantised also float16, uint16, uint8",
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
    return malformed("model.json: it lists {} weights, of which the layers have {}", weights_.size(), used_);
  }

 private:
  Status find(const Layer& layer, const char* kind, const std::vector<std::uint64_t>& shape,
              const StoredWeight*& found) {
    found = nullptr;
    for (const StoredWeight& weight : weights_) {
      if (!is_named(weight.name, layer.name, kind)) continue;
      if (found) return layer_error(layer, sentence("has two weights {}", kind));
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
  const Setting* setting = layer.find(part);
  return !setting || setting->text != "false";
}

/// Adjusts the variances for the difference between the layer's epsilon and ours. If one would become negative, it is
/// set to 0 and the scale compensates.
Status fold_epsilon(const Layer& layer, Weights& weights) {
  const Setting* setting = layer.find("epsilon");
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
  ModelVisitor file;
  if (auto error = read_json("model.json", as_text(json), file)) return *error;
  for (const std::string& shard : file.shards) {
    if (shard.empty() || shard == ".." || shard.find_first_of("/\\:?#\n") != shard.npos) {
      return malformed("model.json: the shard {} is no plain file name", quoted(shard));
    }
  }
  if (file.shards.empty()) return malformed("model.json: its weightsManifest lists no shards");
  return std::move(file.shards);
}

Result<Model> read_tfjs(ByteView json, ByteView bytes, const ImportConfig& config) {
  ModelVisitor file;
  if (auto error = read_json("model.json", as_text(json), file)) return *error;
  const auto chain = read_chain(file);
  if (!chain) return chain.error();
  if (auto error = place_weights(file.weights, bytes)) return *error;
  std::vector<std::uint64_t> layers;
  for (const Layer* lstm : chain->lstms) layers.push_back(units_of(*lstm));
  auto model = imported_model(config, units_of(*chain->dense), layers, input_frames(file));
  if (!model) return model;
  if (auto error = check_size(model->network, bytes.size())) return *error;
  auto weights = Weights::create(model->network);
  if (!weights) return weights.error();
  model->weights = std::move(*weights);
  if (auto error = read_weights(*chain, WeightReader(file.weights), model->weights)) return *error;
  return model;
}

}  // namespace lodestone

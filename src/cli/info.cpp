#include <cmath>

#include "cli/audio.hpp"
#include "cli/commands.hpp"
#include "cli/facts.hpp"
#include "cli/kinds.hpp"
#include "cli/models.hpp"
#include "cli/text.hpp"

namespace lodestone::cli {
namespace {

void add_stft(Report& report, const StftConfig& stft) {
  report.add("fft", stft.size, "samples");
  report.add("window size", stft.window_length(), "samples");
  report.add("hop", stft.hop, "samples");
  report.add("window", window_name(stft.window));
  report.add("framing", framing_name(stft.framing));
  report.add("sample rate", stft.sample_rate, "Hz");
}

/// Smallest, mean and largest of the values, as columns.
struct Extent {
  double low = INFINITY, high = -INFINITY, sum = 0;
  std::size_t count = 0;

  explicit Extent(std::span<const float> values) {
    for (const float value : values) {
      low = std::min<double>(low, value);
      high = std::max<double>(high, value);
      sum += value;
    }
    count = values.size();
  }
  double mean() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

void add_extent(Report& report, std::span<const float> values) {
  if (values.empty()) return;
  const Extent extent(values);
  report.add("smallest", extent.low);
  report.add("mean", extent.mean());
  report.add("largest", extent.high);
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  std::string text;
  for (const std::uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "one value" : text;
}

Status add_tensors(Report& report, const Safetensors& file) {
  auto& table = report.table("tensors", {"tensor", "type", "shape", "smallest", "mean", "largest"});
  for (const TensorView& tensor : file.tensors) {
    const auto values = to_floats(tensor);
    if (!values) return values.error();
    const Extent extent({values->data(), values->size()});
    table.rows.push_back(
        {tensor.name, dtype_name(tensor.dtype), shape_text(tensor.shape), extent.low, extent.mean(), extent.high});
  }
  return {};
}

std::vector<double> as_numbers(std::span<const int> values) { return {values.begin(), values.end()}; }

Status describe_model(ByteView bytes, const Safetensors& file, Report& report) {
  const auto model = read_model(bytes);
  if (!model) return model.error();
  const NetworkConfig& network = model->network;
  std::uint64_t parameters = 0;
  for (const TensorView& tensor : file.tensors) {
    const std::string_view name = tensor.name;
    const bool learned =
        !name.starts_with("impulses") && name != "residuals" && name.find("running_") == std::string::npos;
    if (learned) parameters += tensor.count();
  }
  report.add("bins", network.bins);
  if (network.components > 0) report.add("components", network.components);
  report.add("layers", as_numbers(network.layers));
  if (network.group > 1) report.add("group", network.group, "frames");
  report.add("sequence", network.sequence, network.group > 1 ? "groups" : "frames");
  report.add("scale", scale_name(network.scale));
  report.add("parameters", parameters);
  add_stft(report, model->stft);
  report.add("impulse frames", model->impulses.rows());
  report.add("impulse seconds",
             static_cast<double>(model->impulses.rows()) * model->stft.hop / model->stft.sample_rate);
  report.add("epochs", model->losses.size());
  if (!model->losses.empty()) {
    report.add("first loss", model->losses.front());
    report.add("last loss", model->losses.back());
  }
  if (!model->validation_losses.empty()) report.add("last validation loss", model->validation_losses.back());
  return add_tensors(report, file);
}

/// Described as `convert` would import it.
Status describe_foreign_model(Host& host, const Arguments& arguments, ByteView bytes, Report& report) {
  const auto model =
      import_file(host, arguments.files()[0], bytes, arguments.config<ImportConfig>(facts::import_options));
  if (!model) return model.error();
  const auto converted = write_model(*model);
  if (!converted) return converted.error();
  const auto file = read_safetensors(*converted);
  if (!file) return file.error();
  return describe_model(*converted, *file, report);
}

Status describe_spectrum(ByteView bytes, const Safetensors& file, Report& report) {
  const auto magnitudes = read_magnitudes(bytes);
  if (!magnitudes) return magnitudes.error();
  report.add("holds phases", file.find("spectrum") != nullptr);
  report.add("frames", magnitudes->count());
  report.add("bins", magnitudes->values.cols());
  add_stft(report, magnitudes->stft);
  report.add("samples", magnitudes->samples);
  report.add("seconds", static_cast<double>(magnitudes->samples) / magnitudes->stft.sample_rate);
  add_extent(report, magnitudes->values.all());
  return {};
}

Status describe_npy(ByteView bytes, Report& report) {
  const auto array = read_npy(bytes);
  if (!array) return array.error();
  report.add("rows", array->rows());
  report.add("columns", array->cols());
  add_extent(report, array->all());
  return {};
}

Status describe_tensors(const Safetensors& file, Report& report) {
  for (const auto& [name, text] : file.metadata)
    report.add(name, text.size() <= 120 ? text : text.substr(0, 117) + "...");
  return add_tensors(report, file);
}

Status describe_sound(Host& host, std::string_view path, Report& report) {
  const auto sound = host.decode(path, 0);
  if (!sound) return sound.error();
  const std::span<const float> samples{sound->samples.data(), sound->samples.size()};
  double energy = 0;
  for (const float sample : samples) energy += static_cast<double>(sample) * sample;
  report.add("sample rate", sound->sample_rate, "Hz");
  report.add("samples", samples.size());
  report.add("seconds", static_cast<double>(samples.size()) / sound->sample_rate);
  report.add("peak", peak(samples));
  report.add("rms", samples.empty() ? 0 : std::sqrt(energy / static_cast<double>(samples.size())));
  report.add("finite", !check_finite(samples));
  return {};
}

Status describe(Host& host, const Arguments& arguments, Report& report) {
  const std::string_view path = arguments.files()[0];
  const auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  Safetensors file;
  const auto kind = file_kind(*bytes, file);
  if (!kind) return kind.error();
  report.add("file", path);
  report.add("kind", kind_name(*kind));
  report.add("bytes", bytes->size());
  switch (*kind) {
    case FileKind::model:
      return describe_model(*bytes, file, report);
    case FileKind::foreign_model:
      return describe_foreign_model(host, arguments, *bytes, report);
    case FileKind::spectrum:
      return describe_spectrum(*bytes, file, report);
    case FileKind::npy:
      return describe_npy(*bytes, report);
    case FileKind::lws_quality:
      return {};
    case FileKind::other:
      return describe_sound(host, path, report);
    default:
      return describe_tensors(file, report);
  }
}

int info(const Arguments& arguments, Console& console) {
  const std::string_view path = arguments.files()[0];
  Report report;
  if (auto error = describe(console.host, arguments, report)) {
    return console.fail(in_file(path, *error));
  }
  console.result(report);
  return exit_ok;
}

}  // namespace

Command info_command() {
  return {"info",
          "FILE",
          "show what a model, spectrum, array, sound or vector file contains",
          "Recognises the kind of file by its content and lists its settings and tensors.",
          1,
          1,
          {{"Settings missing from PyTorch and TensorFlow.js models", facts::import_options}, common_options()},
          info};
}

}  // namespace lodestone::cli

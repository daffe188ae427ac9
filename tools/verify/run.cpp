#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/kinds.hpp"
#include "cli/text.hpp"
#include "verify/checks.hpp"

namespace lodestone::cli {
namespace {

constexpr int exit_failed = 1;  // a value is outside its tolerance; for the others see cli/host.hpp

constexpr std::string_view quality_name = "quality.json";
constexpr std::string_view signals_name = "signals.safetensors";

std::string_view text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// The signals and their qualities are two files in one folder; given either one, the other is found.
struct Source {
  std::string path;
  Bytes bytes;
  Safetensors file;  ///< points into `bytes`
  FileKind kind = FileKind::other;
  Bytes quality;
};

Result<Source> load(Host& host, std::string_view path) {
  Source source;
  source.path = path;
  auto bytes = host.read(path);
  if (!bytes) return bytes.error();
  source.bytes = std::move(*bytes);
  auto kind = file_kind(source.bytes, source.file);
  if (!kind) return kind.error();
  source.kind = *kind;
  if (source.kind != FileKind::lws_signals && source.kind != FileKind::lws_quality) return source;

  const bool is_signals = source.kind == FileKind::lws_signals;
  const std::string other = std::string(folder_of(path)) + std::string(is_signals ? quality_name : signals_name);
  auto other_bytes = host.read(other);
  if (!other_bytes) {
    return Error{ErrorCode::invalid_data,
                 std::string(path) + " needs " + other + " next to it: " + other_bytes.error().message};
  }
  if (is_signals) {
    source.quality = std::move(*other_bytes);
    return source;
  }
  source.quality = std::move(source.bytes);
  source.bytes = std::move(*other_bytes);
  kind = file_kind(source.bytes, source.file);
  if (!kind) return kind.error();
  if (*kind != FileKind::lws_signals)
    return Error{ErrorCode::invalid_data, other + " holds " + std::string(kind_name(*kind))};
  source.path = other;
  source.kind = *kind;
  return source;
}

Status recompute(Host& host, const Source& source, Checks& checks) {
  switch (source.kind) {
    case FileKind::magnet_vectors:
      return verify_magnet(source.file, checks);
    case FileKind::import_vectors:
      return verify_import(host, source.path, source.file, checks);
    case FileKind::stft_vectors:
      return verify_stft(source.file, checks);
    case FileKind::lws_vectors:
      return verify_lws(source.file, checks);
    case FileKind::lws_signals:
      return verify_lws_quality(source.file, text_of(source.quality), checks);
    default:
      break;
  }
  return Error{ErrorCode::invalid_data,
               "found " + std::string(kind_name(source.kind)) + "; needed: a known kind of reference vectors"};
}

struct Totals {
  std::size_t ok = 0, failed = 0, history = 0, unreadable = 0;
};

/// A file that cannot be verified does not prevent the others from being verified.
void tell(std::string_view path, const Error& error, Console& console, Report& report) {
  const Error named = in_file(path, error);
  console.note("lodestone: " + named.message);
  report.table("errors", {"file", "message"}).rows.push_back({path, named.message});
}

void tell(const Source& source, const Checks& checks, Report& report, Totals& totals) {
  auto& table = report.table("quantities", {"file", "quantity", "error", "tolerance", "result"});
  table.digits = 3;
  for (const Checks::Quantity& q : checks.quantities()) {
    table.rows.push_back({source.path, q.name, q.error, q.tolerance, verdict_name(q.verdict)});
  }
  totals.ok += checks.count(Checks::Verdict::ok);
  totals.failed += checks.count(Checks::Verdict::fail);
  totals.history += checks.count(Checks::Verdict::history);
}

int verify(const Arguments& arguments, Console& console) {
  Report report;
  Totals totals;
  std::vector<std::string> done;
  const double start = console.host.clock();
  for (const std::string_view path : arguments.files()) {
    const auto source = load(console.host, path);
    if (!source) {
      tell(path, source.error(), console, report);
      ++totals.unreadable;
      continue;
    }
    if (std::find(done.begin(), done.end(), source->path) != done.end()) continue;
    done.push_back(source->path);
    Progress progress(console.host, name_of(source->path));
    Checks checks(console.host, progress);
    const auto error = recompute(console.host, *source, checks);
    progress.clear();
    if (error && error->code == ErrorCode::cancelled) return console.fail(*error);
    tell(*source, checks, report, totals);
    if (error) {
      tell(source->path, *error, console, report);
      ++totals.unreadable;
    }
  }
  report.add("ok", totals.ok);
  report.add("failed", totals.failed);
  report.add("history", totals.history);
  report.add("unreadable files", totals.unreadable);
  report.add("seconds", console.host.clock() - start);
  console.result(report);
  return totals.failed > 0 ? exit_failed : totals.unreadable > 0 ? exit_bad : exit_ok;
}

Command command() {
  return {
      "lodestone-verify",
      "FILE...",
      "recompute reference vectors and compare",
      "Recomputes every quantity in files of reference vectors (network: PyTorch; STFT: torch.stft; phases: LWS; "
      "imported models: PyTorch, TensorFlow.js) and prints the largest error, the tolerance and ok or FAIL. Quantities "
      "affected by a known defect of the reference are listed as history and not counted. signals.safetensors and "
      "quality.json must be in the same folder; give either one.",
      1,
      100000,
      {common_options()},
      verify,
      ""};
}

}  // namespace

int run(std::span<const std::string_view> arguments, Host& host) {
  Console console(host, arguments);
  return run_command(command(), arguments, console);
}

}  // namespace lodestone::cli

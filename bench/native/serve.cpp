#include "serve.hpp"

#include <istream>
#include <ostream>
#include <string>

#include "clock.hpp"
#include "formats/json.hpp"
#include "vector/kernels.hpp"

namespace lodestone::bench {
namespace {

struct Request final : JsonVisitor {
  std::string action, workload;
  int runs = 1;

  Status visit(std::span<const std::string> path, const JsonValue& value) override {
    if (path.empty()) return {};
    if (path[0] == "do") action = value.string;
    if (path[0] == "workload") workload = value.string;
    if (path[0] == "runs") runs = static_cast<int>(value.integer);
    return {};
  }
};

std::string refuse(const std::string& reason) {
  JsonWriter answer;
  answer.open('{');
  answer.key("error");
  answer.string(reason);
  answer.close('}');
  return answer.text;
}

std::string list(const Suite& suite) {
  JsonWriter answer;
  answer.open('{');
  answer.key("version");
  answer.string(LODESTONE_COMPILER);
  answer.key("flags");
  answer.string(LODESTONE_FLAGS ", " + std::to_string(kernels().lanes) + " lanes");
  answer.key("workloads");
  answer.open('[');
  for (std::size_t i = 0; i < suite.size(); ++i) {
    answer.open('{');
    answer.key("name");
    answer.string(suite.workload(i).name);
    answer.key("unit");
    answer.string(suite.workload(i).unit);
    answer.close('}');
  }
  answer.close(']');
  answer.close('}');
  return answer.text;
}

std::string setup(Suite& suite, std::size_t workload, const Sounds& sounds) {
  JsonWriter answer;
  answer.open('{');
  answer.key("unitsPerRun");
  answer.number(suite.setup(workload, sounds));
  answer.close('}');
  return answer.text;
}

std::string run(Suite& suite, std::size_t workload, int runs) {
  const double milliseconds = time_runs(suite, workload, runs);
  const double checksum = suite.checksum(workload);
  JsonWriter answer;
  answer.open('{');
  answer.key("milliseconds");
  answer.number(milliseconds);
  answer.key("checksum");
  answer.number(checksum);
  answer.key("ok");
  answer.text += suite.workload(workload).is_right(checksum) ? "true" : "false";
  answer.close('}');
  return answer.text;
}

std::string answer(Suite& suite, const Sounds& sounds, const std::string& line) {
  Request request;
  if (auto error = read_json("request", line, request)) return refuse(error->message);
  if (request.action == "list") return list(suite);
  const std::size_t workload = suite.find(request.workload);
  if (workload == suite.size()) return refuse("there is no workload " + request.workload);
  if (request.action == "setup") return setup(suite, workload, sounds);
  if (!suite.is_ready(workload)) return refuse(request.workload + " has not been set up");
  if (request.action == "run" && request.runs >= 1) return run(suite, workload, request.runs);
  if (request.action == "release") return suite.release(workload), "{}";
  return refuse("do is " + request.action + "; allowed: list, setup, run (1 or more runs), release");
}

}  // namespace

void serve(Suite& suite, const Sounds& sounds, std::istream& requests, std::ostream& answers) {
  for (std::string line; std::getline(requests, line);) answers << answer(suite, sounds, line) << std::endl;
}

}  // namespace lodestone::bench

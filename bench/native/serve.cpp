#include "serve.hpp"

#include <istream>
#include <ostream>
#include <string>

#include "clock.hpp"
#include "formats/json.hpp"
#include "vector/kernels.hpp"

namespace lodestone::bench {
namespace {

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
  const auto request = Json::read("request", line);
  if (!request) return refuse(request.error().message);
  const JsonValue& root = request->root();
  const std::string action(root["do"].string), name(root["workload"].string);
  if (action == "list") return list(suite);
  const std::size_t workload = suite.find(name);
  if (workload == suite.size()) return refuse("there is no workload " + name);
  if (action == "setup") return setup(suite, workload, sounds);
  if (!suite.is_ready(workload)) return refuse(name + " has not been set up");
  const JsonValue* runs = root.find("runs");
  const int count = runs ? static_cast<int>(runs->integer) : 1;
  if (action == "run" && count >= 1) return run(suite, workload, count);
  if (action == "release") return suite.release(workload), "{}";
  return refuse("do is " + action + "; allowed: list, setup, run (1 or more runs), release");
}

}  // namespace

void serve(Suite& suite, const Sounds& sounds, std::istream& requests, std::ostream& answers) {
  for (std::string line; std::getline(requests, line);) answers << answer(suite, sounds, line) << std::endl;
}

}  // namespace lodestone::bench

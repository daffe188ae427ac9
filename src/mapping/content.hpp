#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lodestone/mapping.hpp"
#include "mapping/archive.hpp"
#include "mapping/part.hpp"
#include "mapping/standardise.hpp"

namespace lodestone {

/// All of a model. That of a MappingModel has been prepared.
struct MappingModel::Content {
  MappingNames names;
  std::vector<std::string> labels;
  MappingSettings settings;
  Standardisation standardisation;
  std::vector<OutputReport> reports;
  std::vector<std::unique_ptr<Part>> parts;

  MappingShape shape() const { return {names.inputs.size(), names.outputs.size(), labels.size()}; }
  /// A reader must call `prepare` afterwards.
  void archive(Archive& archive);
  /// Checks everything, and prepares the parts to run.
  Status prepare();
};

void archive_names(Archive& archive, MappingNames& names);

}  // namespace lodestone

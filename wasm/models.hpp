#pragma once

#include <utility>

#include "abi.hpp"
#include "lodestone/formats.hpp"

namespace lodestone::abi {

/// A model behind its handle: a view, and what it points into, the bytes of a model file or a trained model.
struct OwnedModel {
  OwnedModel() = default;
  explicit OwnedModel(Model model) : trained(std::move(model)), file{trained, {}} {}

  const ModelView& view() const { return file.model; }

  Bytes bytes;
  Model trained;
  ModelFile file;
};

}  // namespace lodestone::abi

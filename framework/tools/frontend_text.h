#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "frontend_catalog.h"
#include "frontend_goldens.h"
#include "frontend_verify.h"

namespace melgraph::cli {

/// List presets in columns; documents are cut at `width` cells, 0: never.
std::string preset_list_text(const std::vector<FrontendPreset>& presets, std::size_t width);
std::string preset_list_json(const std::vector<FrontendPreset>& presets);

/// Describe one preset: parameters, facts, references, its golden cases.
std::string preset_text(const FrontendPreset& preset, const std::vector<GoldenCase>& cases);
std::string preset_json(const FrontendPreset& preset, const std::vector<GoldenCase>& cases);

}  // namespace melgraph::cli

#pragma once

#include <melgraph/node_type.h>

#include <memory>

melgraph::Descriptor describe_sharpen();
void infer_sharpen(melgraph::InferContext& context);
std::unique_ptr<melgraph::Node> make_sharpen();

#include "models/foreign/contract.h"

#include <string>

namespace melgraph {
namespace {

Descriptor describe(const char* id, const char* summary, const char* description,
                    const char* reference, const char* file) {
  Descriptor d;
  d.id = id;
  d.summary = summary;
  d.description = description;
  d.references = {reference};
  d.runs_code = true;
  d.inputs = {{"features",
               "What the network takes: features or audio, the items first",
               {Kind::features, Kind::audio},
               {"window", "..."}}};
  d.outputs = {{"scores", "What the network gives, after `activation`"},
               {"logits", "What the network gives"}};
  d.params = {ParamSpec::file("file", file).is_required(),
              ParamSpec::labels("labels", "Class names, one a class").or_null(),
              ParamSpec::integer("classes", "Number of classes; needed where there are no labels")
                  .range(1, 1 << 24)
                  .or_null(),
              ParamSpec::string("activation", "Function that makes scores of the output")
                  .one_of({"none", "softmax", "sigmoid"})
                  .otherwise("none")};
  return d;
}

}  // namespace

Descriptor describe_torchscript() {
  return describe(
      "model.torchscript", "Any network saved as TorchScript (code: needs --trust-code)",
      "Calls the `forward` of a TorchScript archive with one batch, shaped as the input says, and "
      "takes [item, class] from it; where forward gives a tuple, its first element counts. The "
      "file is code: it is not opened before the graph is prepared, and only where the user "
      "trusts it. Each instance loads its own copy, so that a network that changes its attributes "
      "does no harm to others.",
      "PyTorch, TorchScript, https://docs.pytorch.org/docs/stable/jit.html",
      "TorchScript archive, as torch.jit.save writes it");
}

Descriptor describe_aoti() {
  Descriptor d = describe(
      "model.aoti", "Any network compiled by PyTorch's AOTInductor (code: needs --trust-code)",
      "Calls a package that torch._inductor.aoti_compile_and_package wrote, with one batch, shaped "
      "as the input says, and takes [item, class] from its first output. A package is machine code "
      "for one kind of processor or GPU: it is not opened before the graph is prepared, and only "
      "where the user trusts it. Export it for any number of items, or name the number that it "
      "takes in `batch`.",
      "PyTorch, AOTInductor, "
      "https://docs.pytorch.org/docs/stable/torch.compiler_aot_inductor.html",
      "Package (.pt2), as aoti_compile_and_package writes it");
  d.params.push_back(
      ParamSpec::integer("batch",
                         "Items that the package takes at once, where it was exported for a fixed "
                         "number: the last batch is filled up with zeros; null: any")
          .range(1, 65536)
          .or_null());
  return d;
}

void infer_foreign(InferContext& context) {
  const Params& params = context.params();
  const Labels labels = context.labels("labels");
  if (!params.is_null("labels") && !labels) return;  // the finding has been reported
  if (!labels && params.is_null("classes")) {
    context.report("the number of classes is unknown",
                   "give `labels`, or the number `classes`; the file does not say it");
    return;
  }
  std::int64_t classes = labels ? static_cast<std::int64_t>(labels->size()) : 0;
  if (!params.is_null("classes")) {
    if (labels && params.integer("classes") != classes) {
      context.report_param("classes",
                           "there are " + std::to_string(classes) + " labels, but `classes` is " +
                               std::to_string(params.integer("classes")),
                           "leave `classes` out");
    }
    classes = params.integer("classes");
  }
  for (const Kind kind : {Kind::scores, Kind::logits}) {
    PortSpec spec;
    spec.kind = kind;
    spec.axes = {{"window"}, {"class", classes}};
    spec.labels = labels;
    context.set_output(to_string(kind), spec);
  }
}

}  // namespace melgraph

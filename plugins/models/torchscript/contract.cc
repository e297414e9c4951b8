#include "models/torchscript/contract.h"

#include <string>

namespace melgraph {

Descriptor describe_torchscript() {
  Descriptor d;
  d.id = "model.torchscript";
  d.summary = "Any network saved as TorchScript (code: needs --trust-code)";
  d.description =
      "Calls the `forward` of a TorchScript archive with one batch, shaped as the input says, and "
      "takes [item, class] from it; where forward gives a tuple, its first element counts. The "
      "file is code: it is not opened before the graph is prepared, and only where the user "
      "trusts it. Each instance loads its own copy, so that a network that changes its attributes "
      "does no harm to others.";
  d.references = {"PyTorch, TorchScript, https://docs.pytorch.org/docs/stable/jit.html"};
  d.runs_code = true;
  d.inputs = {{"features",
               "What `forward` takes: features or audio, the items first",
               {Kind::features, Kind::audio},
               {"window", "..."}}};
  d.outputs = {{"scores", "What `forward` gives, after `activation`"},
               {"logits", "What `forward` gives"}};
  d.params = {
      ParamSpec::file("file", "TorchScript archive, as torch.jit.save writes it").is_required(),
      ParamSpec::labels("labels", "Class names, one a class").or_null(),
      ParamSpec::integer("classes", "Number of classes; needed where there are no labels")
          .range(1, 1 << 24)
          .or_null(),
      ParamSpec::string("activation", "Function that makes scores of the output")
          .one_of({"none", "softmax", "sigmoid"})
          .otherwise("none")};
  return d;
}

void infer_torchscript(InferContext& context) {
  const Params& params = context.params();
  const Labels labels = context.labels("labels");
  if (!params.is_null("labels") && !labels) return;  // the finding has been reported
  if (!labels && params.is_null("classes")) {
    context.report("the number of classes is unknown",
                   "give `labels`, or the number `classes`; a TorchScript file does not say it");
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

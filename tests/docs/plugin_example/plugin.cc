#include <melgraph/plugin.h>

#include "sharpen.h"

MELGRAPH_PLUGIN(registrar) {
  registrar.add({describe_sharpen(), infer_sharpen, make_sharpen, nullptr});
}

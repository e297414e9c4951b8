#include "gain.h"

namespace {

constexpr melgraph::AbiStamp older_stamp() {
  melgraph::AbiStamp stamp = melgraph::make_abi_stamp();
  const char version[] = "2.10.0";
  for (char& c : stamp.libtorch) c = 0;
  for (int i = 0; version[i] != 0; ++i) stamp.libtorch[i] = version[i];
  return stamp;
}

}  // namespace

extern "C" MELGRAPH_API const melgraph::AbiStamp melgraph_plugin_abi;
const melgraph::AbiStamp melgraph_plugin_abi = older_stamp();

extern "C" MELGRAPH_API void melgraph_plugin_register(melgraph::Registrar& registrar);
void melgraph_plugin_register(melgraph::Registrar& registrar) {
  registrar.add<Gain>(describe_gain("test.wrong_libtorch"), infer_gain);
}

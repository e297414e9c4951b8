#include "gain.h"

MELGRAPH_PLUGIN(registrar) {
  melgraph::Descriptor descriptor = describe_gain("test.bad_descriptor");
  descriptor.params = {melgraph::ParamSpec::integer("n_fft", "FFT length")
                           .range(2, 65536)
                           .in("samples")
                           .otherwise(1)};
  registrar.add<Gain>(descriptor, infer_gain);
}

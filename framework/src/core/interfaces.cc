// Key functions of the interfaces that need no LibTorch: their vtables live here and only here.
#include "melgraph/contract.h"
#include "melgraph/node_type.h"
#include "melgraph/session.h"

namespace melgraph {

InferContext::~InferContext() = default;
Registrar::~Registrar() = default;
Session::~Session() = default;

}  // namespace melgraph

// A library that is called libtorch.so and holds nothing. AOTInductor's packages name libtorch.so
// beside libtorch_cpu.so, which has all they use; PyTorch's own wants CUDA's libraries too, which
// are not there on a machine without a GPU.

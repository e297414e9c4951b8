#include "launch.h"

// MELGRAPH_PROGRAM_MODULE: path of the program's module, relative to the executable (CMake).
int main(int argc, char** argv) {
  return melgraph::launch::launch_program(argc, argv, MELGRAPH_PROGRAM_MODULE);
}

// Reads raw mono float32 PCM of 16 kHz from stdin; prints the best class of each window and clip.
#include <melgraph/engine.h>
#include <melgraph/session.h>

#include <algorithm>
#include <cstdio>
#include <vector>

static void print(const melgraph::Graph& graph, const melgraph::Result& result) {
  const melgraph::OutputInfo& output = graph.outputs()[result.output];
  const auto best = std::max_element(result.values.begin(), result.values.end());
  const std::string& label = output.spec.labels->at(best - result.values.begin());
  std::printf("%s %.2f-%.2f s: %s %.3f\n", output.name.c_str(), result.start, result.end,
              label.c_str(), *best);
}

int main(int argc, char** argv) try {
  melgraph::Engine engine;
  const melgraph::Graph graph = engine.load(argc > 1 ? argv[1] : "esc10");
  const auto session = engine.open(graph, {16000, 1});
  melgraph::Result result;
  std::vector<float> pcm(1600);
  while (std::size_t frames = std::fread(pcm.data(), sizeof(float), pcm.size(), stdin)) {
    session->push(pcm.data(), frames);
    while (session->poll(result)) print(graph, result);
  }
  session->drain();
  while (session->wait(result)) print(graph, result);
} catch (const melgraph::Error& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}

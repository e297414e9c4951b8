#include <fmt/format.h>

#include "bench_stream.h"
#include "json_text.h"
#include "melgraph/version.h"

namespace melgraph::cli {

std::string stream_speed_header(const StreamBenchPlan& plan) {
  return fmt::format(
      "Live streams of {} Hz in buffers of {:g} ms, {:g} s each; engines: one a stream (separate), "
      "one for all (shared), one for all that waits {:g} ms for a batch (batched)\n"
      "{:>7}  {:<8}  {:>12}  {:>8}  {:>7}  {:>10}  {:>8}  {:>8}\n",
      plan.sample_rate, plan.block * 1e3, plan.seconds, plan.max_delay * 1e3, "streams", "engines",
      "core/stream", "windows", "dropped", "mean batch", "p50 ms", "p99 ms");
}

std::string stream_speed_line(const StreamSpeed& speed) {
  return fmt::format("{:>7}  {:<8}  {:>10.3f} %  {:>8}  {:>7}  {:>10.2f}  {:>8.1f}  {:>8.1f}\n",
                     speed.streams, to_string(speed.sharing), speed.core_share() * 100,
                     speed.windows, speed.dropped, speed.mean_batch, speed.p50 * 1e3,
                     speed.p99 * 1e3);
}

std::string stream_speed_json(const StreamBenchPlan& plan, const std::vector<StreamSpeed>& speeds) {
  using Json = nlohmann::ordered_json;
  Json json = {{"schema", "melgraph.bench.stream/1"},
               {"melgraph", MELGRAPH_VERSION},
               {"graph", plan.graph.graph},
               {"sample_rate", plan.sample_rate},
               {"block_seconds", plan.block},
               {"max_delay_seconds", plan.max_delay},
               {"results", Json::array()}};
  for (const StreamSpeed& speed : speeds) {
    json["results"].push_back({{"streams", speed.streams},
                               {"engines", to_string(speed.sharing)},
                               {"wall_seconds", speed.wall_seconds},
                               {"cpu_seconds", speed.cpu_seconds},
                               {"core_share_per_stream", speed.core_share()},
                               {"windows", speed.windows},
                               {"dropped", speed.dropped},
                               {"mean_batch", speed.mean_batch},
                               {"p50_seconds", speed.p50},
                               {"p99_seconds", speed.p99}});
  }
  return json_text(json);
}

}  // namespace melgraph::cli

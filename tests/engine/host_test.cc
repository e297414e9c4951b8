// The engine through its table in C, from the module as it is installed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host_loader.h"
#include "melgraph/engine.h"
#include "melgraph/testing/signals.h"
#include "source_folder.h"
#include "test_launch_info.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

fs::path library_folder() {
  return fs::path(melgraph_test_launch_info().program_folder) / ".." / ".." / ".." / "lib";
}

const char* const level_graph = R"({"melgraph": 1, "name": "levels",
  "source": {"audio": {"sample_rate": 1000, "window": 0.1, "hop": 0.05}},
  "nodes": [{"id": "level", "type": "post.mean", "inputs": {"values": "source.audio"}}],
  "outputs": {"level": "level"}})";

class HostTest : public ::testing::Test {
 protected:
  struct CloseGraph {
    const melgraph_host_table* table;
    void operator()(melgraph_host_graph* graph) const { table->close_graph(graph); }
  };
  struct CloseSession {
    const melgraph_host_table* table;
    void operator()(melgraph_host_session* session) const { table->close_session(session); }
  };
  using GraphHandle = std::unique_ptr<melgraph_host_graph, CloseGraph>;
  using SessionHandle = std::unique_ptr<melgraph_host_session, CloseSession>;

  void SetUp() override {
    const launch::LoadedHost host = launch::load_host(library_folder());
    ASSERT_NE(host.table, nullptr) << host.explanation;
    table_ = host.table;
  }

  static melgraph_host_request text_request(const char* text) {
    melgraph_host_request request{};
    request.graph_text = text;
    request.jobs = 1;
    return request;
  }

  GraphHandle open(const melgraph_host_request& request) {
    melgraph_host_failure failure{};
    melgraph_host_graph* const graph = table_->open_graph(&request, &failure);
    EXPECT_NE(graph, nullptr) << failure.message;
    table_->free_text(failure.message);
    return GraphHandle(graph, CloseGraph{table_});
  }

  /// Return what `open_graph` says is wrong.
  std::string refusal(const melgraph_host_request& request, ErrorCode code) {
    melgraph_host_failure failure{};
    const GraphHandle graph(table_->open_graph(&request, &failure), CloseGraph{table_});
    EXPECT_EQ(graph, nullptr);
    EXPECT_EQ(failure.code, static_cast<int>(code));
    const std::string message = failure.message != nullptr ? failure.message : "";
    table_->free_text(failure.message);
    return message;
  }

  SessionHandle open(const GraphHandle& graph, int rate) {
    melgraph_host_stream stream{};
    stream.sample_rate = rate;
    stream.channels = 1;
    melgraph_host_session* const session = table_->open_session(graph.get(), &stream, nullptr);
    EXPECT_NE(session, nullptr);
    return SessionHandle(session, CloseSession{table_});
  }

  /// Poll to the end; results are copied.
  std::vector<Result> poll_all(melgraph_host_session* session) {
    std::vector<Result> all;
    melgraph_host_result result{};
    for (;;) {
      switch (table_->poll(session, &result, nullptr)) {
        case 0: std::this_thread::yield(); break;
        case 1:
          all.push_back({result.output,
                         result.index,
                         result.start,
                         result.end,
                         {result.value, result.value + result.values},
                         {}});
          break;
        case 2: return all;
        default: ADD_FAILURE() << "poll failed"; return all;
      }
    }
  }

  std::uint64_t windows_of(const GraphHandle& graph) {
    melgraph_host_graph_counts counts{};
    table_->graph_counts(graph.get(), &counts);
    return counts.windows;
  }

  const melgraph_host_table* table_ = nullptr;
};

TEST_F(HostTest, GivesWhatTheEngineGives) {
  const fs::path source = testing::source_folder();
  if (source.empty()) GTEST_SKIP() << "the graphs are missing; set MELGRAPH_SOURCE_DIR";
  const std::string path = (source / "graphs" / "esc10.json").string();
  const std::vector<double> signal = testing::mix(16000, 48000);
  const std::vector<float> pcm(signal.begin(), signal.end());

  Engine engine;
  const Graph direct = engine.load(path);
  SessionOptions options;
  options.sample_rate = 16000;
  const auto session = engine.open(direct, options);
  session->push(pcm.data(), pcm.size());
  session->drain();
  std::vector<Result> expected;
  Result result;
  while (session->wait(result)) expected.push_back(result);

  melgraph_host_request request{};
  request.graph = path.c_str();
  const GraphHandle graph = open(request);
  const melgraph_host_graph_info& info = *table_->graph_info(graph.get());
  EXPECT_STREQ(info.name, "esc10");
  EXPECT_STREQ(info.device, "cpu");
  ASSERT_EQ(info.outputs, 2u);
  EXPECT_EQ(info.output[0].item, MELGRAPH_HOST_WINDOW);
  EXPECT_STREQ(info.output[1].name, "clip");
  EXPECT_EQ(info.output[1].item, MELGRAPH_HOST_CLIP);
  ASSERT_EQ(info.output[1].labels, 10u);
  EXPECT_EQ(info.output[1].label[3], direct.outputs()[1].spec.labels->at(3));
  ASSERT_EQ(info.views, 1u);
  EXPECT_EQ(info.view[0].sample_rate, 16000);
  EXPECT_DOUBLE_EQ(info.view[0].window, 0.975);
  EXPECT_DOUBLE_EQ(info.view[0].hop, 0.48);

  const SessionHandle host = open(graph, 16000);
  for (std::size_t i = 0; i < pcm.size(); i += 1600) {
    ASSERT_EQ(table_->push(host.get(), pcm.data() + i, 1600, nullptr), 1);
  }
  ASSERT_EQ(table_->drain(host.get(), nullptr), 1);
  const std::vector<Result> all = poll_all(host.get());
  ASSERT_EQ(all.size(), expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].output, expected[i].output);
    EXPECT_EQ(all[i].index, expected[i].index);
    EXPECT_EQ(all[i].start, expected[i].start);
    EXPECT_EQ(all[i].end, expected[i].end);
    ASSERT_EQ(all[i].values.size(), expected[i].values.size());
    for (std::size_t k = 0; k < all[i].values.size(); ++k) {
      EXPECT_NEAR(all[i].values[k], expected[i].values[k], 1e-5);
    }
  }
  melgraph_host_session_counts counts{};
  table_->session_counts(host.get(), &counts);
  EXPECT_EQ(counts.windows, expected.size() - 1);
  EXPECT_EQ(counts.dropped, 0u);
  EXPECT_EQ(counts.outstanding, 0u);
}

TEST_F(HostTest, EqualRequestsShareAnEngineAndOthersDoNot) {
  melgraph_host_request request = text_request(level_graph);
  const GraphHandle first = open(request);
  const GraphHandle second = open(request);
  request.group = "apart";
  const GraphHandle grouped = open(request);
  request.group = nullptr;
  request.max_batch = 3;
  const GraphHandle batched = open(request);
  const SessionHandle session = open(first, 1000);
  const std::vector<float> pcm(200, 0.5f);
  ASSERT_EQ(table_->push(session.get(), pcm.data(), pcm.size(), nullptr), 1);
  ASSERT_EQ(table_->drain(session.get(), nullptr), 1);
  EXPECT_EQ(poll_all(session.get()).size(), 3u);
  EXPECT_EQ(windows_of(first), 3u);
  EXPECT_EQ(windows_of(second), 3u);
  EXPECT_EQ(windows_of(grouped), 0u);
  EXPECT_EQ(windows_of(batched), 0u);
}

TEST_F(HostTest, RequestsAtTheSameTimeShareOneEngine) {
  const melgraph_host_request request = text_request(level_graph);
  std::vector<GraphHandle> graphs;
  for (int i = 0; i < 4; ++i) graphs.emplace_back(nullptr, CloseGraph{table_});
  std::vector<std::thread> threads;
  for (GraphHandle& graph : graphs) {
    threads.emplace_back([&] { graph.reset(table_->open_graph(&request, nullptr)); });
  }
  for (std::thread& thread : threads) thread.join();
  const SessionHandle session = open(graphs[0], 1000);
  const std::vector<float> pcm(100, 0.5f);
  table_->push(session.get(), pcm.data(), pcm.size(), nullptr);
  table_->drain(session.get(), nullptr);
  poll_all(session.get());
  for (const GraphHandle& graph : graphs) EXPECT_EQ(windows_of(graph), 1u);
}

TEST_F(HostTest, AGraphThatWasEditedOrClosedIsLoadedAnew) {
  const fs::path folder =
      fs::temp_directory_path() / ("melgraph-host-test-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const std::string path = (folder / "levels.json").string();
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  melgraph_host_request request{};
  request.graph = path.c_str();
  write(level_graph);
  GraphHandle before = open(request);
  std::string other = level_graph;
  other.replace(other.find("levels"), 6, "edited");
  write(other);
  const GraphHandle after = open(request);
  EXPECT_STREQ(table_->graph_info(before.get())->name, "levels");
  EXPECT_STREQ(table_->graph_info(after.get())->name, "edited");
  write("{");
  EXPECT_NE(refusal(request, ErrorCode::invalid_graph), "");
  write(level_graph);  // what failed is not kept
  before.reset();
  EXPECT_STREQ(table_->graph_info(open(request).get())->name, "levels");
  fs::remove_all(folder);
}

TEST_F(HostTest, ErrorsHaveTheirCodeAndWholeText) {
  const std::string text = R"({"melgraph": 1,
    "source": {"audio": {"sample_rate": 16000}},
    "nodes": [{"id": "level", "type": "post.maen", "inputs": {"values": "source.audio"}},
              {"id": "top", "type": "post.tpo_k", "inputs": {"scores": "level"}}]})";
  const std::string message = refusal(text_request(text.c_str()), ErrorCode::invalid_graph);
  EXPECT_NE(message.find("graph:3:"), std::string::npos) << message;
  EXPECT_NE(message.find("error: "), std::string::npos) << message;
  EXPECT_NE(message.find("\n  hint: did you mean \"post.mean\"?\n"), std::string::npos) << message;
  EXPECT_NE(message.find("graph:4:"), std::string::npos) << message;

  melgraph_host_request request = text_request(level_graph);
  request.device = "cuda:93";
  EXPECT_NE(refusal(request, ErrorCode::device).find("cuda:93"), std::string::npos);
  request.device = "cpu";
  request.precision = "f33";
  EXPECT_EQ(refusal(request, ErrorCode::usage),
            "there is no precision \"f33\"\nprecisions: f32, fast, bf16, f16, tf32");
  EXPECT_NE(refusal({}, ErrorCode::usage), "");
}

TEST_F(HostTest, ErrorsOfAStreamHaveTheirCode) {
  const GraphHandle graph = open(text_request(level_graph));
  melgraph_host_failure failure{};
  melgraph_host_stream stream{};
  stream.sample_rate = 1000;
  stream.channels = 1;
  stream.overflow = 7;
  EXPECT_EQ(table_->open_session(graph.get(), &stream, &failure), nullptr);
  EXPECT_EQ(failure.code, static_cast<int>(ErrorCode::usage));
  table_->free_text(failure.message);
  const SessionHandle session = open(graph, 1000);
  EXPECT_EQ(table_->drain(session.get(), &failure), 0);
  EXPECT_EQ(failure.code, static_cast<int>(ErrorCode::input));
  EXPECT_STREQ(failure.message, "the input holds no sound\nit has no samples");
  table_->free_text(failure.message);
  melgraph_host_result result{};
  EXPECT_EQ(table_->poll(session.get(), &result, &failure), -1);
  EXPECT_EQ(failure.code, static_cast<int>(ErrorCode::input));
  table_->free_text(failure.message);
}

TEST_F(HostTest, ASessionOutlivesTheHandleOfItsGraph) {
  GraphHandle graph = open(text_request(level_graph));
  const SessionHandle session = open(graph, 1000);
  graph.reset();
  const std::vector<float> pcm(100, 0.5f);
  ASSERT_EQ(table_->push(session.get(), pcm.data(), pcm.size(), nullptr), 1);
  ASSERT_EQ(table_->restart(session.get(), 3, 1000, 1, nullptr), 1);
  ASSERT_EQ(table_->push(session.get(), pcm.data(), pcm.size(), nullptr), 1);
  ASSERT_EQ(table_->drain(session.get(), nullptr), 1);
  const auto all = poll_all(session.get());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FLOAT_EQ(all[1].values[0], 0.5f);
  EXPECT_EQ(all[1].start, 3);
}

TEST_F(HostTest, SettingsAndProgressReachTheEngine) {
  const std::string text = R"({"melgraph": 1, "name": "${called:nothing}",
    "source": {"audio": {"sample_rate": 1000, "window": null}},
    "nodes": [{"id": "level", "type": "post.mean", "inputs": {"values": "source.audio"}}],
    "outputs": {"level": "level"}})";
  melgraph_host_request request = text_request(text.c_str());
  const char* const names[] = {"called"};
  const char* const values[] = {"something"};
  request.settings = 1;
  request.setting_names = names;
  request.setting_values = values;
  request.window = 0.05;
  const GraphHandle graph = open(request);
  EXPECT_STREQ(table_->graph_info(graph.get())->name, "something");
  EXPECT_DOUBLE_EQ(table_->graph_info(graph.get())->view[0].window, 0.05);
  std::atomic<int> told{0};
  melgraph_host_stream stream{};
  stream.sample_rate = 1000;
  stream.channels = 1;
  stream.progress = [](void* user) { ++*static_cast<std::atomic<int>*>(user); };
  stream.progress_user = &told;
  const SessionHandle session(table_->open_session(graph.get(), &stream, nullptr),
                              CloseSession{table_});
  const std::vector<float> pcm(50, 0.5f);
  table_->push(session.get(), pcm.data(), pcm.size(), nullptr);
  while (told == 0) std::this_thread::yield();
  melgraph_host_result result{};
  EXPECT_EQ(table_->poll(session.get(), &result, nullptr), 1);
  EXPECT_EQ(table_->poll(session.get(), &result, nullptr), 0);
  table_->cancel(session.get());
  EXPECT_EQ(table_->poll(session.get(), &result, nullptr), 2);
}

TEST(HostLoader, SaysWhatIsMissingAndTriesAgain) {
  const fs::path folder =
      fs::temp_directory_path() / ("melgraph-no-host-" + std::to_string(getpid()));
  const fs::path programs = folder / "melgraph" / "programs";
  fs::create_directories(programs);
  const fs::path built = fs::canonical(library_folder());
  fs::create_symlink(built / "melgraph" / "libtorch.path", folder / "melgraph" / "libtorch.path");
  const launch::LoadedHost missing = launch::load_host(folder);
  EXPECT_EQ(missing.table, nullptr);
  EXPECT_NE(missing.explanation.find("host.so"), std::string::npos) << missing.explanation;
  EXPECT_NE(missing.explanation.find("hint: "), std::string::npos) << missing.explanation;
  fs::create_symlink(built / "melgraph" / "programs" / "host.so", programs / "host.so");
  const launch::LoadedHost found = launch::load_host(folder);
  EXPECT_NE(found.table, nullptr) << found.explanation;
  EXPECT_EQ(found.table, launch::load_host(built).table) << "one module, one table";
  fs::remove_all(folder);
}

}  // namespace
}  // namespace melgraph

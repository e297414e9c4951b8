#pragma once

// Plain C: how a program that must not link LibTorch, such as a GStreamer plugin, reaches the
// engine. The loader (framework/launch) brings LibTorch into the process, opens the module
// `lib/melgraph/programs/host.so` and asks it for this table.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Number of the layout below; a host refuses another one.
#define MELGRAPH_HOST_VERSION 1u

/// A graph on a device, with its engine. Equal requests share one engine, its weights, its workers
/// and its batches, and each gets a handle of its own.
typedef struct melgraph_host_graph melgraph_host_graph;
/// One stream on its way through a graph; see melgraph::Session, whose threading rules hold.
typedef struct melgraph_host_session melgraph_host_session;

/// What went wrong: numbers of melgraph::ErrorCode, in the order of its declaration.
typedef struct melgraph_host_failure {
  int code;
  char* message;  ///< UTF-8, many lines for a graph with many errors; free with `free_text`
} melgraph_host_failure;

/// Text pairs and numbers that choose a graph and how it runs. Null texts are unset.
typedef struct melgraph_host_request {
  const char* graph;        ///< file, bundle folder or installed name; or null, then:
  const char* graph_text;   ///< the graph's JSON
  const char* text_folder;  ///< what relative paths in `graph_text` are relative to; null: cwd
  size_t settings;          ///< values of placeholders
  const char* const* setting_names;
  const char* const* setting_values;
  const char* device;     ///< `auto`, `cpu`, `cuda`, `cuda:N`
  const char* precision;  ///< `f32`, `fast`, ...
  int trust_code;
  double window;      ///< melgraph::GraphOptions::window
  int max_batch;      ///< melgraph::EngineOptions
  double max_delay;   ///< seconds
  int jobs;           ///< compute workers on a CPU; 0: one a core
  const char* group;  ///< requests of different groups never share; null is a group too
  /// Where messages of the engine go; may be null. Levels as in melgraph::LogLevel. Of the first
  /// request where several share.
  void (*log)(int level, const char* message, void* user);
  void* log_user;
} melgraph_host_request;

enum { MELGRAPH_HOST_WINDOW = 0, MELGRAPH_HOST_CLIP = 1, MELGRAPH_HOST_EVENT = 2 };

/// One of the graph's outputs; owned by the graph.
typedef struct melgraph_host_output {
  const char* name;
  int item;       ///< MELGRAPH_HOST_WINDOW, ...
  size_t labels;  ///< 0 where the output has no classes
  const char* const* label;
} melgraph_host_output;

/// One of the graph's views; owned by the graph.
typedef struct melgraph_host_view {
  const char* name;
  int sample_rate;
  int channels;
  double window;  ///< seconds; 0: the whole input
  double hop;
} melgraph_host_view;

typedef struct melgraph_host_graph_info {
  const char* name;
  const char* device;  ///< as chosen: `cpu`, `cuda:0`
  size_t outputs;
  const melgraph_host_output* output;
  size_t views;
  const melgraph_host_view* view;
} melgraph_host_graph_info;

typedef struct melgraph_host_stream {
  int sample_rate;
  int channels;
  double start;                  ///< seconds
  int max_queued;                ///< melgraph::SessionOptions
  int overflow;                  ///< melgraph::Overflow, in the order of its declaration
  void (*progress)(void* user);  ///< melgraph::SessionOptions::on_progress
  void* progress_user;
} melgraph_host_stream;

/// melgraph::Result; the values stay valid until the next call of `poll` on the session.
typedef struct melgraph_host_result {
  size_t output;
  int64_t index;
  double start;
  double end;
  size_t values;
  const float* value;
} melgraph_host_result;

typedef struct melgraph_host_session_counts {
  uint64_t windows;
  uint64_t dropped;
  uint64_t outstanding;
} melgraph_host_session_counts;

/// Counts of a graph's engine, of all its streams.
typedef struct melgraph_host_graph_counts {
  uint64_t windows;
  uint64_t batches;
  double compute_seconds;
} melgraph_host_graph_counts;

/// Nothing here throws. What gives `int` gives 1, or 0 with `failure` filled in.
typedef struct melgraph_host_table {
  uint32_t struct_size;
  uint32_t version;  ///< MELGRAPH_HOST_VERSION
  const char* melgraph_version;
  void (*free_text)(char* text);

  /// Load the graph and open its nodes on the device; null with `failure` filled in.
  melgraph_host_graph* (*open_graph)(const melgraph_host_request* request,
                                     melgraph_host_failure* failure);
  const melgraph_host_graph_info* (*graph_info)(const melgraph_host_graph* graph);
  void (*graph_counts)(const melgraph_host_graph* graph, melgraph_host_graph_counts* counts);
  /// Close the handle; the last one of an engine waits for its workers and frees all. Its sessions
  /// may still be there: they keep what they need.
  void (*close_graph)(melgraph_host_graph* graph);

  melgraph_host_session* (*open_session)(melgraph_host_graph* graph,
                                         const melgraph_host_stream* stream,
                                         melgraph_host_failure* failure);
  int (*push)(melgraph_host_session* session, const float* interleaved, size_t frames,
              melgraph_host_failure* failure);
  int (*restart)(melgraph_host_session* session, double start, int sample_rate, int channels,
                 melgraph_host_failure* failure);
  int (*drain)(melgraph_host_session* session, melgraph_host_failure* failure);
  int (*flush)(melgraph_host_session* session, double start, melgraph_host_failure* failure);
  /// Take the next result: 1 with `result` filled in, 0 where there is none now, 2 where the
  /// session has ended, -1 with `failure` filled in.
  int (*poll)(melgraph_host_session* session, melgraph_host_result* result,
              melgraph_host_failure* failure);
  void (*session_counts)(const melgraph_host_session* session,
                         melgraph_host_session_counts* counts);
  void (*cancel)(melgraph_host_session* session);
  void (*close_session)(melgraph_host_session* session);
} melgraph_host_table;

/// Give the table of the version asked for, or null.
const melgraph_host_table* melgraph_host(uint32_t version);

/// Name and type of that function, for the loader.
#define MELGRAPH_HOST_SYMBOL "melgraph_host"
typedef const melgraph_host_table* (*melgraph_host_function)(uint32_t version);

#ifdef __cplusplus
}
#endif

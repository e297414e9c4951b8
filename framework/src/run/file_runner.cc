#include "run/file_runner.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace melgraph {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double block_seconds = 1.0;  // of sound decoded at once

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// One input on its way; the decoder fills it, the collector takes results out.
struct Slot {
  std::unique_ptr<Session> session;  ///< set once the sound has been opened
  std::optional<Error> error;        ///< of opening or decoding
  double audio_seconds = 0;
  bool opened = false;  ///< session or error is there
  bool decoded = false;
};

class FileRun {
 public:
  FileRun(Engine& engine, const Graph& graph, const std::vector<InputItem>& inputs, SinkSet& sinks,
          const FileRunOptions& options)
      : engine_(engine),
        graph_(graph),
        inputs_(inputs),
        sinks_(sinks),
        options_(options),
        slots_(inputs.size()) {}

  FileRunSummary run() {
    const auto begin = Clock::now();
    engine_.prepare(graph_);  // faults of the graph are the run's, not those of the first input
    const std::size_t count =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(1, options_.decoders)),
                              std::max<std::size_t>(1, inputs_.size()));
    std::vector<std::thread> decoders;
    try {
      for (std::size_t i = 0; i < count; ++i) decoders.emplace_back([this] { decode_inputs(); });
      collect();
    } catch (...) {
      end(decoders);
      throw;
    }
    end(decoders);
    summary_.wall_seconds = seconds_since(begin);
    summary_.decode_seconds = decode_seconds_;
    summary_.decodes = decodes_;
    summary_.interrupted = stopped() && summary_.files < inputs_.size();
    return summary_;
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  /// Begin nothing more, cancel what is under way, and wait for the decoders.
  void end(std::vector<std::thread>& decoders) {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      for (std::size_t i = written_; i < std::min(next_, slots_.size()); ++i) {
        if (slots_[i].session != nullptr) slots_[i].session->cancel();
      }
    }
    changed_.notify_all();
    for (std::thread& decoder : decoders) decoder.join();
  }

  void event(FileEvent::Kind kind, std::size_t index, const std::string& message,
             double audio_seconds = 0) {
    if (!options_.on_event) return;
    const std::lock_guard lock(event_mutex_);
    options_.on_event({kind, index, inputs_[index].name, message, audio_seconds});
  }

  void decode_inputs() {
    for (;;) {
      std::size_t index = 0;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
          return ended_ || stopped() || next_ >= inputs_.size() ||
                 next_ < written_ + static_cast<std::size_t>(std::max(1, options_.in_flight));
        });
        if (ended_ || stopped() || next_ >= inputs_.size()) break;
        index = next_++;
      }
      event(FileEvent::Kind::started, index, "");
      decode(index);
    }
    changed_.notify_all();
  }

  void decode(std::size_t index) {
    Slot& slot = slots_[index];
    double audio_seconds = 0;
    double busy = 0;
    std::optional<Error> error;
    try {
      auto clock = Clock::now();
      const std::unique_ptr<AudioReader> reader =
          open_audio(inputs_[index].path_or_uri, options_.decoder);
      busy += seconds_since(clock);
      ++decodes_;
      SessionOptions session_options;
      session_options.sample_rate = reader->sample_rate();
      session_options.channels = reader->channels();
      std::unique_ptr<Session> made = engine_.open(graph_, session_options);
      Session& session = *made;
      {
        const std::lock_guard lock(mutex_);
        if (ended_) return;
        slot.session = std::move(made);
        slot.opened = true;
      }
      changed_.notify_all();
      std::vector<float> block;
      const auto frames = static_cast<std::size_t>(reader->sample_rate() * block_seconds);
      for (;;) {
        clock = Clock::now();
        const std::size_t got = reader->read(block, frames);
        busy += seconds_since(clock);
        if (got == 0) break;
        audio_seconds += static_cast<double>(got) / reader->sample_rate();
        session.push(block.data(), got);
        if (stopped()) throw Error(ErrorCode::cancelled, "interrupted");
      }
      const std::string warning = reader->warning();
      if (!warning.empty()) event(FileEvent::Kind::warning, index, warning);
      session.drain();
    } catch (const Error& caught) {
      error = caught;
    } catch (const std::exception& caught) {
      error = Error(ErrorCode::input, caught.what());
    }
    const std::lock_guard lock(mutex_);
    slot.error = std::move(error);
    slot.audio_seconds = audio_seconds;
    slot.opened = true;
    slot.decoded = true;
    decode_seconds_ += busy;
    if (slot.error && slot.session != nullptr) slot.session->cancel();
    changed_.notify_all();
  }

  void collect() {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!collect_one(i)) return;
      const std::lock_guard lock(mutex_);
      slots_[i].session.reset();
      ++written_;
      changed_.notify_all();
    }
  }

  /// Write the records of one input; returns false where the run was stopped before its end.
  bool collect_one(std::size_t index) {
    Slot& slot = slots_[index];
    Session* session = nullptr;
    {
      std::unique_lock lock(mutex_);
      // `stop` is set by a signal handler, which may not notify: look at it now and then.
      while (!slot.opened) {
        if (stopped() && next_ <= index) return false;
        changed_.wait_for(lock, std::chrono::milliseconds(50));
      }
      session = slot.session.get();
    }
    // Results are held back until the input has ended well: a failed one has its error alone, and
    // an interrupted one nothing, whatever the timing.
    std::optional<Error> error;
    std::vector<Result> results;
    if (session != nullptr) {
      Result result;
      try {
        while (session->wait(result)) results.push_back(std::move(result));
      } catch (const Error& caught) {
        error = caught;
      }
    }
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return slot.decoded; });
      if (slot.error && slot.error->code() == ErrorCode::cancelled && stopped()) return false;
      // The decoder's error comes first: a session that it cancelled has none to tell.
      if (slot.error) error = slot.error;
    }
    ++summary_.files;
    summary_.audio_seconds += slot.audio_seconds;
    const auto clock = Clock::now();
    if (!error) {
      hand_over_taps(index, results);
      for (Result& result : results) {
        if (!graph_.outputs()[result.output].tap) write(index, result);
      }
    } else {
      ++summary_.failed;
      Record record;
      record.file = inputs_[index].name;
      record.failed = true;
      record.error = error->what();
      for (std::size_t o = 0; o < graph_.outputs().size(); ++o) {
        if (!graph_.outputs()[o].tap) put(o, record);
      }
    }
    sinks_.flush();
    summary_.write_seconds += seconds_since(clock);
    if (error) {
      event(FileEvent::Kind::failed, index,
            error->what() + (error->hint().empty() ? "" : " (" + error->hint() + ")"));
    } else {
      event(FileEvent::Kind::finished, index, "", slot.audio_seconds);
    }
    return true;
  }

  void hand_over_taps(std::size_t index, std::vector<Result>& results) {
    if (!options_.on_tap) return;
    std::vector<std::vector<Result>> items(graph_.outputs().size());
    for (Result& result : results) {
      if (graph_.outputs()[result.output].tap) items[result.output].push_back(std::move(result));
    }
    for (std::size_t o = 0; o < items.size(); ++o) {
      if (graph_.outputs()[o].tap) options_.on_tap(index, o, std::move(items[o]));
    }
  }

  void write(std::size_t index, Result& result) {
    Record record;
    record.file = inputs_[index].name;
    record.start = result.start;
    record.end = result.end;
    record.labels = graph_.outputs()[result.output].spec.labels;
    record.scores = std::move(result.values);
    put(result.output, record);
  }

  void put(std::size_t output, const Record& record) {
    sinks_.consume(output, record);
    if (options_.on_record) options_.on_record(output, record);
  }

  Engine& engine_;
  const Graph& graph_;
  const std::vector<InputItem>& inputs_;
  SinkSet& sinks_;
  const FileRunOptions& options_;

  std::mutex mutex_;
  std::mutex event_mutex_;
  std::condition_variable changed_;
  std::vector<Slot> slots_;
  std::size_t next_ = 0;     ///< input to begin next
  std::size_t written_ = 0;  ///< inputs written
  double decode_seconds_ = 0;
  std::atomic<std::size_t> decodes_{0};
  bool ended_ = false;
  FileRunSummary summary_;
};

}  // namespace

FileRunSummary run_files(Engine& engine, const Graph& graph, const std::vector<InputItem>& inputs,
                         SinkSet& sinks, const FileRunOptions& options) {
  return FileRun(engine, graph, inputs, sinks, options).run();
}

}  // namespace melgraph

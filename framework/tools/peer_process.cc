#include "peer_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

extern "C" char** environ;

namespace melgraph::cli {

namespace {

using Json = nlohmann::json;

void close_end(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

Json failure(const std::string& message) {
  return {{"error", message}};
}

bool write_all(int descriptor, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

PeerProcess::PeerProcess(const std::vector<std::string>& arguments) {
  std::array<int, 2> requests{-1, -1}, answers{-1, -1};
  if (::pipe2(requests.data(), O_CLOEXEC) != 0) return;
  if (::pipe2(answers.data(), O_CLOEXEC) != 0) {
    for (int& end : requests) close_end(end);
    return;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, requests[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, answers[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const bool started =
      ::posix_spawnp(&process_, argv.front(), &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close_end(requests[0]);
  close_end(answers[1]);
  to_ = requests[1];
  from_ = answers[0];
  if (!started) {
    process_ = 0;
    end();
  }
}

PeerProcess::~PeerProcess() {
  end();
}

void PeerProcess::end() {
  close_end(to_);
  close_end(from_);
  const pid_t process = std::exchange(process_, 0);
  if (process == 0) return;
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Json PeerProcess::read() {
  for (;;) {
    const std::size_t line = buffer_.find('\n');
    if (line != std::string::npos) {
      const Json answer = Json::parse(buffer_.substr(0, line), nullptr, false);
      buffer_.erase(0, line + 1);
      return answer.is_object() ? answer : failure("the script wrote something else than JSON");
    }
    std::array<char, 4096> bytes{};
    const ssize_t got = from_ < 0 ? 0 : ::read(from_, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure("the script could not be started, or ended early");
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

Json PeerProcess::ask(const Json& request) {
  if (to_ < 0 || !write_all(to_, request.dump() + '\n')) {
    return failure("the script could not be started, or ended early");
  }
  return read();
}

}  // namespace melgraph::cli

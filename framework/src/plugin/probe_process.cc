#include "plugin/probe_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "melgraph/error.h"
#include "plugin/probe_protocol.h"

extern char** environ;

namespace melgraph {

namespace {

constexpr std::size_t stderr_kept = 200;

/// Closes a descriptor at the end of its scope.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) close(number_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

[[noreturn]] void throw_system(const std::string& what, int number) {
  throw Error(ErrorCode::io, what + ": " + std::generic_category().message(number));
}

/// Move a descriptor away from 0..3, which the child's are put over one after the other.
int move_high(int number) {
  const int high = fcntl(number, F_DUPFD_CLOEXEC, 10);
  const int error = errno;
  close(number);
  if (high < 0) throw_system("no file descriptor is left for the plugin probe", error);
  return high;
}

int remaining_ms(ProbeProcess::Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
}

/// The attributes and actions of a spawn, freed at the end of the scope.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
};

pid_t spawn(const std::filesystem::path& program, int socket, int error_pipe) {
  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&plan.actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, error_pipe, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&plan.actions, socket, probe_answer_descriptor);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, probe_answer_descriptor + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setpgroup(&plan.attributes, 0);
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = program.string();
  char* arguments[] = {name.data(), nullptr};
  pid_t process = -1;
  const int error =
      posix_spawn(&process, name.c_str(), &plan.actions, &plan.attributes, arguments, environ);
  if (error != 0) throw_system("the plugin probe " + name + " cannot be started", error);
  return process;
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* name = sigdescr_np(number);
    return "crashed (signal " + std::to_string(number) +
           (name == nullptr ? "" : std::string(", ") + name) + ")";
  }
  return "ended the process (exit " + std::to_string(WEXITSTATUS(status)) + ")";
}

}  // namespace

ProbeProcess::ProbeProcess(const std::filesystem::path& program) {
  int sockets[2];
  int pipes[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    throw_system("no socket for the plugin probe", errno);
  }
  FileDescriptor own_socket(sockets[0]);
  const FileDescriptor child_socket(move_high(sockets[1]));
  if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw_system("no pipe for the plugin probe", errno);
  }
  FileDescriptor own_pipe(pipes[0]);
  const FileDescriptor child_pipe(move_high(pipes[1]));
  // Only the reading end is to return at once: the flag belongs to an open file, and the two ends
  // are two.
  fcntl(child_pipe.get(), F_SETFL, 0);
  process_ = spawn(program, child_socket.get(), child_pipe.get());
  socket_ = own_socket.release();
  stderr_ = own_pipe.release();
}

ProbeProcess::~ProbeProcess() {
  close(socket_);
  kill_and_reap();
  close(stderr_);
}

bool ProbeProcess::send(const std::string& message) {
  std::size_t sent = 0;
  while (sent < message.size()) {
    const ssize_t count =
        ::send(socket_, message.data() + sent, message.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

ProbeProcess::Outcome ProbeProcess::read_line(std::string& line, Deadline deadline) {
  char buffer[4096];
  for (;;) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return Outcome::line;
    }
    if (received_.size() > max_probe_message) return Outcome::ended;
    const int timeout = remaining_ms(deadline);
    pollfd watched[] = {{socket_, POLLIN, 0}, {stderr_open_ ? stderr_ : -1, POLLIN, 0}};
    if (poll(watched, 2, timeout) < 0 && errno != EINTR) return Outcome::ended;
    if (watched[1].revents != 0) drain_stderr();
    if (watched[0].revents == 0) {
      // Only here, so that a peer that writes to stderr without end cannot put the deadline off.
      if (timeout == 0) return Outcome::timeout;
      continue;
    }
    const ssize_t count = recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count > 0) {
      received_.append(buffer, static_cast<std::size_t>(count));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
      return Outcome::ended;
    }
  }
}

void ProbeProcess::drain_stderr() {
  char buffer[4096];
  // A bound, since another process may write faster than this one reads.
  for (int round = 0; round < 64; ++round) {
    const ssize_t count = read(stderr_, buffer, sizeof buffer);
    if (count == 0) stderr_open_ = false;
    if (count <= 0) break;
    stderr_text_.append(buffer, static_cast<std::size_t>(count));
    if (stderr_text_.size() > stderr_kept) {
      stderr_text_.erase(0, stderr_text_.size() - stderr_kept);
    }
  }
}

void ProbeProcess::forget_stderr() {
  drain_stderr();
  stderr_text_.clear();
}

std::string ProbeProcess::stderr_tail() {
  drain_stderr();
  std::string line;
  for (const char c : stderr_text_) {
    const bool printable = c >= 0x20 && c < 0x7f;
    const char shown = printable ? c : c == '\n' || c == '\t' ? ' ' : '?';
    if (shown == ' ' && (line.empty() || line.back() == ' ')) continue;
    line += shown;
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::optional<int> ProbeProcess::try_reap(int flags) {
  int status = 0;
  pid_t result = 0;
  do {
    result = waitpid(process_, &status, flags);
  } while (result < 0 && errno == EINTR);
  if (result == 0) return std::nullopt;
  // A host that ignores SIGCHLD has it reaped by the kernel: then nobody knows how it ended.
  const bool known = result == process_;
  process_ = -1;
  return known ? status : -1;
}

void ProbeProcess::kill_and_reap() {
  if (process_ < 0) return;
  kill(-process_, SIGKILL);
  kill(process_, SIGKILL);
  try_reap(0);
}

std::string ProbeProcess::wait_end(Deadline deadline) {
  while (process_ >= 0) {
    if (const std::optional<int> status = try_reap(WNOHANG)) {
      return *status < 0 ? "ended the process" : describe_end(*status);
    }
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  kill_and_reap();
  return "closed the connection to its host";
}

}  // namespace melgraph

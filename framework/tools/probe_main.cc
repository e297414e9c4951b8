// melgraph-probe: opens plugin libraries for a host that wants to know what they are before it lets
// them in. A library may crash, hang or end this process; the host then knows that, too.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "launch_info.h"
#include "melgraph/error.h"
#include "plugin/library.h"
#include "plugin/probe_protocol.h"

namespace {

using melgraph::LibraryOpener;
using melgraph::ProbeVerdict;

constexpr int exit_usage = 2;
constexpr int exit_failed = 1;

/// Move the connection to the host to descriptors that no plugin meets by accident.
int take_over(int descriptor) {
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 100);
  if (own >= 0) close(descriptor);
  return own;
}

bool write_all(int descriptor, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    written += static_cast<std::size_t>(count);
  }
  return true;
}

bool read_more(int descriptor, std::string& buffer) {
  char block[4096];
  ssize_t count = 0;
  do {
    count = read(descriptor, block, sizeof block);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  buffer.append(block, static_cast<std::size_t>(count));
  return true;
}

ProbeVerdict examine(LibraryOpener& opener, const std::string& path) {
  ProbeVerdict verdict;
  try {
    const melgraph::OpenedLibrary library = opener.open(path);
    verdict.accepted = true;
    verdict.built_for = library.built_for;
    for (const melgraph::NodeType& type : library.types) {
      verdict.types.push_back({type.descriptor.id, type.descriptor.summary, {}});
    }
  } catch (const melgraph::Error& error) {
    verdict.reason = error.what();
    verdict.may_change = error.code() == melgraph::ErrorCode::io;
  } catch (const std::exception& error) {
    verdict.reason = error.what();
  }
  return verdict;
}

/// Answer requests until the host closes the connection.
int serve(int requests, int answers) {
  const std::shared_ptr<LibraryOpener> opener = melgraph::make_library_opener();
  if (!write_all(answers, melgraph::probe_ready(opener->stamp()))) return exit_failed;
  std::string buffer;
  for (;;) {
    const std::optional<std::string> path = melgraph::take_probe_request(buffer);
    if (path) {
      if (!write_all(answers, melgraph::probe_answer(examine(*opener, *path)))) return exit_failed;
    } else if (!read_more(requests, buffer)) {
      return 0;
    }
  }
}

}  // namespace

extern "C" MELGRAPH_PROGRAM_EXPORT int melgraph_program_main(int, char**,
                                                             const melgraph_launch_info*) {
  // A host that is killed must not leave a process behind that hangs in a plugin.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  const int answers = take_over(melgraph::probe_answer_descriptor);
  const int requests = answers < 0 ? -1 : take_over(STDIN_FILENO);
  if (requests < 0) {
    std::fputs(
        "error: melgraph-probe is started by Melgraph itself\n"
        "hint: melgraph plugins list\n",
        stderr);
    return exit_usage;
  }
  open("/dev/null", O_RDONLY);  // becomes stdin
  int status = exit_failed;
  try {
    status = serve(requests, answers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  }
  // Destructors of plugins have no say any more.
  _exit(status);
}

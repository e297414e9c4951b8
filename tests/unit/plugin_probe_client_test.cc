#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "melgraph/error.h"
#include "plugin/probe_client.h"
#include "plugin/probe_protocol.h"
#include "plugin_test_files.h"

namespace melgraph {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(PluginProbeProtocol, CarriesPathsWithAnyByte) {
  const std::string path = "/a b/\n\xff\"x.so";
  std::string buffer = probe_request(path) + probe_request("/y");
  EXPECT_EQ(take_probe_request(buffer), path);
  EXPECT_EQ(take_probe_request(buffer), "/y");
  EXPECT_EQ(take_probe_request(buffer), std::nullopt);
}

TEST(PluginProbeProtocol, WaitsForTheRestOfARequestAndRefusesOtherThings) {
  const std::string whole = probe_request("/x.so");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string part = whole.substr(0, size);
    EXPECT_EQ(take_probe_request(part), std::nullopt);
    EXPECT_EQ(part.size(), size);
  }
  for (const char* wrong :
       {"x /y\n", " /y\n", "-1 /y\n", "2 /yz", "99999999999 x", "this line has no length at all"}) {
    std::string buffer = wrong;
    EXPECT_THROW(take_probe_request(buffer), Error) << wrong;
  }
}

TEST(PluginProbeProtocol, CarriesVerdictsOnOneLine) {
  ProbeVerdict verdict;
  verdict.accepted = true;
  verdict.reason = "two\nlines \xff";
  verdict.types = {{"test.x", "Summary", {}}};
  std::string line = probe_answer(verdict);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto read = parse_probe_answer(line);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->accepted);
  EXPECT_THAT(read->reason, StartsWith("two\nlines "));
  EXPECT_EQ(read->types[0].id, "test.x");
  EXPECT_EQ(parse_probe_ready(probe_ready("stamp")), "stamp");
  for (const char* wrong : {"", "{", "[]", "{}", "null", "{\"ready\": 1}"}) {
    EXPECT_EQ(parse_probe_ready(wrong), std::nullopt) << wrong;
    EXPECT_FALSE(parse_probe_answer(wrong)) << wrong;
  }
}

/// Runs a shell script in the place of the probe. Each request comes as `$size $path`.
class PluginProbeClient : public testing::Test {
 protected:
  std::unique_ptr<ProbeClient> client(const std::string& answer, const std::string& begin = "") {
    const auto program = files.path() / "probe";
    write_file(program, "#!/bin/sh\nok='" + ok() + "'\n" + begin +
                            "\necho '{\"ready\": \"stamp\"}' >&3\n" +
                            "while read -r size path; do\n" + answer + "\ndone\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    ProbeClientOptions options;
    options.program = program;
    options.stamp = "stamp";
    options.file_timeout = timeout;
    options.ready_timeout = std::chrono::seconds(30);
    return std::make_unique<ProbeClient>(options);
  }

  static std::string ok() {
    ProbeVerdict verdict;
    verdict.accepted = true;
    verdict.types = {{"test.x", "Summary", {}}};
    std::string line = probe_answer(verdict);
    line.pop_back();
    return line;
  }

  TemporaryFolder files;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

TEST_F(PluginProbeClient, AsksOneProcessForAllFiles) {
  const auto probe = client("echo \"$ok\" >&3");
  const auto verdicts = probe->probe({"/a.so", "/b.so", "/c.so"});
  ASSERT_EQ(verdicts.size(), 3u);
  for (const ProbeVerdict& verdict : verdicts) EXPECT_TRUE(verdict.accepted) << verdict.reason;
  EXPECT_EQ(verdicts[2].types[0].id, "test.x");
  EXPECT_EQ(probe->starts(), 1);
}

TEST_F(PluginProbeClient, StartsNothingForNoFile) {
  const auto probe = client("");
  EXPECT_TRUE(probe->probe({}).empty());
  EXPECT_EQ(probe->starts(), 0);
}

TEST_F(PluginProbeClient, CrashAndExitAreVerdictsAndTheRestGoesOnInANewProcess) {
  const auto probe = client(
      "case $path in /crash) kill -SEGV $$;; /exit) echo why >&2; exit 3;; *) echo \"$ok\" >&3;; "
      "esac");
  const auto verdicts = probe->probe({"/a", "/crash", "/b", "/exit", "/c"});
  EXPECT_EQ(verdicts[1].reason, "crashed when loaded (signal 11, Segmentation fault)");
  EXPECT_TRUE(verdicts[1].may_change);
  EXPECT_EQ(verdicts[3].reason, "ended the process when loaded (exit 3); it wrote: why");
  for (const int i : {0, 2, 4}) EXPECT_TRUE(verdicts[i].accepted) << i;
  EXPECT_EQ(probe->starts(), 3);
}

TEST_F(PluginProbeClient, HangIsAVerdictAndTheRestGoesOn) {
  timeout = std::chrono::milliseconds(500);
  const auto probe = client("[ $path = /hang ] && sleep 600\necho \"$ok\" >&3");
  const auto verdicts = probe->probe({"/hang", "/a"});
  EXPECT_EQ(verdicts[0].reason, "did not answer within 0.5 s when loaded");
  EXPECT_TRUE(verdicts[0].may_change);
  EXPECT_TRUE(verdicts[1].accepted) << verdicts[1].reason;
}

TEST_F(PluginProbeClient, WritingWithoutEndDoesNotPutTheDeadlineOff) {
  timeout = std::chrono::milliseconds(500);
  const auto probe = client("while :; do echo noise >&2; done");
  EXPECT_THAT(probe->probe({"/a"})[0].reason, HasSubstr("did not answer within 0.5 s"));
}

TEST_F(PluginProbeClient, OutputOfAPluginIsNoAnswer) {
  const auto probe = client("echo '{\"accepted\": false}'; echo more >&2; echo \"$ok\" >&3");
  EXPECT_TRUE(probe->probe({"/a"})[0].accepted);
}

TEST_F(PluginProbeClient, KeepsTheEndOfLongOutputOnOneLine) {
  const auto probe = client(
      "i=0; while [ $i -lt 400 ]; do printf 'x%s\\n' $i >&2; "
      "i=$((i+1)); done; exit 1");
  const std::string reason = probe->probe({"/a"})[0].reason;
  EXPECT_THAT(reason, EndsWith("x398 x399"));
  EXPECT_LT(reason.size(), 300u);
}

TEST_F(PluginProbeClient, LastWordsOfASecondLibTorchAreExplained) {
  const auto probe = client("echo 'Key already registered with the same priority' >&2; exit 1");
  EXPECT_THAT(probe->probe({"/a"})[0].reason, HasSubstr("may bring a second LibTorch: rebuild it"));
}

TEST_F(PluginProbeClient, NonsenseAnswerIsAVerdictOnTheFile) {
  const auto probe = client("[ $path = /odd ] && echo odd >&3 || echo \"$ok\" >&3");
  const auto verdicts = probe->probe({"/odd", "/a"});
  EXPECT_THAT(verdicts[0].reason, HasSubstr("wrote into the probe's answers"));
  EXPECT_TRUE(verdicts[1].accepted);
}

TEST_F(PluginProbeClient, ProgramThatDoesNotStartIsNoVerdictOnAFile) {
  ProbeClientOptions options;
  options.program = files.path() / "missing";
  ProbeClient probe(options);
  const auto verdicts = probe.probe({"/a", "/b"});
  ASSERT_EQ(verdicts.size(), 2u);
  EXPECT_TRUE(verdicts[1].unavailable);
  EXPECT_THAT(verdicts[1].reason, AllOf(StartsWith("not examined: "), HasSubstr("missing"),
                                        HasSubstr("No such file or directory")));
}

TEST_F(PluginProbeClient, ProgramThatEndsBeforeItIsReadyIsNoVerdictOnAFile) {
  const auto probe = client("", "echo 'error: LibTorch not found' >&2; exit 1");
  const auto verdicts = probe->probe({"/a", "/b"});
  EXPECT_TRUE(verdicts[0].unavailable);
  EXPECT_THAT(verdicts[0].reason, HasSubstr("LibTorch not found"));
  EXPECT_EQ(probe->starts(), 1);
}

TEST_F(PluginProbeClient, ProbeOfAnotherBuildIsNotAsked) {
  const auto probe = client("echo \"$ok\" >&3", "echo '{\"ready\": \"other stamp\"}' >&3");
  const auto verdicts = probe->probe({"/a"});
  EXPECT_TRUE(verdicts[0].unavailable);
  EXPECT_THAT(verdicts[0].reason, HasSubstr("other stamp"));
}

TEST_F(PluginProbeClient, EnvironmentIsPassedOn) {
  setenv("MELGRAPH_TEST_VARIABLE", "passed", 1);
  const auto probe = client("echo \"got $MELGRAPH_TEST_VARIABLE\" >&2; exit 1");
  EXPECT_THAT(probe->probe({"/a"})[0].reason, EndsWith("got passed"));
  unsetenv("MELGRAPH_TEST_VARIABLE");
}

TEST_F(PluginProbeClient, DescriptorsAndSignalMaskOfTheHostStayWithIt) {
  const int inherited = fcntl(0, F_DUPFD, 50);  // without close-on-exec, as careless hosts do
  ASSERT_GE(inherited, 50);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto probe = client("[ -e /proc/$$/fd/" + std::to_string(inherited) +
                            " ] && exit 4\nkill -USR1 $$\nexit 5");
  EXPECT_THAT(probe->probe({"/a"})[0].reason, HasSubstr("signal 10"));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(inherited);
}

TEST_F(PluginProbeClient, HostThatIgnoresItsChildrenGetsVerdictsToo) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  const auto probe = client("[ $path = /exit ] && exit 3\necho \"$ok\" >&3");
  const auto verdicts = probe->probe({"/exit", "/a"});
  signal(SIGCHLD, before);
  EXPECT_THAT(verdicts[0].reason, HasSubstr("ended the process when loaded"));
  EXPECT_TRUE(verdicts[1].accepted);
}

TEST_F(PluginProbeClient, HostWithoutStandardDescriptorsGetsVerdictsToo) {
  const auto probe = client("echo \"$ok\" >&3");
  const int input = dup(0);
  const int error = dup(2);
  close(0);
  close(2);
  const auto verdicts = probe->probe({"/a"});
  dup2(input, 0);
  dup2(error, 2);
  close(input);
  close(error);
  EXPECT_TRUE(verdicts[0].accepted) << verdicts[0].reason;
}

}  // namespace
}  // namespace melgraph

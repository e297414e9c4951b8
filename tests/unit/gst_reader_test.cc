#include "io/gst_reader.h"

#include <gst/gst.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

class GstReaderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_segtrap_set_enabled(FALSE);
    gst_init(nullptr, nullptr);
  }

  GstReaderTest() {
    std::string pattern = (fs::temp_directory_path() / "melgraph-gst-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~GstReaderTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write_bytes(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

  static std::string bytes_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // Encodes with GStreamer; `pipeline` ends before its filesink. Returns the path.
  std::string encode(const std::string& name, const std::string& pipeline) const {
    GError* error = nullptr;
    GstElement* element = gst_parse_launch((pipeline + " ! filesink name=file").c_str(), &error);
    if (error != nullptr) {
      const std::string message = error->message;
      g_error_free(error);
      throw std::runtime_error(message);
    }
    GstElement* file = gst_bin_get_by_name(GST_BIN(element), "file");
    g_object_set(file, "location", path(name).c_str(), nullptr);
    gst_object_unref(file);
    gst_element_set_state(element, GST_STATE_PLAYING);
    GstBus* bus = gst_element_get_bus(element);
    GstMessage* message = gst_bus_timed_pop_filtered(
        bus, 30 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
    const bool ended = message != nullptr && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (message != nullptr) gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
    if (!ended) throw std::runtime_error("cannot encode " + name);
    return path(name);
  }

  fs::path folder_;
};

bool lacks(const char* factory) {
  GstElementFactory* found = gst_element_factory_find(factory);
  if (found != nullptr) gst_object_unref(found);
  return found == nullptr;
}

// First element of `factories` that this host lacks; empty if it has all.
std::string missing_of(std::initializer_list<const char*> factories) {
  for (const char* factory : factories) {
    if (lacks(factory)) return factory;
  }
  return "";
}

#define SKIP_WITHOUT(...)                                              \
  if (const std::string gap = missing_of({__VA_ARGS__}); !gap.empty()) \
  GTEST_SKIP() << "no GStreamer element '" << gap << "'"

// One second of a sine of amplitude 0.5 at 440 Hz.
std::string tone(int rate, int channels) {
  return "audiotestsrc num-buffers=100 freq=440 volume=0.5 samplesperbuffer=" +
         std::to_string(rate / 100) + " ! audio/x-raw,rate=" + std::to_string(rate) +
         ",channels=" + std::to_string(channels) + " ! audioconvert";
}

std::vector<float> read_all(AudioReader& reader, std::size_t block = 3000) {
  std::vector<float> all;
  std::vector<float> some;
  while (const std::size_t frames = reader.read(some, block)) {
    EXPECT_EQ(some.size(), frames * static_cast<std::size_t>(reader.channels()));
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(reader.read(some, block), 0U);
  return all;
}

void expect_tone(const std::string& input, int rate, int channels) {
  const auto reader = open_gst(input);
  EXPECT_EQ(reader->sample_rate(), rate);
  EXPECT_EQ(reader->channels(), channels);
  const auto sound = read_all(*reader);
  const double frames = static_cast<double>(sound.size()) / channels;
  EXPECT_NEAR(frames, rate, 0.08 * rate);
  double squares = 0;
  int crossings = 0;
  bool negative = false;
  const auto width = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < sound.size(); i += width) {
    squares += static_cast<double>(sound[i]) * sound[i];
    if (std::abs(sound[i]) < 0.1F) continue;  // codecs put near silence around the tone
    if (negative != (sound[i] < 0)) ++crossings;
    negative = sound[i] < 0;
  }
  EXPECT_NEAR(std::sqrt(squares / frames), 0.3536, 0.03);
  EXPECT_NEAR(crossings, 880, 80);
}

std::string failure(const std::string& input) {
  try {
    read_all(*open_gst(input));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
    return std::string(error.what()) + (error.hint().empty() ? "" : " | " + error.hint());
  }
  return "no error";
}

#define EXPECT_CONTAINS(text, part) \
  EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST_F(GstReaderTest, ReadsWav) {
  SKIP_WITHOUT("wavenc", "wavparse");
  for (const int rate : {8000, 44100, 96000}) {
    for (const int channels : {1, 2}) {
      expect_tone(encode("a.wav", tone(rate, channels) + " ! audio/x-raw,format=S16LE ! wavenc"),
                  rate, channels);
    }
  }
}

TEST_F(GstReaderTest, ReadsFlac) {
  SKIP_WITHOUT("flacenc", "flacdec");
  expect_tone(encode("a.flac", tone(44100, 2) + " ! flacenc"), 44100, 2);
}

TEST_F(GstReaderTest, ReadsVorbis) {
  SKIP_WITHOUT("vorbisenc", "oggmux", "vorbisdec");
  expect_tone(encode("a.ogg", tone(44100, 1) + " ! vorbisenc ! oggmux"), 44100, 1);
}

TEST_F(GstReaderTest, ReadsOpus) {
  SKIP_WITHOUT("opusenc", "oggmux", "opusdec");
  expect_tone(encode("a.opus", tone(48000, 2) + " ! opusenc ! oggmux"), 48000, 2);
}

TEST_F(GstReaderTest, ReadsMp3) {
  SKIP_WITHOUT("lamemp3enc", "mpegaudioparse");
  expect_tone(encode("a.mp3", tone(44100, 2) + " ! lamemp3enc"), 44100, 2);
}

TEST_F(GstReaderTest, ReadsM4a) {
  SKIP_WITHOUT("avenc_aac", "mp4mux", "qtdemux", "avdec_aac");
  const auto file = encode("a.m4a", tone(44100, 2) + " ! avenc_aac ! mp4mux");
  expect_tone(file, 44100, 2);
  expect_tone("file://" + file, 44100, 2);
}

constexpr const char* picture =
    "videotestsrc num-buffers=25 ! video/x-raw,width=64,height=64,framerate=25/1 ! videoconvert ! ";

TEST_F(GstReaderTest, ReadsTheSoundOfAVideo) {
  SKIP_WITHOUT("avenc_aac", "jpegenc", "qtmux", "qtdemux", "avdec_aac", "videotestsrc");
  const auto file =
      encode("a.mp4", std::string(picture) + "jpegenc ! queue ! mux. " + tone(44100, 1) +
                          " ! avenc_aac ! queue ! mux. qtmux name=mux");
  expect_tone(file, 44100, 1);
}

TEST_F(GstReaderTest, ReadsTheSoundOfAMatroskaVideo) {
  SKIP_WITHOUT("vorbisenc", "avenc_mpeg4", "matroskamux", "matroskademux", "videotestsrc");
  const auto file =
      encode("a.mkv", std::string(picture) + "avenc_mpeg4 ! queue ! mux. " + tone(44100, 2) +
                          " ! vorbisenc ! queue ! mux. matroskamux name=mux");
  expect_tone(file, 44100, 2);
}

TEST_F(GstReaderTest, TakesTheFirstOfSeveralAudioStreams) {
  SKIP_WITHOUT("avenc_aac", "mp4mux", "qtdemux", "avdec_aac");
  const auto file = encode("a.mp4", tone(32000, 1) + " ! avenc_aac ! mux. " + tone(48000, 2) +
                                        " ! avenc_aac ! mux. mp4mux name=mux");
  expect_tone(file, 32000, 1);
}

TEST_F(GstReaderTest, SaysThatAVideoHasNoSound) {
  SKIP_WITHOUT("jpegenc", "qtmux", "qtdemux", "videotestsrc");
  const auto file = encode("a.mp4", std::string(picture) + "jpegenc ! qtmux");
  EXPECT_CONTAINS(failure(file), "has no audio stream");
  EXPECT_CONTAINS(failure("file://" + file), "has no audio stream");
}

TEST_F(GstReaderTest, TakesPathsOutsideAscii) {
  SKIP_WITHOUT("wavenc", "wavparse");
  expect_tone(encode("Größe 音 100%.wav", tone(16000, 1) + " ! wavenc"), 16000, 1);
}

TEST_F(GstReaderTest, BlockSizeDoesNotChangeTheSound) {
  SKIP_WITHOUT("vorbisenc", "oggmux", "vorbisdec");
  const auto file = encode("a.ogg", tone(44100, 2) + " ! vorbisenc ! oggmux");
  const auto whole = read_all(*open_gst(file), 1000000);
  for (const std::size_t block : {1U, 777U, 4096U}) {
    EXPECT_TRUE(read_all(*open_gst(file), block) == whole) << block;
  }
}

TEST_F(GstReaderTest, SaysWhatIsWrong) {
  EXPECT_CONTAINS(failure(path("none.m4a")), "no such file");
  EXPECT_CONTAINS(failure("file://" + path("none.m4a")), "no such file");
  EXPECT_CONTAINS(failure(write_bytes("a.wav", "Only some words.\n")), "is not an audio file");
  EXPECT_CONTAINS(failure(write_bytes("b.m4a", std::string(5000, '\x01'))), "is not an audio file");
  EXPECT_NE(failure("nosuchscheme://host/a.wav"), "no error");
}

TEST_F(GstReaderTest, RefusesInputWithoutSound) {
  SKIP_WITHOUT("wavparse");
  SF_INFO info{};
  info.samplerate = 16000;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open(path("a.wav").c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr);
  sf_close(file);
  EXPECT_NE(failure(path("a.wav")), "no error");
}

TEST_F(GstReaderTest, SurvivesCutAndDamagedFiles) {
  SKIP_WITHOUT("avenc_aac", "mp4mux", "qtdemux", "avdec_aac");
  const auto file = encode("a.m4a", tone(44100, 2) + " ! avenc_aac ! mp4mux faststart=true");
  const std::string bytes = bytes_of(file);
  for (std::size_t size = 16; size < bytes.size(); size += bytes.size() / 12) {
    failure(write_bytes("cut.m4a", bytes.substr(0, size)));  // an error or less sound, no hang
  }
  for (std::size_t at = 0; at + 200 < bytes.size(); at += bytes.size() / 12) {
    std::string damaged = bytes;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), 200, '\x5a');
    failure(write_bytes("damaged.m4a", damaged));
  }
}

TEST_F(GstReaderTest, NeverWaitsForStreamsThatAreNotThere) {
  SKIP_WITHOUT("avenc_aac", "mp4mux", "qtdemux");
  const auto file = encode("a.m4a", tone(44100, 2) + " ! avenc_aac ! mp4mux");
  std::string bytes = bytes_of(file);
  bytes.replace(bytes.find("trak"), 4, "free");
  write_bytes("b.m4a", bytes);
  // decodebin loses the demuxer's error in some of these, and would wait for ever.
  for (int i = 0; i < 20; ++i) EXPECT_NE(failure(path("b.m4a")), "no error");
}

TEST_F(GstReaderTest, CanBeDroppedHalfWay) {
  SKIP_WITHOUT("wavenc", "wavparse");
  const auto file =
      encode("a.wav", "audiotestsrc num-buffers=3000 ! audio/x-raw,rate=48000,channels=2 ! wavenc");
  for (int i = 0; i < 5; ++i) {
    const auto reader = open_gst(file);
    std::vector<float> some;
    EXPECT_EQ(reader->read(some, 10), 10U);
  }
}

TEST_F(GstReaderTest, SeveralReadersWorkAtTheSameTime) {
  SKIP_WITHOUT("vorbisenc", "oggmux", "vorbisdec");
  const auto file = encode("a.ogg", tone(44100, 1) + " ! vorbisenc ! oggmux");
  const auto expected = read_all(*open_gst(file));
  std::vector<int> equal(4, 0);
  std::vector<std::thread> threads;
  for (int& result : equal) {
    threads.emplace_back([&] { result = read_all(*open_gst(file)) == expected ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 1));
}

TEST_F(GstReaderTest, EntryPointGivesAReader) {
  SKIP_WITHOUT("wavenc", "wavparse");
  const auto file = encode("a.wav", tone(16000, 1) + " ! wavenc");
  const std::unique_ptr<AudioReader> reader(melgraph_gst_open_v1(file.c_str()));
  ASSERT_NE(reader, nullptr);
  EXPECT_EQ(read_all(*reader).size(), 16000U);
  EXPECT_THROW(melgraph_gst_open_v1(path("none.wav").c_str()), Error);
}

}  // namespace
}  // namespace melgraph

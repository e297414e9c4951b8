#include <gtest/gtest.h>

#include <map>

#include "config/param_resolve.h"
#include "frontends_testing.h"
#include "graph/fingerprint.h"

// A network remembers the fingerprint of the features it was trained with: those of the presets may
// never change, whatever is added to the parameters. A preset that must change its numbers gets
// another version and another line here.

namespace frontends_test {
namespace {

const std::map<std::string, std::string>& frozen() {
  static const std::map<std::string, std::string> all = {
      {"frontend.mel/ast-audioset",
       "sha256:5eaa8800b32e36a27054559fa3c96850da56cbdc428c30ee31342aa080cfdd83"},
      {"frontend.mel/ast-esc50",
       "sha256:75413b8eb2ec18a47ba2ef33be111eff2fc58e3e927d340185c77274a07e041e"},
      {"frontend.mel/ast-speechcommands",
       "sha256:92be4e19e4418565144f0f0812f031cd7eebe732a63f51b1173c6525784f291f"},
      {"frontend.mel/beats",
       "sha256:e56ec077108e16cedd418cca03adf0c8aefa10d8f0321d5fdd2570db6cc8d311"},
      {"frontend.mel/byol-a",
       "sha256:f3bcde7be96e4edfccb8337b14b5f69c4a111952c714a420e18588c12eb03a43"},
      {"frontend.mel/byol-a-librosa",
       "sha256:d3095ed01bef183e51fad5df41047dd02bc9ce334b790f9c75897cc2fada1b5a"},
      {"frontend.mel/ced-16k",
       "sha256:074c33f320ae3738731c0cf467ff4683d2435bee1369b4d814839de28e13faa9"},
      {"frontend.mel/dasheng-16k",
       "sha256:074c33f320ae3738731c0cf467ff4683d2435bee1369b4d814839de28e13faa9"},
      {"frontend.mel/eat",
       "sha256:7440c77aca30d8764719f3a9586ed102c0f55818c2fc82c7b32e014474f32dcc"},
      {"frontend.mel/efficientat-32k",
       "sha256:f9575c36ee0f574331fe89c4ebe447e2f68da6036815843f8b9baabc556a2995"},
      {"frontend.mel/essentia-vggish",
       "sha256:7a81b796b81b8237c06b13aec14220fd2adfa29383d8cf7825e62221797c56df"},
      {"frontend.mel/fsd-sinet",
       "sha256:d72a957286ba37374867752642530f647752c882130cfd5b609ccf624e3e8997"},
      {"frontend.mel/hf-ast",
       "sha256:32a5bfe963600355f0587d854fac6d4857b675044e759019e6b00f0df5790fdb"},
      {"frontend.mel/htsat-16k",
       "sha256:159b74e43086317779a9f6216b9166046dc5770df2a261b16d31260a7d561b31"},
      {"frontend.mel/htsat-32k",
       "sha256:0ec190604f0f2228d2227e7114eeb050368dbd8011c9347952daba3cc36ae0ed"},
      {"frontend.mel/k2-fbank-80",
       "sha256:2cb48ad40bd03c8e9a30192e3552bdbbe50f5b7dccb6d19401d5ee85ca6e39d6"},
      {"frontend.mel/kaldi-fbank-23",
       "sha256:b56ca7d943e6687334dee690f76f547257ab79a8f3160d64f082965425f3abad"},
      {"frontend.mel/kaldi-fbank-80",
       "sha256:49cf7f4deb12f3d2f9f81448231d62a0adeaf189ebd767804dd1b176d3c94ed1"},
      {"frontend.mel/laion-clap-48k",
       "sha256:7053374d88b5e87d34ec05fd5d45a7e187f78a435c39b5f4a03999dda505f136"},
      {"frontend.mel/librosa-0.8",
       "sha256:529a0f8dc30ee486417dc830c1aab0bea79541ca8a126c9c0c8881175af3f0a8"},
      {"frontend.mel/librosa-default",
       "sha256:eff4c2505cfdd7f495abd238a931792a0805e29eb14419b8f53d3450b8d8b774"},
      {"frontend.mel/ms-clap-2023",
       "sha256:2ac592e3b4072087e5392b9faa23eaf6c06986d0119ad66861dc741e539d781f"},
      {"frontend.mel/musicnn-16k",
       "sha256:bb67a5d2b707456fa52d2ae2d3f90bcb80bedf007b13c6d059ddc614735a5d99"},
      {"frontend.mel/palanisamy-esc50",
       "sha256:c6638358403ad43ee1556519598dedf6a56e05b19ac4ad87d2bad34e2b224765"},
      {"frontend.mel/palanisamy-gtzan",
       "sha256:712a11b914b6e2028b1c95ff3ac2370cd6a06fe09e4928afe98b23a452f66310"},
      {"frontend.mel/palanisamy-us8k",
       "sha256:b3dfadd92b5e91917dcb7d2f9ef4a93447e7d0fcd000a1f4b45c20d03f7ef68c"},
      {"frontend.mel/panns-16k",
       "sha256:8183c941e34cfa33f4fa8138a700e498a2703ee384968f79135b197223b069c2"},
      {"frontend.mel/panns-32k",
       "sha256:feebe88421a7e3d3824ee1793343a38edbda4304dd4a2b81ffbcd2644f210f19"},
      {"frontend.mel/panns-8k",
       "sha256:a4923877bb7bd7288079bb72694d32156a79915a30dd766775c70ab97c400fb7"},
      {"frontend.mel/panns-mel128",
       "sha256:a9675ffa91a273ee7f3e841b47e3dd26dc8277d7f89e11b1ca59a8f67a15efb0"},
      {"frontend.mel/panns-mel32",
       "sha256:7e34bfd93a26cc56e452c98e636031702fb41b53b0c3e48ab087fba02896bc10"},
      {"frontend.mel/passt",
       "sha256:f9575c36ee0f574331fe89c4ebe447e2f68da6036815843f8b9baabc556a2995"},
      {"frontend.mel/passt-code-default",
       "sha256:bb77e1c07fc2853d3c65abe3e4803e0237aa902ef04727768be5ec392c7a60a0"},
      {"frontend.mel/torchaudio-default",
       "sha256:5078ad392a167a4169ddd42440947307a07237af23b80c989c672477c08e4b54"},
      {"frontend.mel/vggish",
       "sha256:c8c2b3dc0531b6e6d4d2b63a24cb7729703142fac113a49fb2b543ff8d2a62b5"},
      {"frontend.mel/whisper-128",
       "sha256:435e29ce1cad2a875ffae2cefad6b71236ef71edf33a0d98c72987880b344270"},
      {"frontend.mel/whisper-80",
       "sha256:a00254e5d56a6789a3e2656f5f34c9a1d86227fe6948aeb0b7a5b28281be5e5f"},
      {"frontend.mel/yamnet",
       "sha256:8fc2f5fa04e1c1cf3e1108b5ab75bfdb96cba5efe13a99c46944b835e648f7e8"},
      {"frontend.mfcc/kaldi-mfcc-13",
       "sha256:c7c4f166289f8af992e828cb09b14db79820b956ae46f94d77afff071a5772d2"},
      {"frontend.mfcc/librosa-default",
       "sha256:d1057427bb7b70918e8e9bdde885d2a761dcca02c4a61a11ad0155c480b2e8d7"},
      {"frontend.mfcc/torchaudio-default",
       "sha256:2ea800785b73fb9fa612c7cdfeb17a6cc8a20074f3db9de89a608b0c66bdc691"},
  };
  return all;
}

TEST(FrontendsFingerprints, OfPresetsAreFrozen) {
  std::size_t presets = 0;
  for (const char* id : {"frontend.mel", "frontend.mfcc"}) {
    const melgraph::Descriptor& descriptor = node_type(id).descriptor;
    for (const melgraph::Preset& preset : descriptor.presets) {
      std::vector<melgraph::ParamFinding> findings;
      const melgraph::Params params =
          melgraph::complete_params(descriptor, {{"preset", ParamValue(preset.name)}}, findings);
      ASSERT_TRUE(findings.empty()) << preset.name;
      const std::string name = std::string(id) + "/" + preset.name;
      const std::string digest =
          melgraph::fingerprint(melgraph::canonical_form(descriptor, params));
      const auto expected = frozen().find(name);
      if (expected == frozen().end()) {
        ADD_FAILURE() << "{\"" << name << "\",\n \"" << digest << "\"},";
      } else {
        EXPECT_EQ(digest, expected->second) << name;
      }
      ++presets;
    }
  }
  EXPECT_EQ(presets, frozen().size());
}

}  // namespace
}  // namespace frontends_test

import { type Tokenizer } from "../generated/index.ts";
import { WordTree } from "./word-tree.ts";

/** What mock models write: several scripts, and characters of one to four bytes. */
const ENGLISH = [
  ..."the a of and to in is that it was for on are as with they be at one have this from by hot word but what some we can".split(
    " ",
  ),
  ..."river engine stream token morning garden window letter silver machine station harbour winter bridge signal paper".split(
    " ",
  ),
].map((word) => ` ${word}`);

const WORDS = [
  // Said several times, they come more often.
  ...ENGLISH,
  ...ENGLISH,
  ...ENGLISH,
  ..." naïve| café| Zürich| señor| façade| smørrebrød| привет| мир| γλώσσα| שלום".split("|"),
  ..."你好|世界|推理|引擎|流|语言|模型|日本語|テスト|안녕|한국어".split("|"),
  ..." 🙂| 🚀| 🌍| 👩‍🔬| 🇯🇵".split("|"),
  ...", , , . . . ! ?".split(" "),
];

/** The words of mock models, in the tokens of a tokenizer. */
export async function mockWords(tokenizer: Tokenizer): Promise<WordTree> {
  const words = await Promise.all(WORDS.map((word) => tokenizer.encode(word, false)));
  return new WordTree(words.filter((word) => word.length > 0));
}

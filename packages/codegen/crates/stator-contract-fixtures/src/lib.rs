//! Types of every kind that contracts know. Tests generate them, feed values to both languages and compare the answers.

use serde::{Serialize, de::DeserializeOwned};
use stator_contract::Contract;

mod casing;
mod chat;
mod collections;
mod containers;
mod defaults;
mod encoded;
mod enums;
mod errors;
mod flattened;
mod generic;
mod ids;
mod limited;
mod more_enums;
mod more_flattened;
mod more_generics;
mod more_recursive;
mod names;
mod newtypes;
mod options;
mod pointers;
mod recursive;
mod scalars;
mod service;
mod structs;
mod times;
mod tuples;
mod wide;

pub use casing::*;
pub use chat::*;
pub use collections::*;
pub use containers::*;
pub use defaults::*;
pub use encoded::*;
pub use enums::*;
pub use errors::*;
pub use flattened::*;
pub use generic::*;
pub use ids::*;
pub use limited::*;
pub use more_enums::*;
pub use more_flattened::*;
pub use more_generics::*;
pub use more_recursive::*;
pub use names::*;
pub use newtypes::*;
pub use options::*;
pub use pointers::*;
pub use recursive::*;
pub use scalars::*;
pub use service::*;
pub use structs::*;
pub use times::*;
pub use tuples::*;
pub use wide::*;

/// Names each fixture once: for the document, and for the comparison with serde.
macro_rules! fixtures {
    ($($name:literal => $rust:ty),* $(,)?) => {
        /// Everything that this crate publishes.
        pub fn contracts(contracts: &mut stator_contract::Contracts) {
            contracts.service::<FixtureServiceContract>().service::<FailingServiceContract>();
            $(contracts.add::<$rust>();)*
            contracts.constant("mode_weights", "How much each mode counts.", &mode_weights());
        }

        /// Reads a value of the fixture, checks it, and writes it again: `ok JSON`, `misfit text` where only the
        /// contract refuses it, `error text` where serde does.
        pub fn round_trip(name: &str, json: &str) -> String {
            match name {
                $($name => again::<$rust>(json),)*
                _ => format!("error there is no fixture {name}"),
            }
        }
    };
}

fn again<T: Contract + Serialize + DeserializeOwned>(json: &str) -> String {
    let value: T = match serde_json::from_str(json) {
        Ok(value) => value,
        Err(error) => return format!("error {error}"),
    };
    if let Err(misfit) = stator_contract::check(&value) {
        return format!("misfit {misfit}");
    }
    match serde_json::to_string(&value) {
        Ok(text) => format!("ok {text}"),
        Err(error) => format!("error {error}"),
    }
}

fixtures! {
    "Scalars" => Scalars,
    "Texts" => Texts,
    "Nothing" => Nothing,
    "Empty" => Empty,
    "Pair" => Pair,
    "Word" => Word,
    "Strict" => Strict,
    "Optional" => Optional,
    "Skipped" => Skipped,
    "Wrapped" => Wrapped,
    "Wide" => Wide,
    "Widest" => Widest,
    "Policies" => Policies,
    "Lists" => Lists,
    "Maps" => Maps,
    "Anything" => Anything,
    "Defaults" => Defaults,
    "AllDefaults" => AllDefaults,
    "Mode" => Mode,
    "Level" => Level,
    "Reason" => Reason,
    "External" => External,
    "Internal" => Internal,
    "InternalStrict" => InternalStrict,
    "InternalOther" => InternalOther,
    "Adjacent" => Adjacent,
    "AdjacentStrict" => AdjacentStrict,
    "Untagged" => Untagged,
    "Inner" => Inner,
    "Flattened" => Flattened,
    "Middle" => Middle,
    "Deepest" => Deepest,
    "WithRest" => WithRest,
    "Tree" => Tree,
    "Expression" => Expression,
    "PageOfWord" => Page<Word>,
    "PageOfOptionalU64" => Page<Option<u64>>,
    "EitherOfStringAndU8" => Either<String, u8>,
    "Renamed" => Renamed,
    "Awkward" => Awkward,
    "Borrowed" => Borrowed<'static>,
    "Limited" => Limited,
    "Dimmed" => Dimmed,
    "Binary" => Binary,
    "Key" => Key,
    "Digest" => Digest,
    "Chunk" => Chunk,
    "Times" => Times,
    "Calendar" => Calendar,
    "Ids" => Ids,
    "Ordered" => Ordered,
    "Flag" => Flag,
    "Byte" => Byte,
    "Small" => Small,
    "Port" => Port,
    "Offset" => Offset,
    "Count" => Count,
    "Delta" => Delta,
    "Serial" => Serial,
    "Balance" => Balance,
    "Huge" => Huge,
    "HugeSigned" => HugeSigned,
    "Ratio" => Ratio,
    "Score" => Score,
    "Letter" => Letter,
    "Name" => Name,
    "Maybe" => Maybe,
    "Many" => Many,
    "Outer" => Outer,
    "Plainly" => Plainly,
    "SafeSerial" => SafeSerial,
    "Nowhere" => Nowhere,
    "Two" => Two,
    "Three" => Three,
    "Five" => Five,
    "Ten" => Ten,
    "Grid" => Grid,
    "LongArray" => LongArray,
    "LowerCase" => LowerCase,
    "UpperCase" => UpperCase,
    "PascalCase" => PascalCase,
    "CamelCase" => CamelCase,
    "ScreamingSnakeCase" => ScreamingSnakeCase,
    "KebabCase" => KebabCase,
    "UpperMode" => UpperMode,
    "ScreamingMode" => ScreamingMode,
    "MixedCase" => MixedCase,
    "ShownName" => HiddenName,
    "OptionalNested" => OptionalNested,
    "OptionalStrict" => OptionalStrict,
    "LeftOut" => LeftOut,
    "DefaultedNested" => DefaultedNested,
    "InnerDefaults" => InnerDefaults,
    "Boxed" => Boxed,
    "Lent" => Lent<'static>,
    "BoxedList" => BoxedList,
    "Sets" => Sets,
    "MapsOfAll" => MapsOfAll,
    "Matrix" => Matrix,
    "Records" => Records,
    "ExternalAll" => ExternalAll,
    "ExternalStrict" => ExternalStrict,
    "InternalAll" => InternalAll,
    "AdjacentAll" => AdjacentAll,
    "UntaggedScalars" => UntaggedScalars,
    "UntaggedShapes" => UntaggedShapes,
    "OneOrMany" => OneOrMany,
    "Single" => Single,
    "SingleFull" => SingleFull,
    "SingleTagged" => SingleTagged,
    "WithSkipped" => WithSkipped,
    "Aliased" => Aliased,
    "AdjacentOther" => AdjacentOther,
    "OddTag" => OddTag,
    "PageOfInner" => Page<Inner>,
    "WrapperOfMode" => Wrapper<Mode>,
    "WrapperOfU64" => Wrapper<u64>,
    "WrapperOfListOfPair" => Wrapper<Vec<Pair>>,
    "WrapperOfWrapperOfMode" => Wrapper<Wrapper<Mode>>,
    "TaggedOfBytes" => Tagged<stator_contract::Bytes>,
    "LookupOfInner" => Lookup<Inner>,
    "LookupOfTupleOfU8AndString" => Lookup<(u8, String)>,
    "OutcomeOfPairAndReason" => Outcome<Pair, Reason>,
    "OutcomeOfUnitAndString" => Outcome<(), String>,
    "NodeOfU64" => Node<u64>,
    "NodeOfMode" => Node<Mode>,
    "FlatGeneric" => FlatGeneric,
    "FlatTwo" => FlatTwo,
    "InnerDefaults2" => InnerDefaults2,
    "FlatJson" => FlatJson,
    "FlatVariant" => FlatVariant,
    "FlatTagged" => FlatTagged,
    "Folder" => Folder,
    "Entry" => Entry,
    "Chain" => Chain,
    "Trie" => Trie,
    "Nested" => Nested,
    "ChatRequest" => ChatRequest,
    "ChatMessage" => ChatMessage,
    "ContentPart" => ContentPart,
    "Tool" => Tool,
    "ToolCall" => ToolCall,
    "Sampling" => Sampling,
    "ChatToken" => ChatToken,
    "FinishReason" => FinishReason,
    "Usage" => Usage,
    "Order" => Order,
    "TakeError" => TakeError,
    "WideError" => WideError,
    "TextError" => TextError,
    "MissingError" => MissingError,
}

#[cfg(test)]
mod tests {
    use std::{error::Error, fs};

    use stator_contract::Document;

    use super::FixtureServiceContract;

    #[test]
    fn typescript_reduces_a_document_to_the_same_text() -> Result<(), Box<dyn Error>> {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/fixtures/generated/contracts/fixture-service.ts"
        );
        let generated = fs::read_to_string(path)?;
        let document = Document::of_service::<FixtureServiceContract>().map_err(|problems| problems.join("\n"))?;
        let text = serde_json::to_string(&document)?;
        let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
        assert!(
            generated.ends_with(&format!("\n  '{quoted}';\n")),
            "{generated} does not end with {text}"
        );
        Ok(())
    }
}

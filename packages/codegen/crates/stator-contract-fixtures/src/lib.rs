//! Types of every kind that contracts know. Tests generate them, feed values to both languages and compare the answers.

mod collections;
mod defaults;
mod encoded;
mod enums;
mod flattened;
mod generic;
mod ids;
mod limited;
mod names;
mod recursive;
mod scalars;
mod service;
mod structs;
mod times;
mod wide;

pub use collections::*;
pub use defaults::*;
pub use encoded::*;
pub use enums::*;
pub use flattened::*;
pub use generic::*;
pub use ids::*;
pub use limited::*;
pub use names::*;
pub use recursive::*;
pub use scalars::*;
pub use service::*;
pub use structs::*;
pub use times::*;
pub use wide::*;

/// Names each fixture once: for the document, and for the comparison with serde.
macro_rules! fixtures {
    ($($name:literal => $rust:ty),* $(,)?) => {
        /// Everything that this crate publishes.
        pub fn contracts(contracts: &mut stator_contract::Contracts) {
            contracts.service::<FixtureServiceContract>();
            $(contracts.add::<$rust>();)*
            contracts.constant("mode_weights", "How much each mode counts.", &mode_weights());
        }

        /// Reads a value of the fixture and writes it again.
        ///
        /// # Errors
        /// With serde's text, or when there is no such fixture.
        pub fn round_trip(name: &str, json: &str) -> Result<String, String> {
            match name {
                $($name => again::<$rust>(json),)*
                _ => Err(format!("there is no fixture {name}")),
            }
        }
    };
}

fn again<T: serde::Serialize + serde::de::DeserializeOwned>(json: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
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
    "Binary" => Binary,
    "Key" => Key,
    "Digest" => Digest,
    "Chunk" => Chunk,
    "Times" => Times,
    "Calendar" => Calendar,
    "Ids" => Ids,
    "Ordered" => Ordered,
}

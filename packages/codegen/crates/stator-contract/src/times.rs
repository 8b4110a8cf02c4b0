use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{Contract, IntegerPolicy, Registry, TypeRef};

/// 2^53 - 1: above it, a `number` of TypeScript skips integers.
const MOST: u64 = (1 << 53) - 1;

/// A length of time in whole milliseconds, at most 2^53 - 1: an integer on the wire, a `number` in TypeScript.
///
/// What is less than a millisecond is dropped when it is made of a [`Duration`], so it never changes on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Millis(u64);

/// A point in time as whole milliseconds since 1970 in UTC, within 2^53 - 1 both ways: an integer on the wire, a
/// `number` in TypeScript, for `new Date(number)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct UnixMillis(i64);

impl Millis {
    /// Values beyond 2^53 - 1 become that.
    pub fn new(milliseconds: u64) -> Self {
        Self(milliseconds.min(MOST))
    }

    pub fn get(self) -> u64 {
        self.0
    }
}

impl UnixMillis {
    /// Values beyond 2^53 - 1 become that, on both sides.
    pub fn new(milliseconds: i64) -> Self {
        let most = MOST.cast_signed();
        Self(milliseconds.clamp(-most, most))
    }

    pub fn now() -> Self {
        SystemTime::now().into()
    }

    pub fn get(self) -> i64 {
        self.0
    }
}

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self::new(u64::try_from(duration.as_millis()).unwrap_or(MOST))
    }
}

impl From<Millis> for Duration {
    fn from(millis: Millis) -> Self {
        Duration::from_millis(millis.0)
    }
}

impl From<SystemTime> for UnixMillis {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::new(Millis::from(after).0.cast_signed()),
            Err(before) => Self::new(-Millis::from(before.duration()).0.cast_signed()),
        }
    }
}

impl From<UnixMillis> for SystemTime {
    fn from(time: UnixMillis) -> Self {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let moved = if time.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        };
        // 285,000 years fit the clocks of every system that Rust's standard library knows but the oldest.
        moved.unwrap_or(UNIX_EPOCH)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = u64::deserialize(deserializer)?;
        if millis > MOST {
            return Err(D::Error::custom(format_args!(
                "expected at most {MOST} milliseconds, got {millis}"
            )));
        }
        Ok(Self(millis))
    }
}

impl<'de> Deserialize<'de> for UnixMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let millis = i64::deserialize(deserializer)?;
        if millis.unsigned_abs() > MOST {
            return Err(D::Error::custom(format_args!(
                "expected milliseconds within {MOST} of 1970, got {millis}"
            )));
        }
        Ok(Self(millis))
    }
}

macro_rules! numbers {
    ($($rust:ty, $signed:literal);*) => {
        $(impl ts_rs::TS for $rust {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                "number".to_owned()
            }

            fn inline(_: &ts_rs::Config) -> String {
                "number".to_owned()
            }
        }

        impl Contract for $rust {
            fn describe(_: &mut Registry) -> TypeRef {
                TypeRef::Int { bits: 64, signed: $signed, policy: Some(IntegerPolicy::Number) }
            }
        })*
    };
}

numbers! {
    Millis, false;
    UnixMillis, true
}

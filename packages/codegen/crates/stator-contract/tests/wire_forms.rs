//! The types that bring their own form on the wire.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{from_str, to_string};
use stator_contract::{Bytes, Millis, UnixMillis};

const MOST: u64 = (1 << 53) - 1;

#[test]
fn bytes_are_base64_text_in_one_spelling() {
    assert_eq!(to_string(&Bytes(vec![0, 255, 254])).ok().as_deref(), Some("\"AP/+\""));
    assert_eq!(from_str::<Bytes>("\"AP/+\"").ok(), Some(Bytes(vec![0, 255, 254])));
    for refused in ["\"AP/\"", "\"AP_-\"", "\"AP /+\"", "\"AB==\"", "[1]", "null"] {
        assert!(from_str::<Bytes>(refused).is_err(), "{refused}");
    }
}

#[test]
fn durations_are_whole_milliseconds_that_a_number_holds() {
    let millis = Millis::from(Duration::from_micros(1999));
    assert_eq!(to_string(&millis).ok().as_deref(), Some("1"));
    assert_eq!(Duration::from(millis), Duration::from_millis(1));
    assert_eq!(Millis::from(Duration::MAX).get(), MOST);
    assert_eq!(from_str::<Millis>("9007199254740991").ok(), Some(Millis::new(MOST)));
    for refused in ["9007199254740992", "-1", "1.0", "\"1\""] {
        assert!(from_str::<Millis>(refused).is_err(), "{refused}");
    }
}

#[test]
fn points_in_time_lie_on_both_sides_of_1970() {
    let before = UNIX_EPOCH - Duration::from_millis(5);
    assert_eq!(UnixMillis::from(before).get(), -5);
    assert_eq!(SystemTime::from(UnixMillis::new(-5)), before);
    assert_eq!(UnixMillis::new(i64::MIN).get(), -MOST.cast_signed());
    assert!(from_str::<UnixMillis>("-9007199254740992").is_err());
}

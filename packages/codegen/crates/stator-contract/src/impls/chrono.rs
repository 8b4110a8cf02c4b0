use ::chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::{Contract, Registry, TextFormat, TypeRef};

macro_rules! times {
    ($($rust:ty => $format:ident),* $(,)?) => {
        $(impl Contract for $rust {
            fn describe(_: &mut Registry) -> TypeRef {
                TypeRef::Text { format: TextFormat::$format }
            }
        })*
    };
}

times! {
    DateTime<Utc> => DateTime,
    NaiveDateTime => LocalDateTime,
    NaiveDate => Date,
    NaiveTime => Time,
}

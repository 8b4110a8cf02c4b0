use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use stator_contract::{Contract, Millis, UnixMillis};
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Times {
    pub timeout: Millis,
    pub at: UnixMillis,
    pub maybe: Option<Millis>,
    #[serde(default)]
    pub since: UnixMillis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
pub struct Calendar {
    pub instant: DateTime<Utc>,
    pub local: NaiveDateTime,
    pub date: NaiveDate,
    pub time: NaiveTime,
    pub history: Vec<DateTime<Utc>>,
    pub until: Option<NaiveDate>,
}

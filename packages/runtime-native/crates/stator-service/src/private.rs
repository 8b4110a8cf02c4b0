//! What the macro calls. Not for use by hand: it changes without notice.

pub use crate::{
    client::Endpoints,
    serving::{Many, One, ServedContract, TakeRequest},
};

//! Calls over every plane: routing, limits, failures, and what peers do wrong.

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod connecting;
mod contract_documents;
mod contracts;
mod declared_errors;
mod failover;
mod fuzz;
mod handing_over;
mod hostile;
mod interleave;
mod keep_alive;
mod model;
mod nothing_left;
mod security;
mod shutdown;
mod system_server;

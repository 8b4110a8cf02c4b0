//! Who may talk to whom: TLS with certificates on both sides, and a shared token.
//!
//! Both wires over TCP use it: ours, and the original's with its calls home. What a peer is refused for has a reason of
//! a closed list, which stands in the details of the error, in the log and in the counter.

mod dev_certificates;
mod handle;
mod pem_file;
mod reason;
mod refusals;
mod tls;
mod tls_options;
mod token;

pub use dev_certificates::{CertificateOptions, make_certificates};
pub use handle::Security;
pub use pem_file::PemFile;
pub use reason::Reason;
pub use refusals::Refusals;
pub use tls_options::{ClientAuth, Identity, TlsOptions};

pub(crate) use handle::{CLIENT_HELLO, alert_in};
pub(crate) use reason::refusal_in;

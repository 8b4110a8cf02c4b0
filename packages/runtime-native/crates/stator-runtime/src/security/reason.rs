use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use crate::{Error, ErrorCode, error::Details};

/// Why two sides do not come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The peer speaks plain text to a side that wants TLS.
    Plaintext,
    /// The peer wants TLS of a side that speaks plain text.
    TlsRequired,
    /// The peer speaks TLS to a side that speaks plain text.
    UnexpectedTls,
    /// The peer's certificate is signed by nobody who is trusted here.
    UnknownAuthority,
    /// The peer's certificate names other hosts.
    WrongName,
    /// The peer's certificate was valid once.
    Expired,
    /// The peer's certificate will be valid.
    NotYetValid,
    /// The peer's certificate will not do for another reason.
    BadCertificate,
    /// The peer has to show a certificate, and shows none.
    NoCertificate,
    /// The peer does not trust who signed our certificate.
    OursUnknownAuthority,
    /// The peer finds our certificate expired.
    OursExpired,
    /// The peer refuses our certificate for another reason.
    OursRefused,
    /// The peer wants a certificate of us.
    OursMissing,
    /// TLS failed in another way.
    Handshake,
    /// The call came without the token.
    TokenMissing,
    /// It came with another one.
    TokenWrong,
    /// The token would travel in plain text.
    TokenExposed,
}

impl Reason {
    pub const ALL: [Reason; 17] = [
        Self::Plaintext,
        Self::TlsRequired,
        Self::UnexpectedTls,
        Self::UnknownAuthority,
        Self::WrongName,
        Self::Expired,
        Self::NotYetValid,
        Self::BadCertificate,
        Self::NoCertificate,
        Self::OursUnknownAuthority,
        Self::OursExpired,
        Self::OursRefused,
        Self::OursMissing,
        Self::Handshake,
        Self::TokenMissing,
        Self::TokenWrong,
        Self::TokenExposed,
    ];

    /// The word in details, logs and counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::TlsRequired => "tls_required",
            Self::UnexpectedTls => "unexpected_tls",
            Self::UnknownAuthority => "unknown_authority",
            Self::WrongName => "wrong_name",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::BadCertificate => "bad_certificate",
            Self::NoCertificate => "no_certificate",
            Self::OursUnknownAuthority => "own_unknown_authority",
            Self::OursExpired => "own_expired",
            Self::OursRefused => "own_refused",
            Self::OursMissing => "own_missing",
            Self::Handshake => "handshake",
            Self::TokenMissing => "token_missing",
            Self::TokenWrong => "token_wrong",
            Self::TokenExposed => "token_exposed",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Plaintext => {
                "set tlsCa, tlsCert and tlsKey (STATOR_TLS_CA, STATOR_TLS_CERT, STATOR_TLS_KEY) there too"
            }
            Self::TlsRequired => {
                "set tlsCa, tlsCert and tlsKey (STATOR_TLS_CA, STATOR_TLS_CERT, STATOR_TLS_KEY) here too"
            }
            Self::UnexpectedTls => {
                "set tlsCa, tlsCert and tlsKey (STATOR_TLS_CA, STATOR_TLS_CERT, STATOR_TLS_KEY) on both sides, or on none"
            }
            Self::UnknownAuthority => "set tlsCa (STATOR_TLS_CA) to the authority that signed it",
            Self::WrongName => {
                "give it a certificate with that name (stator certs --name), or set tlsServerName \
                 (STATOR_TLS_SERVER_NAME) to a name that it has"
            }
            Self::Expired => "give it a new one",
            Self::NotYetValid => "check the clocks of both sides",
            Self::BadCertificate => "give it another one, such as stator certs makes",
            Self::NoCertificate => {
                "set tlsCert and tlsKey (STATOR_TLS_CERT, STATOR_TLS_KEY) there, or tlsClientAuth: \"none\" here"
            }
            Self::OursUnknownAuthority => {
                "take a certificate of the authority that it trusts (tlsCert, STATOR_TLS_CERT), or make it trust ours"
            }
            Self::OursExpired => "take a new one (tlsCert, tlsKey; STATOR_TLS_CERT, STATOR_TLS_KEY)",
            Self::OursRefused => "take another one (tlsCert, tlsKey; STATOR_TLS_CERT, STATOR_TLS_KEY)",
            Self::OursMissing => "set tlsCert and tlsKey (STATOR_TLS_CERT, STATOR_TLS_KEY)",
            Self::Handshake => "check that it speaks TLS 1.2 or 1.3",
            Self::TokenMissing | Self::TokenWrong => "set the same token on both sides (token, STATOR_TOKEN)",
            Self::TokenExposed => {
                "set up TLS (tlsCa, tlsCert, tlsKey), or say that plain text will do (allowPlaintext, \
                 STATOR_ALLOW_PLAINTEXT=1)"
            }
        }
    }

    /// The error for whoever is concerned: `what`, then what to do.
    pub fn error(self, what: &str) -> Error {
        let mut error = Error::new(ErrorCode::PermissionDenied, format!("{what}; {}", self.advice()));
        self.put_into(&mut error);
        error
    }

    /// The reason that the clients of etcd and NATS give in words: they have no type for it that could be reached.
    pub(crate) fn in_text(text: &str) -> Option<Self> {
        let known = [
            ("UnknownIssuer", Self::UnknownAuthority),
            ("BadSignature", Self::UnknownAuthority),
            ("not valid for name", Self::WrongName),
            ("NotValidForName", Self::WrongName),
            ("certificate expired", Self::Expired),
            ("certificate not valid yet", Self::NotYetValid),
            ("invalid peer certificate", Self::BadCertificate),
            ("InvalidCertificate", Self::BadCertificate),
            ("fatal alert: UnknownCA", Self::OursUnknownAuthority),
            ("fatal alert: CertificateExpired", Self::OursExpired),
            ("fatal alert: CertificateRequired", Self::OursMissing),
            // What Go says to a client without one, with TLS 1.2.
            ("fatal alert: BadCertificate", Self::OursRefused),
            ("fatal alert: ", Self::Handshake),
            ("InvalidContentType", Self::Plaintext),
            ("tls handshake eof", Self::Plaintext),
            // HTTP/2 that meets TLS.
            ("frame with invalid size", Self::TlsRequired),
        ];
        known
            .into_iter()
            .find(|(words, _)| text.contains(words))
            .map(|(_, reason)| reason)
    }

    /// Puts it into the details of an error.
    pub(crate) fn put_into(self, error: &mut Error) {
        error.details = Details::of(&serde_json::json!({ "reason": self.as_str() })).ok();
    }

    /// The reason that an error of ours names.
    pub fn of(error: &Error) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Facts {
            reason: String,
        }
        let facts: Facts = error.details.as_ref()?.read().ok()?;
        Self::ALL.into_iter().find(|reason| reason.as_str() == facts.reason)
    }
}

/// The error that stands behind one of reading or writing, if TLS is at fault.
pub(crate) fn refusal_in(error: &io::Error, peer: &str) -> Option<Error> {
    Some(refusal(error.get_ref()?.downcast_ref()?, peer))
}

fn refusal(error: &rustls::Error, peer: &str) -> Error {
    use AlertDescription as Alert;
    use CertificateError as Certificate;
    let (reason, what) = match error {
        rustls::Error::InvalidCertificate(why) => {
            let reason = match why {
                Certificate::UnknownIssuer | Certificate::BadSignature => Reason::UnknownAuthority,
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => Reason::WrongName,
                Certificate::Expired | Certificate::ExpiredContext { .. } => Reason::Expired,
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => Reason::NotYetValid,
                _ => Reason::BadCertificate,
            };
            let what = match reason {
                Reason::UnknownAuthority => {
                    format!("the certificate of {peer} is not signed by an authority that is trusted here")
                }
                Reason::Expired => format!("the certificate of {peer} has expired ({why})"),
                Reason::NotYetValid => format!("the certificate of {peer} is not valid yet ({why})"),
                Reason::WrongName => format!("the certificate of {peer} is for another name ({why})"),
                _ => format!("the certificate of {peer} will not do ({why})"),
            };
            (reason, what)
        }
        rustls::Error::NoCertificatesPresented => (
            Reason::NoCertificate,
            format!("{peer} shows no certificate, and one is wanted of it"),
        ),
        rustls::Error::AlertReceived(alert) => match alert {
            Alert::UnknownCA => (
                Reason::OursUnknownAuthority,
                format!("{peer} does not trust the authority of our certificate"),
            ),
            Alert::CertificateExpired => (Reason::OursExpired, format!("{peer} finds our certificate expired")),
            Alert::CertificateRequired => (Reason::OursMissing, format!("{peer} wants a certificate of us")),
            Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateUnknown
            | Alert::DecryptError
            | Alert::AccessDenied => (
                Reason::OursRefused,
                format!("{peer} refuses our certificate (its alert: {alert:?})"),
            ),
            _ => (Reason::Handshake, format!("{peer} ended TLS (its alert: {alert:?})")),
        },
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => (
            Reason::Plaintext,
            format!("{peer} speaks plain text, and TLS is set up here"),
        ),
        other => (Reason::Handshake, format!("TLS with {peer} failed: {other}")),
    };
    reason.error(&what)
}

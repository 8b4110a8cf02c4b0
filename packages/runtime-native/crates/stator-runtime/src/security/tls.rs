use std::{net::IpAddr, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    server::WebPkiClientVerifier,
};

use crate::{Error, ErrorCode, Result};

use super::{ClientAuth, Identity, PemFile, TlsOptions};

/// TLS, ready for both sides of a connection.
#[derive(Debug)]
pub(super) struct Tls {
    client: Arc<ClientConfig>,
    /// Absent where there is no certificate to show.
    server: Option<Arc<ServerConfig>>,
    server_name: Option<ServerName<'static>>,
    pub handshake_timeout: Duration,
}

impl Tls {
    /// Reads the files. Fails with `invalid_argument` that names the setting and the file.
    pub fn new(options: &TlsOptions) -> Result<Self> {
        let server = options
            .identity
            .as_ref()
            .map(|identity| server(options, identity))
            .transpose()?;
        let server_name = options
            .server_name
            .as_ref()
            .map(|name| {
                ServerName::try_from(name.clone()).map_err(|_| {
                    Error::new(
                        ErrorCode::InvalidArgument,
                        format!("tlsServerName (STATOR_TLS_SERVER_NAME) is {name:?}, which is no name of a host"),
                    )
                })
            })
            .transpose()?;
        Ok(Self {
            client: Arc::new(client(options)?),
            server: server.map(Arc::new),
            server_name,
            handshake_timeout: options.handshake_timeout,
        })
    }

    /// For the side that dials.
    pub fn dialling(&self, address: IpAddr) -> Result<rustls::Connection> {
        let name = self.server_name.clone().unwrap_or_else(|| ServerName::from(address));
        ClientConnection::new(Arc::clone(&self.client), name)
            .map(rustls::Connection::from)
            .map_err(|error| unusable(&error))
    }

    /// For the side that listens.
    pub fn answering(&self) -> Result<rustls::Connection> {
        let server = self.server.as_ref().ok_or_else(no_certificate)?;
        ServerConnection::new(Arc::clone(server))
            .map(rustls::Connection::from)
            .map_err(|error| unusable(&error))
    }

    /// Fails where there is nothing to show to those who dial.
    pub fn check_listening(&self) -> Result<()> {
        self.server.as_ref().map(drop).ok_or_else(no_certificate)
    }
}

fn no_certificate() -> Error {
    Error::new(
        ErrorCode::InvalidArgument,
        "TLS is set up without a certificate of our own, so nobody can be let in: set tlsCert and tlsKey \
         (STATOR_TLS_CERT, STATOR_TLS_KEY); answers on the original's wire are taken by a listener too",
    )
}

fn unusable(error: &rustls::Error) -> Error {
    Error::new(ErrorCode::InvalidArgument, format!("TLS cannot be set up: {error}"))
}

fn client(options: &TlsOptions) -> Result<ClientConfig> {
    let roots = match &options.ca {
        Some(ca) => roots(ca)?,
        None => system_roots(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .with_root_certificates(roots);
    match options.client_identity.as_ref().or(options.identity.as_ref()) {
        None => Ok(builder.with_no_client_auth()),
        Some(identity) => {
            let (certificates, key) = read(identity)?;
            builder
                .with_client_auth_cert(certificates, key)
                .map_err(|error| mismatch(identity, &error))
        }
    }
}

fn server(options: &TlsOptions, identity: &Identity) -> Result<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?;
    let (certificates, key) = read(identity)?;
    let builder = match options.client_auth {
        ClientAuth::Nothing => builder.with_no_client_auth(),
        ClientAuth::Required => {
            let Some(ca) = options.client_ca.as_ref().or(options.ca.as_ref()) else {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    "certificates are wanted of callers, but nothing says who signs them: set tlsCa (STATOR_TLS_CA), \
                     or tlsClientAuth: \"none\" (STATOR_TLS_CLIENT_AUTH=none)",
                ));
            };
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(ca)?), provider)
                .build()
                .map_err(|error| ca.unusable(&format!("will not do: {error}")))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    builder
        .with_single_cert(certificates, key)
        .map_err(|error| mismatch(identity, &error))
}

fn read(identity: &Identity) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    Ok((identity.cert.certificates()?, identity.key.key()?))
}

fn mismatch(identity: &Identity, error: &rustls::Error) -> Error {
    let with = identity.cert.path.display();
    identity
        .key
        .unusable(&format!("does not fit the certificate {with}: {error}"))
}

fn roots(ca: &PemFile) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in ca.certificates()? {
        roots
            .add(certificate)
            .map_err(|error| ca.unusable(&format!("holds a certificate that cannot be read: {error}")))?;
    }
    Ok(roots)
}

/// What is not readable there is left out, as everywhere.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

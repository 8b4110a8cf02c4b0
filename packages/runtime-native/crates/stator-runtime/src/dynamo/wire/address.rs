//! Where an instance of the original's wire is: `IP:port/path`, as its record says.

use std::net::SocketAddr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a name in a path escapes.
const NAME: &AsciiSet = &CONTROLS.add(b'%').add(b'/');

/// A worker's listener, and what it calls the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerAddress {
    pub listener: SocketAddr,
    /// Callers repeat it as it stands; only the worker knows what it means.
    pub path: String,
}

impl WorkerAddress {
    /// Reads the `tcp` field of a record; the error is the middle of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("tcp://").unwrap_or(text);
        let (listener, path) = text.split_once('/').ok_or("its address has no path behind the port")?;
        let listener = listener
            .parse()
            .map_err(|_| format!("its address {listener:?} is not an IP address with a port"))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }
}

/// The path of one of our endpoints.
pub fn endpoint_path(instance: u64, [namespace, component, endpoint]: [&str; 3]) -> String {
    let name = |name| utf8_percent_encode(name, NAME);
    format!(
        "{instance:x}/{}/{}/{}",
        name(namespace),
        name(component),
        name(endpoint)
    )
}

/// The instance and the `namespace.component.endpoint` that a path names; `None` for what is no path of ours.
pub fn parse_path(path: &str) -> Option<(u64, String)> {
    let (instance, names) = path.split_once('/')?;
    let instance = u64::from_str_radix(instance, 16).ok()?;
    let names: Vec<_> = names
        .split('/')
        .map(|name| percent_decode_str(name).decode_utf8())
        .collect::<Result<_, _>>()
        .ok()?;
    match names.as_slice() {
        [namespace, component, endpoint] => Some((instance, format!("{namespace}.{component}.{endpoint}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_numeric_and_have_a_path() {
        let read = WorkerAddress::parse("127.0.0.1:44621/a3d4/x/y/z").map(|it| (it.listener.port(), it.path));
        assert_eq!(read, Ok((44621, "a3d4/x/y/z".to_owned())));
        assert!(WorkerAddress::parse("tcp://[::1]:1/p").is_ok());
        for wrong in ["", "127.0.0.1:80", "localhost:80/p", "127.0.0.1/p", "127.0.0.1:99999/p"] {
            assert!(WorkerAddress::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn paths_name_the_instance_and_the_endpoint() {
        let path = endpoint_path(0xa3d4, ["hello_world", "a-b", "generate"]);
        assert_eq!(path, "a3d4/hello_world/a-b/generate");
        assert_eq!(parse_path(&path), Some((0xa3d4, "hello_world.a-b.generate".to_owned())));
        for wrong in ["", "a3d4/generate", "a3d4/a/b/c/d", "xyz/a/b/c", "1/a/b/%FF"] {
            assert_eq!(parse_path(wrong), None, "{wrong}");
        }
    }
}

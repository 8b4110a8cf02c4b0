use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorCode, Result, discovery::validate_name};

/// Everything but `A-Z a-z 0-9 _ -` is `%XX` in subjects and keys.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// Whose events they are, as it stands in discovery records.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum EventScope {
    Namespace { name: String },
    Component { namespace: String, component: String },
    Endpoint { endpoint: ScopeEndpoint },
}

/// The endpoint of an [`EventScope`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScopeEndpoint {
    pub namespace: String,
    pub component: String,
    pub name: String,
}

impl EventScope {
    /// `namespace`, `namespace.component` or `namespace.component.endpoint`.
    pub fn parse(path: &str) -> Result<Self> {
        let parts: Vec<&str> = path.strip_prefix("dyn://").unwrap_or(path).split('.').collect();
        let kinds = ["namespace", "component", "endpoint"];
        for (kind, name) in kinds.iter().zip(&parts) {
            validate_name(kind, name)?;
        }
        match parts.as_slice() {
            [name] => Ok(Self::namespace(name)),
            [namespace, component] => Ok(Self::component(namespace, component)),
            [namespace, component, name] => Ok(Self::endpoint(namespace, component, name)),
            _ => Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "events belong to a namespace, a component or an endpoint, but {path:?} has {} parts",
                    parts.len()
                ),
            )),
        }
    }

    pub fn namespace(name: &str) -> Self {
        Self::Namespace { name: name.to_owned() }
    }

    pub fn component(namespace: &str, component: &str) -> Self {
        Self::Component {
            namespace: namespace.to_owned(),
            component: component.to_owned(),
        }
    }

    pub fn endpoint(namespace: &str, component: &str, name: &str) -> Self {
        Self::Endpoint {
            endpoint: ScopeEndpoint {
                namespace: namespace.to_owned(),
                component: component.to_owned(),
                name: name.to_owned(),
            },
        }
    }

    /// The names of the scope with the words before them, escaped.
    fn parts(&self) -> Vec<String> {
        let names: Vec<(&str, &str)> = match self {
            Self::Namespace { name } => vec![("namespace", name)],
            Self::Component { namespace, component } => vec![("namespace", namespace), ("component", component)],
            Self::Endpoint { endpoint } => vec![
                ("namespace", &endpoint.namespace),
                ("component", &endpoint.component),
                ("endpoint", &endpoint.name),
            ],
        };
        names
            .into_iter()
            .flat_map(|(word, name)| [word.to_owned(), escaped(name)])
            .collect()
    }

    /// `namespace.hello.component.backend`: what stands before the topic in a subject.
    pub fn subject_prefix(&self) -> String {
        self.parts().join(".")
    }

    /// The subject of a topic: `namespace.hello.component.backend.kv-events`.
    pub fn subject(&self, topic: &str) -> String {
        format!("{}.{}", self.subject_prefix(), escaped(topic))
    }

    /// What the discovery keys of the topic's publishers begin with: `namespace/hello/topic/kv-events/`.
    pub fn key_prefix(&self, topic: &str) -> String {
        format!("{}/topic/{}/", self.parts().join("/"), escaped(topic))
    }
}

/// `namespace.component.endpoint`, as far as it goes.
impl std::fmt::Display for EventScope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Namespace { name } => formatter.write_str(name),
            Self::Component { namespace, component } => write!(formatter, "{namespace}.{component}"),
            Self::Endpoint { endpoint } => {
                let ScopeEndpoint {
                    namespace,
                    component,
                    name,
                } = endpoint;
                write!(formatter, "{namespace}.{component}.{name}")
            }
        }
    }
}

fn escaped(name: &str) -> String {
    utf8_percent_encode(name, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_and_keys_are_those_of_the_original() -> Result<()> {
        let endpoint = EventScope::parse("hello.back-end.generate")?;
        assert_eq!(
            endpoint.subject("kv-events"),
            "namespace.hello.component.back-end.endpoint.generate.kv-events"
        );
        assert_eq!(
            endpoint.key_prefix("kv.events/ü"),
            "namespace/hello/component/back-end/endpoint/generate/topic/kv%2Eevents%2F%C3%BC/"
        );
        assert_eq!(EventScope::parse("hello")?.subject("a b"), "namespace.hello.a%20b");
        assert_eq!(EventScope::parse("dyn://a.b")?, EventScope::component("a", "b"));
        Ok(())
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for path in ["", "a.", "a..b", "a.b.c.d", "a b", "_own.b"] {
            let refused = EventScope::parse(path);
            assert!(
                refused.is_err_and(|error| error.code == ErrorCode::InvalidArgument),
                "{path:?}"
            );
        }
    }
}

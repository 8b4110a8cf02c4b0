use crate::{Error, ErrorCode, Result, discovery::validate_name};

/// `namespace.component.endpoint`, each part checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointPath {
    pub namespace: String,
    pub component: String,
    pub endpoint: String,
}

impl EndpointPath {
    pub fn new(namespace: &str, component: &str, endpoint: &str) -> Result<Self> {
        validate_name("namespace", namespace)?;
        validate_name("component", component)?;
        validate_name("endpoint", endpoint)?;
        Ok(Self {
            namespace: namespace.to_owned(),
            component: component.to_owned(),
            endpoint: endpoint.to_owned(),
        })
    }

    /// Namespace, component and endpoint.
    pub(super) fn names(&self) -> [&str; 3] {
        [&self.namespace, &self.component, &self.endpoint]
    }

    pub fn parse(path: &str) -> Result<Self> {
        let parts: Vec<&str> = path.strip_prefix("dyn://").unwrap_or(path).split('.').collect();
        match parts.as_slice() {
            [namespace, component, endpoint] => Self::new(namespace, component, endpoint),
            _ => Err(Error::new(
                ErrorCode::InvalidArgument,
                format!(
                    "the endpoint path {path:?} has {} parts; write namespace.component.endpoint, such as hello.backend.generate",
                    parts.len()
                ),
            )),
        }
    }
}

impl std::fmt::Display for EndpointPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}.{}", self.namespace, self.component, self.endpoint)
    }
}

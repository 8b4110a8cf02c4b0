use serde::Serialize;

use crate::{
    Contract, ServiceContract,
    binding::{Binding, Bindings},
    constant::Constant,
    document::{DOCUMENT_VERSION, Document},
    hash::{hash_bindings, hash_of, hash_service},
    private::json_of,
    registry::Registry,
    service::Service,
};

/// What a contract crate publishes. Types that services reach come along by themselves.
#[derive(Debug, Default)]
pub struct Contracts {
    registry: Registry,
    services: Vec<Service>,
    constants: Vec<Constant>,
    bindings: Vec<Binding>,
}

impl Contracts {
    /// Adds a service, with every type that its endpoints reach.
    pub fn service<S: ServiceContract>(&mut self) -> &mut Self {
        let service = S::describe(&mut self.registry);
        for other in &self.services {
            if other.name == service.name {
                self.registry.error(format!(
                    "two services are called {}. Rename one of the traits.",
                    other.name
                ));
            } else if (&other.namespace, &other.component) == (&service.namespace, &service.component) {
                self.registry.error(format!(
                    "the services {} and {} have the same address {}.{}. Give one of them another component: \
                     #[contract_service(namespace = \"...\", component = \"...\")].",
                    other.name, service.name, other.namespace, other.component
                ));
            }
        }
        self.services.push(service);
        self
    }

    /// Adds a type that no service reaches.
    pub fn add<T: Contract + ?Sized>(&mut self) -> &mut Self {
        self.registry.type_ref::<T>();
        self
    }

    /// Adds a value that both languages share. `name` is in snake_case.
    pub fn constant<T: Contract + Serialize>(&mut self, name: &str, docs: &str, value: &T) -> &mut Self {
        let type_ref = self.registry.type_ref::<T>();
        match json_of(value) {
            Ok(value) => self.constants.push(Constant {
                name: name.to_owned(),
                docs: Some(docs.to_owned()).filter(|docs| !docs.is_empty()),
                type_ref,
                value,
            }),
            Err(error) => self
                .registry
                .error(format!("the constant {name} has no JSON form: {error}")),
        }
        self
    }

    /// Adds what the crate's addon offers: `contracts.bindings(bindings![add_numbers, Calculator])`, with the macro of
    /// `stator-bindings`.
    pub fn bindings(&mut self, describe: impl FnOnce(&mut Registry) -> Vec<Binding>) -> &mut Self {
        for binding in describe(&mut self.registry) {
            if self.bindings.iter().any(|other| other.name() == binding.name()) {
                self.registry.error(format!(
                    "two bindings are called {}. Rename one: #[binding(name = \"...\")].",
                    binding.name()
                ));
            }
            self.bindings.push(binding);
        }
        self
    }

    /// The document, or every reason why there is none.
    pub fn document(self, crate_name: &str) -> Result<Document, Vec<String>> {
        let (types, problems) = self.registry.finish();
        if !problems.is_empty() {
            return Err(problems);
        }
        let whole = |error: serde_json::Error| vec![error.to_string()];
        let mut services = self.services;
        services.sort_by(|a, b| a.name.cmp(&b.name));
        for service in &mut services {
            hash_service(service, &types).map_err(whole)?;
        }
        let mut constants = self.constants;
        constants.sort_by(|a, b| a.name.cmp(&b.name));
        let bindings = if self.bindings.is_empty() {
            None
        } else {
            Some(Bindings {
                hash: hash_bindings(&self.bindings, &types).map_err(whole)?,
                items: self.bindings,
            })
        };
        let mut document = Document {
            version: DOCUMENT_VERSION,
            crate_name: crate_name.to_owned(),
            hash: String::new(),
            types: types.into_values().collect(),
            services,
            constants,
            bindings,
        };
        document.hash = hash_of(&document).map_err(whole)?;
        Ok(document)
    }
}

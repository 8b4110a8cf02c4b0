use crate::{Contracts, Document, ServiceContract, hash::hash_of, type_definition::TypeDefinition};

impl Document {
    /// What a service is compared by when another version of it is met: the service and its types, without documentation.
    /// `reduceDocument` makes the same of a whole document, byte for byte, when it is written without spaces.
    ///
    /// # Errors
    /// With every reason why the service has no exact description.
    pub fn of_service<S: ServiceContract>() -> Result<Self, Vec<String>> {
        let mut contracts = Contracts::default();
        contracts.service::<S>();
        let mut document = contracts.document(S::CRATE)?;
        document.types.iter_mut().for_each(bare_type);
        for service in &mut document.services {
            service.docs = None;
            service.endpoints.iter_mut().for_each(|endpoint| endpoint.docs = None);
        }
        document.hash.clear();
        document.hash = hash_of(&document).map_err(|error| vec![error.to_string()])?;
        Ok(document)
    }
}

fn bare_type(definition: &mut TypeDefinition) {
    definition.docs = None;
    definition.ts_rs = None;
    definition.rust.clear();
    definition.shape.strip_docs();
}

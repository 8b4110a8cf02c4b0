use std::collections::HashMap;

use stator_bindings::binding;

/// A name, numbers and texts. What a getter returns is a copy.
#[binding]
pub struct Config {
    name: String,
    values: Vec<i32>,
    metadata: HashMap<String, String>,
}

#[binding]
impl Config {
    #[binding(constructor)]
    pub fn new(name: String) -> Self {
        Self {
            name,
            values: Vec::new(),
            metadata: HashMap::new(),
        }
    }

    #[binding(getter)]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    #[binding(setter)]
    pub fn set_name(&mut self, name: String) -> Result<(), String> {
        if name.is_empty() {
            return Err("a name has at least one letter".to_owned());
        }
        self.name = name;
        Ok(())
    }

    /// The numbers.
    #[binding(getter)]
    pub fn values(&self) -> Vec<i32> {
        self.values.clone()
    }

    #[binding(setter)]
    pub fn set_values(&mut self, values: Vec<i32>) {
        self.values = values;
    }

    #[binding(getter)]
    pub fn metadata(&self) -> HashMap<String, String> {
        self.metadata.clone()
    }

    #[binding(setter)]
    pub fn set_metadata(&mut self, metadata: HashMap<String, String>) {
        self.metadata = metadata;
    }
}

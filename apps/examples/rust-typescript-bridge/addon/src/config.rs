use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use stator_bindings::binding;
use stator_contract::Contract;
use ts_rs::TS;

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

/// How work is done.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Fast,
    VeryCareful,
}

#[binding]
pub fn other_mode(mode: Mode) -> Mode {
    match mode {
        Mode::Fast => Mode::VeryCareful,
        Mode::VeryCareful => Mode::Fast,
    }
}

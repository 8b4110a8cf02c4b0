use std::collections::HashMap;

use napi_derive::napi;

/// A point as an object of JavaScript.
#[napi(object)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[napi]
pub fn distance(from: Point, to: Point) -> f64 {
    (to.x - from.x).hypot(to.y - from.y)
}

/// Public fields become properties; each read of one makes a copy. A map cannot be one.
#[napi]
pub struct Config {
    pub name: String,
    pub values: Vec<i32>,
    metadata: HashMap<String, String>,
}

#[napi]
impl Config {
    #[napi(constructor)]
    pub fn new(name: String) -> Self {
        Self {
            name,
            values: Vec::new(),
            metadata: HashMap::new(),
        }
    }

    #[napi(getter)]
    pub fn metadata(&self) -> HashMap<String, String> {
        self.metadata.clone()
    }

    #[napi(setter)]
    pub fn set_metadata(&mut self, metadata: HashMap<String, String>) {
        self.metadata = metadata;
    }
}

#[napi(string_enum = "kebab-case")]
pub enum Mode {
    Fast,
    VeryCareful,
}

#[napi]
pub fn echo_enum(value: Mode) -> Mode {
    value
}

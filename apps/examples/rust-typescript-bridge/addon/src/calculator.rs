use stator_bindings::{Callback, binding};

/// A number that can be added to.
#[binding]
pub struct Calculator {
    value: f64,
}

#[binding]
impl Calculator {
    #[binding(constructor)]
    pub fn new(initial: f64) -> Self {
        Self { value: initial }
    }

    /// Starts at zero.
    pub fn create_zero() -> Self {
        Self { value: 0.0 }
    }

    /// Adds, and gives the new number.
    pub fn add(&mut self, amount: f64) -> f64 {
        self.value += amount;
        self.value
    }

    pub fn get_value(&self) -> f64 {
        self.value
    }

    /// Adds what JavaScript answers; the calculator is in use until then.
    #[binding(blocking)]
    pub fn add_answer(&mut self, ask: Callback<f64, f64>) -> Result<f64, String> {
        let amount = ask.call(self.value)?;
        Ok(self.add(amount))
    }
}

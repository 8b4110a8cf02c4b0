use stator_bindings::{Callback, Cancellation, binding};

/// Counts.
#[binding]
pub struct Counter {
    value: i64,
    panics_when_dropped: bool,
}

#[binding]
impl Counter {
    /// Starts at a number.
    #[binding(constructor)]
    pub fn new(start: i64) -> Result<Self, String> {
        match start {
            i64::MIN => Err("it starts too low".to_owned()),
            i64::MAX => panic!("it starts too high"),
            value => Ok(Self {
                value,
                panics_when_dropped: false,
            }),
        }
    }

    pub fn create_zero() -> Self {
        Self {
            value: 0,
            panics_when_dropped: false,
        }
    }

    /// One whose destructor panics.
    pub fn create_dangerous() -> Self {
        Self {
            value: 0,
            panics_when_dropped: true,
        }
    }

    /// Made on another thread.
    #[binding(blocking)]
    pub fn create_later(start: i64) -> Self {
        Self {
            value: start,
            panics_when_dropped: false,
        }
    }

    /// The number now.
    pub fn get_value(&self) -> i64 {
        self.value
    }

    /// Adds, and gives the new number.
    pub fn add(&mut self, amount: i64) -> Result<i64, String> {
        self.value = self.value.checked_add(amount).ok_or("the number is full")?;
        Ok(self.value)
    }

    pub fn change_and_panic(&mut self) {
        self.value = -1;
        panic!("half done");
    }

    /// Holds the object until JavaScript has answered.
    #[binding(blocking)]
    pub fn add_what(&mut self, question: Callback<i64, i64>) -> Result<i64, String> {
        self.value += question.call(self.value)?;
        Ok(self.value)
    }

    /// Lets other readers in.
    pub async fn read_until_cancelled(&self, cancellation: Cancellation) -> i64 {
        cancellation.cancelled().await;
        self.value
    }

    pub fn count_from(&self, steps: u32) -> impl Iterator<Item = i64> + use<> {
        let start = self.value;
        (0..steps).map(move |step| start + i64::from(step))
    }

    /// Public in Rust only.
    #[binding(skip)]
    #[allow(dead_code)]
    pub fn not_for_javascript(&self) -> usize {
        0
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        assert!(!self.panics_when_dropped, "dropped");
    }
}

#[binding]
pub fn merge(into: &mut Counter, other: &Counter) -> i64 {
    into.value += other.value;
    into.value
}

#[binding]
pub fn counter_or_none(start: Option<i64>) -> Option<Counter> {
    start.map(|value| Counter {
        value,
        panics_when_dropped: false,
    })
}

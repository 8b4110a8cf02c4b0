use crate::unjudged::{Result, Unjudged};

/// Steps that a comparison of honest documents never needs: a struct of ten fields takes about thirty.
const MOST_STEPS: usize = 1_000_000;

/// Types within types, on one way down.
pub(super) const MOST_DEPTH: usize = 1_000;

/// Counts the steps of a comparison, so that no document can keep it busy for long, whoever wrote it.
pub(super) struct Effort {
    left: usize,
    depth: usize,
}

impl Effort {
    pub fn new() -> Self {
        Self {
            left: MOST_STEPS,
            depth: 0,
        }
    }

    pub fn spend(&mut self, steps: usize) -> Result<()> {
        self.left = self.left.checked_sub(steps).ok_or_else(Unjudged::too_intricate)?;
        Ok(())
    }

    /// One type further down; [`Effort::leave`] comes back.
    pub fn enter(&mut self) -> Result<()> {
        self.spend(1)?;
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(Unjudged::too_intricate());
        }
        Ok(())
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }
}

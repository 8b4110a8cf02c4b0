use std::fmt::{Display, Formatter, LowerExp, Result};

/// A number of floating point as JavaScript shows it, so that both languages say the same.
pub(crate) struct JsNumber<Float>(pub(crate) Float);

impl<Float: Copy + Display + LowerExp + Into<f64>> Display for JsNumber<Float> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        let size = self.0.into().abs();
        if size == 0.0 {
            formatter.write_str("0")
        } else if !size.is_finite() || (1e-6..1e21).contains(&size) {
            Display::fmt(&self.0, formatter)
        } else {
            let text = format!("{:e}", self.0);
            formatter.write_str(&if size < 1.0 { text } else { text.replace('e', "e+") })
        }
    }
}

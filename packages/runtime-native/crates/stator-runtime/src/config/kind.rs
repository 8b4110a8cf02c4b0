use super::logging::check_filter;

/// What values a setting takes, for checking and for messages.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One of these words. The second list holds words that are known and refused, each with the reason.
    Choice(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// An integer; the unit is for messages.
    Integer {
        min: i64,
        max: i64,
        unit: &'static str,
    },
    /// Milliseconds as an option; seconds, possibly fractional, in the environment.
    Milliseconds {
        min: i64,
        max: i64,
    },
    Flag,
    /// A folder.
    Path,
    File,
    /// Addresses with commas between them; one that could stand there.
    Addresses(&'static str),
    Text,
    /// A text that is never shown.
    Secret,
    /// An address to listen on: an IP address or `localhost`.
    Address,
    /// Directives of a log filter: `warn,stator_runtime=debug`.
    Filter,
}

impl Kind {
    /// What may stand there, as the end of the sentence "it must be ...".
    pub fn allowed(&self, in_environment: bool) -> String {
        match self {
            Self::Choice(words, _) => words.join(" or "),
            Self::Integer { min, max, unit } => {
                let unit = if unit.is_empty() {
                    String::new()
                } else {
                    format!(" ({unit})")
                };
                format!("an integer from {min} to {max}{unit}")
            }
            Self::Milliseconds { min, max } if in_environment => {
                format!("a number of seconds from {} to {}", seconds(*min), seconds(*max))
            }
            Self::Milliseconds { min, max } => format!("an integer from {min} to {max} (milliseconds)"),
            Self::Flag if in_environment => "1, true, yes, on, 0, false, no or off".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Path => "the path of a folder".to_owned(),
            Self::File => "the path of a file".to_owned(),
            Self::Addresses(example) => format!("one or more addresses with commas between them, such as {example}"),
            Self::Text | Self::Secret => "a text that is not empty".to_owned(),
            Self::Address => "an IP address or localhost (names of hosts and interfaces are not looked up)".to_owned(),
            Self::Filter => "a log filter such as warn or warn,stator_runtime=debug".to_owned(),
        }
    }

    /// Whether a number is in range. Anything is, where numbers have no range.
    pub(super) fn contains(&self, number: i64) -> bool {
        match self {
            Self::Integer { min, max, .. } | Self::Milliseconds { min, max } => (*min..=*max).contains(&number),
            _ => true,
        }
    }

    /// The number that a text of the environment stands for.
    pub(super) fn parse_number(&self, text: &str) -> Option<i64> {
        match self {
            Self::Milliseconds { .. } => {
                let milliseconds = (text.parse::<f64>().ok()? * 1000.0).round();
                // Far inside the range in which every integer is an exact f64.
                #[expect(clippy::cast_possible_truncation, reason = "checked just before")]
                (milliseconds.abs() < 1e15).then_some(milliseconds as i64)
            }
            _ => text.parse().ok(),
        }
    }

    /// Whether a text will do.
    pub(super) fn accepts_text(&self, text: &str) -> bool {
        match self {
            Self::Address => super::setting_type::parse_address(text).is_some(),
            Self::Filter => check_filter(text).is_ok(),
            Self::Addresses(_) => addresses(text).next().is_some(),
            _ => !text.is_empty(),
        }
    }
}

/// The addresses of a list, without blanks and empty places.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|address| !address.is_empty())
}

fn seconds(milliseconds: i64) -> String {
    match (milliseconds / 1000, milliseconds % 1000) {
        (whole, 0) => whole.to_string(),
        (whole, rest) => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

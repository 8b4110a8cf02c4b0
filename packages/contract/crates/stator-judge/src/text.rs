/// The first `most` units of UTF-16 with an ellipsis; `None` for text that is no longer than that.
///
/// JavaScript counts like this, and what is cut is to be the same in both languages.
pub(crate) fn cut(text: &str, most: usize) -> Option<String> {
    let mut units = 0;
    for (place, c) in text.char_indices() {
        let end = units + c.len_utf16();
        if end > most {
            // Half of a character is none.
            let half = if units < most { "\u{FFFD}" } else { "" };
            return Some(format!("{}{half}…", &text[..place]));
        }
        units = end;
    }
    None
}

/// Text as JSON has it, with quotes.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_where_javascript_does() {
        assert_eq!(cut("abc", 3), None);
        assert_eq!(cut("abcd", 3).as_deref(), Some("abc…"));
        assert_eq!(cut("ab😀", 4), None);
        assert_eq!(cut("ab😀", 3).as_deref(), Some("ab\u{FFFD}…"));
        assert_eq!(cut("ab😀c", 4).as_deref(), Some("ab😀…"));
    }
}

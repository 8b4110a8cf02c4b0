use syn::{Error, LitStr, Result};

/// `create_zero` to `createZero`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut text = String::new();
    for (index, word) in name.split('_').filter(|word| !word.is_empty()).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => text.extend(first.to_uppercase()),
            Some(first) => text.push(first),
            None => {}
        }
        text.push_str(letters.as_str());
    }
    text
}

/// A name that JavaScript takes for a function or a class.
pub(crate) fn check(name: &LitStr) -> Result<()> {
    let text = name.value();
    let fits = text
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$')
        && !text.starts_with(|letter: char| letter.is_ascii_digit())
        && !text.is_empty();
    if fits {
        Ok(())
    } else {
        Err(Error::new(
            name.span(),
            "use letters, digits, _ and $, and no digit first",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn names() {
        assert_eq!(camel_case("create_zero"), "createZero");
        assert_eq!(camel_case("_private__name_"), "privateName");
        assert_eq!(camel_case("u8a"), "u8a");
    }
}

use crate::{Contract, Registry, TextFormat, TypeRef};

impl Contract for ::url::Url {
    fn describe(_: &mut Registry) -> TypeRef {
        TypeRef::Text {
            format: TextFormat::Url,
        }
    }
}

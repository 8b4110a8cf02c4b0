use crate::{Contract, MapKey, Registry, TextFormat, TypeRef};

impl Contract for ::uuid::Uuid {
    fn describe(_: &mut Registry) -> TypeRef {
        TypeRef::Text {
            format: TextFormat::Uuid,
        }
    }
}

impl MapKey for ::uuid::Uuid {
    fn text(&self) -> String {
        self.to_string()
    }
}

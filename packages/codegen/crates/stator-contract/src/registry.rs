use std::collections::BTreeMap;

use crate::{shape::Shape, ts_rs_text::TsRsText, type_definition::TypeDefinition, type_ref::TypeRef};

/// Collects the types that contracts reach, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Registry {
    /// By name. A type that is being described has `None`, which is how recursive types end.
    types: BTreeMap<String, (RustType, Option<TypeDefinition>)>,
    /// Names by Rust type.
    names: BTreeMap<RustType, String>,
    /// Where the description stands at the moment: `Token.served_by`.
    place: Vec<String>,
    problems: Vec<String>,
}

type RustType = &'static str;

impl Registry {
    /// How `T` is written where it is used.
    pub fn type_ref<T: crate::Contract + ?Sized>(&mut self) -> TypeRef {
        T::describe(self)
    }

    /// Notes something that cannot be described exactly. The document is refused, with this sentence and its place.
    pub fn error(&mut self, sentence: impl std::fmt::Display) {
        let problem = if self.place.is_empty() {
            sentence.to_string()
        } else {
            format!("{}: {sentence}", self.place.join("."))
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Runs a part of a description with a name that errors carry.
    pub(crate) fn at<R>(&mut self, place: impl Into<String>, run: impl FnOnce(&mut Self) -> R) -> R {
        self.place.push(place.into());
        let result = run(self);
        self.place.pop();
        result
    }

    /// Describes a type with a name, once.
    pub(crate) fn named<T: ts_rs::TS + ?Sized>(
        &mut self,
        arguments: &[TypeRef],
        docs: Option<String>,
        status: Option<u16>,
        shape: impl FnOnce(&mut Self) -> Shape,
    ) -> TypeRef {
        let rust = std::any::type_name::<T>();
        if let Some(name) = self.names.get(rust) {
            return TypeRef::Ref { name: name.clone() };
        }
        let config = ts_rs::Config::new();
        let mut name = T::ident(&config);
        if !arguments.is_empty() {
            let parts: Vec<_> = arguments.iter().map(TypeRef::name_part).collect();
            name = format!("{name}Of{}", parts.join("And"));
        }
        if let Some((other, _)) = self.types.get(&name) {
            self.error(format!(
                "two types are called {name}: {other} and {rust}. Give one of them another name with \
                 #[ts(rename = \"...\")]."
            ));
            return TypeRef::Ref { name };
        }
        self.names.insert(rust, name.clone());
        self.types.insert(name.clone(), (rust, None));
        // The place starts anew: a type is described where it is first met, which says nothing about its own fields.
        let outer = std::mem::replace(&mut self.place, vec![name.clone()]);
        let shape = shape(self);
        self.place = outer;
        let text = TsRsText {
            name: T::name(&config),
            inline: T::inline(&config),
        };
        let definition = TypeDefinition {
            name: name.clone(),
            rust: rust.to_owned(),
            docs,
            shape,
            status,
            ts_rs: Some(text),
        };
        self.types.insert(name.clone(), (rust, Some(definition)));
        TypeRef::Ref { name }
    }

    pub(crate) fn finish(self) -> (BTreeMap<String, TypeDefinition>, Vec<String>) {
        let types = self
            .types
            .into_iter()
            .filter_map(|(name, (_, definition))| definition.map(|definition| (name, definition)))
            .collect();
        (types, self.problems)
    }
}

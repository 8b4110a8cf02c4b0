use std::{borrow::Cow, sync::LazyLock};

use super::opened::Opened;
use crate::{
    document::{ContentShape, Limits, StructShape, Type, UnknownKeys, Variant},
    model::Model,
    unjudged::Result,
};

/// A variant, or a type as a form of an enum without tags, to compare it with others.
pub(super) enum Form<'t> {
    Struct(&'t str, &'t StructShape),
    Newtype(&'t str, Cow<'t, Type>, Box<Limits>),
    Tuple(&'t str, &'t Type),
    Unit(&'t str),
}

/// What a struct is to what is none.
static OBJECT: LazyLock<Type> = LazyLock::new(|| Type::Map(Box::new(Type::String), Box::new(Type::Json)));

impl<'t> Form<'t> {
    pub fn of(variant: &'t Variant) -> Self {
        let name = &variant.name;
        match &variant.shape {
            ContentShape::Struct(shape) => Self::Struct(name, shape),
            ContentShape::Newtype { of, limits } => Self::Newtype(name, Cow::Borrowed(of), Box::new(*limits)),
            ContentShape::Tuple(tuple) => Self::Tuple(name, tuple),
            ContentShape::Unit => Self::Unit(name),
        }
    }

    pub fn of_opened(opened: &Opened<'t>, limits: Limits) -> Self {
        match opened {
            Opened::Struct(_, shape) => Self::Struct("", shape),
            other => Self::Newtype("", other.to_type(), Box::new(limits)),
        }
    }

    pub fn name(&self) -> &'t str {
        match self {
            Self::Struct(name, _) | Self::Newtype(name, ..) | Self::Tuple(name, _) | Self::Unit(name) => name,
        }
    }

    pub fn is_newtype(&self) -> bool {
        matches!(self, Self::Newtype(..))
    }

    pub fn limits(&self) -> Limits {
        match self {
            Self::Newtype(_, _, limits) => **limits,
            _ => Limits::default(),
        }
    }

    /// The struct that the form holds, on its own or as the one type inside of it. A variant's own struct treats unknown
    /// keys as its enum does.
    pub fn struct_in<'m>(
        &'m self,
        model: &'m Model<'_>,
        unknown_keys: UnknownKeys,
    ) -> Result<Option<(&'m StructShape, UnknownKeys)>> {
        Ok(match self {
            Self::Struct(_, shape) => Some((shape, unknown_keys)),
            Self::Newtype(_, of, _) => model.struct_of(of)?.map(|shape| (shape, shape.unknown_keys)),
            Self::Tuple(..) | Self::Unit(_) => None,
        })
    }

    /// What the form holds as a type. Structs are compared before; here they only meet what is none.
    pub fn content(&self) -> Cow<'_, Type> {
        match self {
            Self::Struct(..) => Cow::Borrowed(&*OBJECT),
            Self::Newtype(_, of, _) => Cow::Borrowed(of),
            Self::Tuple(_, tuple) => Cow::Borrowed(tuple),
            Self::Unit(_) => Cow::Borrowed(&Type::Unit),
        }
    }
}

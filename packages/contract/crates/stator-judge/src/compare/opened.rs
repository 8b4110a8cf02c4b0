use std::borrow::Cow;

use super::{describe_type::describe_type, effort::Effort};
use crate::{
    document::{ContentShape, EnumShape, Limits, Shape, StructShape, Type},
    model::Model,
    unjudged::Result,
};

/// A type with its newtypes opened, or the struct or enum behind a name.
pub(super) enum Opened<'t> {
    Struct(&'t str, &'t StructShape),
    Enum(&'t str, &'t EnumShape),
    /// Never a reference.
    Type(&'t Type),
}

pub(super) fn open<'t>(
    model: &'t Model<'_>,
    mut of: &'t Type,
    effort: &mut Effort,
    mut limits: Limits,
) -> Result<(Opened<'t>, Limits)> {
    loop {
        // A newtype of itself would be opened for ever.
        effort.spend(1)?;
        let Type::Ref(name) = of else {
            return Ok((Opened::Type(of), limits));
        };
        let opened = match model.shape(name)? {
            Shape::Enum(shape) => Opened::Enum(name, shape),
            Shape::Content(ContentShape::Struct(shape)) => Opened::Struct(name, shape),
            Shape::Content(ContentShape::Tuple(tuple)) => Opened::Type(tuple),
            Shape::Content(ContentShape::Unit) => Opened::Type(&Type::Unit),
            Shape::Content(ContentShape::Newtype {
                of: inner,
                limits: narrower,
            }) => {
                of = inner;
                limits = limits.or(*narrower);
                continue;
            }
        };
        return Ok((opened, limits));
    }
}

impl<'t> Opened<'t> {
    pub fn as_type(&self) -> Option<&'t Type> {
        match self {
            Self::Type(of) => Some(of),
            _ => None,
        }
    }

    pub fn as_enum(&self) -> Option<&'t EnumShape> {
        match self {
            Self::Enum(_, shape) => Some(shape),
            _ => None,
        }
    }

    pub fn as_untagged(&self) -> Option<&'t EnumShape> {
        self.as_enum().filter(|shape| shape.is_untagged())
    }

    /// The name of a struct or an enum.
    pub fn name(&self) -> Option<&'t str> {
        match self {
            Self::Struct(name, _) | Self::Enum(name, _) => Some(name),
            Self::Type(_) => None,
        }
    }

    pub fn to_type(&self) -> Cow<'t, Type> {
        match self {
            Self::Struct(name, _) | Self::Enum(name, _) => Cow::Owned(Type::Ref((*name).to_owned())),
            Self::Type(of) => Cow::Borrowed(of),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Self::Struct(name, _) | Self::Enum(name, _) => (*name).to_owned(),
            Self::Type(of) => describe_type(of),
        }
    }
}

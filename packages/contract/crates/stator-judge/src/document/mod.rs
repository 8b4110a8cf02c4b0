//! A document as comparisons see it: what `packages/contract/src/document.ts` has, also what only services in TypeScript
//! write. Read part by part, so that what an endpoint does not reach may be anything.

mod limits;
mod literal;
mod number;
mod raw;
mod shape;
mod type_ref;

pub(crate) use limits::Limits;
pub(crate) use literal::Literal;
pub(crate) use number::Number;
pub(crate) use raw::{RawDocument, RawEndpoint, RawType};
pub(crate) use shape::{ContentShape, EnumShape, Field, Shape, StructShape, Tagging, UnknownKeys, Variant};
pub(crate) use type_ref::{Int, IntegerPolicy, TextFormat, Type};

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    effort::Effort,
    form::Form,
    limits_fit::limit_misfits,
    literals_fit::takes_literal,
    numbers_fit::number_misfit,
    opened::{Opened, open},
    same_text::is_same_text,
};
use crate::{
    document::{ContentShape, EnumShape, Limits, Literal, StructShape, Tagging, Type, UnknownKeys},
    model::Model,
    text::{cut, quoted},
    unjudged::Result,
};

/// A value that one side may write and the other refuses to read, or reads as something else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Misfit {
    /// Inside of the message: `words[].text`. Empty for the message itself.
    pub path: String,
    pub reason: String,
}

/// Everything that a writer with one document may send as `writer_type`, and a reader with the other does not take.
pub(super) fn find_misfits(
    writer: &Model<'_>,
    writer_type: &Type,
    reader: &Model<'_>,
    reader_type: &Type,
    effort: &mut Effort,
) -> Result<Vec<Misfit>> {
    let mut found = Misfits::new(writer, reader, effort, &FxHashSet::default())?;
    found.types(writer_type, reader_type, "", Limits::default(), Limits::default())?;
    Ok(found.list)
}

struct Misfits<'c, 'e> {
    list: Vec<Misfit>,
    /// The same, each of which is said once.
    found: FxHashSet<Misfit>,
    writer: &'c Model<'c>,
    reader: &'c Model<'c>,
    effort: &'e mut Effort,
    /// Pairs of types that are compared already, or being compared: recursive types end here.
    seen: FxHashSet<String>,
}

impl<'c, 'e> Misfits<'c, 'e> {
    fn new(
        writer: &'c Model<'c>,
        reader: &'c Model<'c>,
        effort: &'e mut Effort,
        seen: &FxHashSet<String>,
    ) -> Result<Self> {
        effort.spend(1 + seen.len())?;
        Ok(Self {
            list: Vec::new(),
            found: FxHashSet::default(),
            writer,
            reader,
            effort,
            seen: seen.clone(),
        })
    }

    fn types(
        &mut self,
        written: &Type,
        read: &Type,
        path: &str,
        written_limits: Limits,
        read_limits: Limits,
    ) -> Result<()> {
        self.effort.enter()?;
        let (from, from_limits) = open(self.writer, written, self.effort, written_limits)?;
        let (to, to_limits) = open(self.reader, read, self.effort, read_limits)?;
        if !self.loose((&from, from_limits), (&to, to_limits), path)? {
            if let Some(Type::Literal(literal)) = from.as_type() {
                self.literal(from.as_type().unwrap_or(written), literal, &to, to_limits, path)?;
            } else {
                self.opened(&from, &to, path)?;
                for reason in limit_misfits(from.as_type().unwrap_or(written), from_limits, to_limits) {
                    self.add(path, reason)?;
                }
            }
        }
        self.effort.leave();
        Ok(())
    }

    /// A type with forms but no tags, and one without: each form that may be written has to fit one that is read.
    fn loose(&mut self, written: (&Opened<'_>, Limits), read: (&Opened<'_>, Limits), path: &str) -> Result<bool> {
        let (from, to) = (written.0.as_untagged(), read.0.as_untagged());
        if from.is_none() == to.is_none() {
            return Ok(false);
        }
        if matches!(read.0.as_type(), Some(Type::Json | Type::Option(_)))
            || matches!(written.0.as_type(), Some(Type::Option(_)))
        {
            return Ok(false);
        }
        if !self
            .seen
            .insert(format!("{:?} {:?}", written.0.to_type(), read.0.to_type()))
        {
            return Ok(true);
        }
        if let Some(from) = from {
            let only = Form::of_opened(read.0, read.1);
            let unknown_keys = match only {
                Form::Struct(_, shape) => shape.unknown_keys,
                _ => from.unknown_keys,
            };
            for variant in &from.variants {
                self.variants(&Form::of(variant), &only, path, unknown_keys)?;
            }
        } else if let Some(to) = to {
            let form = Form::of_opened(written.0, written.1);
            if !self.fits_one(&form, to)? {
                let what = written.0.describe();
                self.add(
                    path,
                    format!("{what} is written, and fits none of the forms that are read"),
                )?;
            }
        }
        Ok(true)
    }

    fn literal(
        &mut self,
        written: &Type,
        literal: &Literal,
        read: &Opened<'_>,
        limits: Limits,
        path: &str,
    ) -> Result<()> {
        match read.as_type() {
            Some(Type::Json) => Ok(()),
            Some(Type::Option(of)) => self.types(written, of, path, Limits::default(), limits),
            _ if takes_literal(read, limits, literal) => Ok(()),
            _ => self.add(path, format!("{literal} is written, {} is read", read.describe())),
        }
    }

    fn opened(&mut self, written: &Opened<'_>, read: &Opened<'_>, path: &str) -> Result<()> {
        let none = Limits::default();
        match (written.as_type(), read.as_type()) {
            (_, Some(Type::Json)) | (Some(Type::Unit), Some(Type::Option(_))) => Ok(()),
            (Some(Type::Option(from)), Some(Type::Option(to))) => self.types(from, to, path, none, none),
            (_, Some(Type::Option(to))) => self.types(&written.to_type(), to, path, none, none),
            (Some(Type::Option(from)), to) => {
                if to != Some(&Type::Unit) {
                    self.add(path, "null may be written, and is not read".to_owned())?;
                }
                self.types(from, &read.to_type(), path, none, none)
            }
            (None, None) => self.named(written, read, path),
            (Some(from @ (Type::Int(_) | Type::Float(_))), Some(to @ (Type::Int(_) | Type::Float(_)))) => {
                match number_misfit(from, to) {
                    Some(reason) => self.add(path, reason),
                    None => Ok(()),
                }
            }
            (Some(Type::List(from) | Type::Set(from)), Some(Type::List(to) | Type::Set(to))) => {
                self.types(from, to, &format!("{path}[]"), none, none)
            }
            (Some(Type::Array(from, length)), Some(Type::Array(to, other))) if length == other => {
                self.types(from, to, &format!("{path}[]"), none, none)
            }
            (Some(Type::Tuple(from)), Some(Type::Tuple(to))) if from.len() == to.len() => {
                for (place, (from, to)) in from.iter().zip(to).enumerate() {
                    self.types(from, to, &format!("{path}[{place}]"), none, none)?;
                }
                Ok(())
            }
            (Some(Type::Map(from_key, from)), Some(Type::Map(to_key, to))) => {
                self.types(from_key, to_key, &format!("{path}[key]"), none, none)?;
                self.types(from, to, &format!("{path}[value]"), none, none)
            }
            _ if is_same_text(written, read) => Ok(()),
            _ => self.add(
                path,
                format!("{} is written, {} is read", written.describe(), read.describe()),
            ),
        }
    }

    fn named(&mut self, written: &Opened<'_>, read: &Opened<'_>, path: &str) -> Result<()> {
        let [from, to] = [written, read].map(|side| side.name().unwrap_or_default());
        if !self.seen.insert(format!("{from} {to}")) {
            return Ok(());
        }
        match (written, read) {
            (Opened::Struct(_, from), Opened::Struct(_, to)) => self.structs(from, to, to.unknown_keys, path),
            (Opened::Enum(_, from), Opened::Enum(_, to)) => self.enums(from, to, path),
            _ => self.add(
                path,
                format!("{} is written, {} is read", written.describe(), read.describe()),
            ),
        }
    }

    fn structs(
        &mut self,
        written: &StructShape,
        read: &StructShape,
        unknown_keys: UnknownKeys,
        path: &str,
    ) -> Result<()> {
        let none = Limits::default();
        let from = self.writer.fields(written)?;
        let to = self.reader.fields(read)?;
        self.effort.spend(from.fields.len() + to.fields.len())?;
        let sent: FxHashMap<_, _> = from.fields.iter().map(|field| (&field.name, field)).collect();
        let taken: FxHashSet<_> = to.fields.iter().map(|field| &field.name).collect();
        for field in &to.fields {
            let place = join(path, &field.name);
            let Some(other) = sent.get(&field.name) else {
                if !field.may_miss {
                    self.add(
                        &place,
                        "the reader needs this key, and the writer never sends it".to_owned(),
                    )?;
                }
                continue;
            };
            if other.may_be_absent && !field.may_miss {
                self.add(
                    &place,
                    "the reader needs this key, and the writer may leave it out".to_owned(),
                )?;
            }
            self.types(&other.type_ref, &field.type_ref, &place, other.limits, field.limits)?;
        }
        for field in from.fields.iter().filter(|field| !taken.contains(&field.name)) {
            let place = join(path, &field.name);
            if let Some(rest) = &to.rest {
                self.types(&field.type_ref, rest, &place, none, none)?;
            } else if unknown_keys == UnknownKeys::Refuse {
                self.add(&place, "the reader refuses this key".to_owned())?;
            }
        }
        match (&from.rest, &to.rest) {
            (Some(from), Some(to)) => self.types(from, to, &format!("{path}[value]"), none, none),
            (Some(_), None) if unknown_keys == UnknownKeys::Refuse => self.add(
                path,
                "any key may be written, and the reader refuses other keys".to_owned(),
            ),
            _ => Ok(()),
        }
    }

    fn enums(&mut self, written: &EnumShape, read: &EnumShape, path: &str) -> Result<()> {
        if written.is_untagged() && read.is_untagged() {
            return self.untagged(written, read, path);
        }
        if written.tagging != read.tagging {
            return self.add(path, "the variants are told apart in another way".to_owned());
        }
        let other = read.variants.iter().any(|variant| variant.other);
        for variant in &written.variants {
            self.effort.spend(read.variants.len())?;
            let name = &variant.name;
            let matching = read.variants.iter().find(|candidate| {
                candidate.name == *name || candidate.aliases.iter().flatten().any(|alias| alias == name)
            });
            if let Some(matching) = matching {
                self.variants(&Form::of(variant), &Form::of(matching), path, read.unknown_keys)?;
                continue;
            }
            // External tagging takes only text for `other`; the other two take any tag.
            let has_content = !matches!(variant.shape, ContentShape::Unit);
            if !other || (read.tagging == Tagging::External && has_content) {
                let name = quoted(name);
                self.add(
                    path,
                    format!("the variant {name} may be written, and is not known to the reader"),
                )?;
            }
        }
        Ok(())
    }

    fn untagged(&mut self, written: &EnumShape, read: &EnumShape, path: &str) -> Result<()> {
        for variant in &written.variants {
            if !self.fits_one(&Form::of(variant), read)? {
                let name = &variant.name;
                self.add(
                    path,
                    format!("the form {name} may be written, and fits none that the reader knows"),
                )?;
            }
        }
        Ok(())
    }

    fn fits_one(&mut self, written: &Form<'_>, read: &EnumShape) -> Result<bool> {
        for candidate in &read.variants {
            let mut attempt = Misfits::new(self.writer, self.reader, self.effort, &self.seen)?;
            attempt.variants(written, &Form::of(candidate), "", read.unknown_keys)?;
            if attempt.list.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn variants(&mut self, written: &Form<'_>, read: &Form<'_>, path: &str, unknown_keys: UnknownKeys) -> Result<()> {
        let place = join(path, written.name());
        if !(written.is_newtype() && read.is_newtype()) {
            let from = written.struct_in(self.writer, unknown_keys)?;
            let to = read.struct_in(self.reader, unknown_keys)?;
            if let (Some((from, _)), Some((to, unknown_keys))) = (from, to) {
                return self.structs(from, to, unknown_keys, &place);
            }
        }
        self.types(
            &written.content(),
            &read.content(),
            &place,
            written.limits(),
            read.limits(),
        )
    }

    fn add(&mut self, path: &str, reason: String) -> Result<()> {
        // What is said takes memory.
        self.effort.spend(path.encode_utf16().count() / 16)?;
        let misfit = Misfit {
            path: path.to_owned(),
            reason,
        };
        if self.found.insert(misfit.clone()) {
            self.list.push(misfit);
        }
        Ok(())
    }
}

/// Names longer than this are cut: a document from elsewhere may have any.
const MOST_NAME: usize = 200;

fn join<'a>(path: &'a str, key: &'a str) -> Cow<'a, str> {
    if key.is_empty() {
        return Cow::Borrowed(path);
    }
    let name = cut(key, MOST_NAME).map_or(Cow::Borrowed(key), Cow::Owned);
    if path.is_empty() {
        name
    } else {
        Cow::Owned(format!("{path}.{name}"))
    }
}

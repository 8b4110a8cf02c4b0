use std::{
    cell::{OnceCell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use rustc_hash::FxHashMap;

use crate::{
    document::{ContentShape, Field, RawDocument, RawType, Shape, StructShape, Type},
    unjudged::{Result, Unjudged},
};

/// Fields of one struct: more are a mistake, or an attack on whoever reads the document.
const MOST_FIELDS: usize = 10_000;

/// Structs that are flattened into each other.
const MOST_FLATTENED: usize = 500;

/// The types of a document by name, each read when somebody asks for it.
pub(crate) struct Model<'a> {
    types: FxHashMap<&'a str, Definition<'a>>,
    /// Every struct is resolved once, however many flatten it.
    resolved: RefCell<FxHashMap<String, Rc<Fields>>>,
}

struct Definition<'a> {
    raw: &'a RawType<'a>,
    shape: OnceCell<Result<Shape>>,
}

/// The fields of a struct with those of flattened structs in their place.
#[derive(Default)]
pub(crate) struct Fields {
    pub fields: Vec<Rc<Field>>,
    /// The type of the values of all other keys, when a map is flattened.
    pub rest: Option<Rc<Type>>,
}

impl<'a> Model<'a> {
    pub fn new(document: &'a RawDocument<'a>) -> Self {
        let definition = |raw: &'a RawType<'a>| Definition {
            raw,
            shape: OnceCell::new(),
        };
        Self {
            types: document
                .types
                .iter()
                .map(|raw| (raw.name.as_str(), definition(raw)))
                .collect(),
            resolved: RefCell::default(),
        }
    }

    fn definition(&self, name: &str) -> Result<&Definition<'a>> {
        self.types
            .get(name)
            .ok_or_else(|| Unjudged(format!("the document refers to {name}, which it does not define")))
    }

    pub fn raw(&self, name: &str) -> Result<&'a RawType<'a>> {
        self.definition(name).map(|definition| definition.raw)
    }

    pub fn shape(&self, name: &str) -> Result<&Shape> {
        let Definition { raw, shape } = self.definition(name)?;
        let read = shape.get_or_init(|| match raw.shape {
            None => Err(Unjudged::unreadable(format!("{name} has no shape"))),
            Some(shape) => serde_json::from_str(shape.get()).map_err(Unjudged::unreadable),
        });
        read.as_ref().map_err(Clone::clone)
    }

    /// The struct that a type is by name.
    pub fn struct_of(&self, of: &Type) -> Result<Option<&StructShape>> {
        let Type::Ref(name) = of else { return Ok(None) };
        Ok(match self.shape(name)? {
            Shape::Content(ContentShape::Struct(shape)) => Some(shape),
            _ => None,
        })
    }

    /// The names of all types that these contain, directly or through others.
    pub fn reach<'t>(&'t self, types: impl IntoIterator<Item = &'t Type>) -> Result<BTreeSet<&'t str>> {
        let mut found = BTreeSet::new();
        let mut open = Vec::new();
        let mut note = |of: &'t Type, open: &mut Vec<&'t str>| {
            if let Type::Ref(name) = of
                && found.insert(name.as_str())
            {
                open.push(name);
            }
        };
        for of in types {
            of.visit(&mut |of| note(of, &mut open));
        }
        while let Some(name) = open.pop() {
            self.shape(name)?.visit_types(&mut |of| note(of, &mut open));
        }
        Ok(found)
    }

    pub fn fields(&self, shape: &StructShape) -> Result<Fields> {
        self.resolve(shape, 0)
    }

    fn resolve(&self, shape: &StructShape, depth: usize) -> Result<Fields> {
        if depth > MOST_FLATTENED {
            return Err(Unjudged(format!(
                "structs are flattened more than {MOST_FLATTENED} deep"
            )));
        }
        let mut resolved = Fields::default();
        for field in &shape.fields {
            match &field.type_ref {
                _ if !field.is_flat => resolved.fields.push(Rc::clone(field)),
                Type::Map(_, value) => resolved.rest = Some(Rc::new(Type::clone(value))),
                of => {
                    if let Some(flat) = self.flattened(of, depth)? {
                        resolved.fields.extend_from_slice(&flat.fields);
                        resolved.rest = resolved.rest.or_else(|| flat.rest.clone());
                    }
                }
            }
            if resolved.fields.len() > MOST_FIELDS {
                return Err(Unjudged(format!("a struct has more than {MOST_FIELDS} fields")));
            }
        }
        Ok(resolved)
    }

    fn flattened(&self, of: &Type, depth: usize) -> Result<Option<Rc<Fields>>> {
        let (Type::Ref(name), Some(shape)) = (of, self.struct_of(of)?) else {
            return Ok(None);
        };
        if let Some(known) = self.resolved.borrow().get(name) {
            return Ok(Some(Rc::clone(known)));
        }
        let fields = Rc::new(self.resolve(shape, depth + 1)?);
        self.resolved.borrow_mut().insert(name.clone(), Rc::clone(&fields));
        Ok(Some(fields))
    }
}

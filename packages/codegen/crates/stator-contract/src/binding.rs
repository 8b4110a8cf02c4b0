use serde::Serialize;

use crate::type_ref::TypeRef;

/// Everything that a native addon offers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bindings {
    /// Hash of what matters where values cross: the bindings and every type that they reach, without documentation.
    pub hash: String,
    /// In the order of the source.
    pub items: Vec<Binding>,
}

/// One function or class of an addon.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Binding {
    /// A function, wrapped by a generated stub.
    Function(BoundFunction),
    /// A class whose objects live in Rust, wrapped by a generated class.
    Class(BoundClass),
    /// An export that hand-written code calls as it is.
    RawFunction(RawFunction),
    /// A class of the addon that hand-written code uses as it is.
    RawClass(RawClass),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundFunction {
    /// The name in JavaScript.
    pub name: String,
    /// The path in Rust, for messages.
    pub rust: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    #[serde(flatten)]
    pub call: BoundCall,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundClass {
    /// The name in JavaScript, which is that of the Rust type.
    pub name: String,
    pub rust: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    /// The constructor. Without one, objects come out of other functions. Not called `constructor`, which every object
    /// of JavaScript has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub construct: Option<BoundFunction>,
    pub statics: Vec<BoundFunction>,
    pub methods: Vec<BoundFunction>,
    pub getters: Vec<BoundFunction>,
    pub setters: Vec<BoundFunction>,
}

/// How a function is called and what comes back.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoundCall {
    /// The name of the addon's export. Of methods, its first argument is the number of the object.
    pub export: String,
    pub mode: CallMode,
    pub parameters: Vec<Parameter>,
    /// What it returns; of streams, the item. Absent for `()`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<BoundType>,
    /// What it may fail with beside the codes that every binding has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<BoundError>,
    /// What an item of a stream may be instead of a value: the stream ends with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_error: Option<BoundError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CallMode {
    /// On JavaScript's thread; the value comes back at once.
    Sync,
    /// On the addon's threads; a promise.
    Task,
    /// On the addon's threads; an async iterable.
    Stream,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// The name in JavaScript.
    pub name: String,
    #[serde(flatten)]
    pub bound: BoundType,
}

/// What a parameter or a result is, and the form in which it crosses.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum BoundType {
    /// Data. `type` is what it means, `form` what crosses.
    Value {
        form: Form,
        #[serde(rename = "type")]
        type_ref: TypeRef,
    },
    /// An object of a class of the same addon; its number crosses.
    Object { class: String, optional: bool },
    /// A function of JavaScript, called with a value.
    Callback {
        #[serde(skip_serializing_if = "Option::is_none")]
        argument: Option<Box<BoundType>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Box<BoundType>>,
    },
}

/// The value of JavaScript that crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Form {
    Boolean,
    /// A `number`: every value of the type is one.
    Number,
    Bigint,
    Text,
    /// A `Uint8Array`. Arguments of synchronous functions are lent, all others copied.
    Bytes,
    /// JSON text.
    Json,
}

/// What a Rust function may return instead of a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum BoundError {
    /// A value of a contract type.
    Declared {
        #[serde(rename = "type")]
        type_ref: TypeRef,
    },
    /// A sentence.
    Text,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawFunction {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    pub parameters: Vec<RawParameter>,
    pub result: RawType,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawClass {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub construct: Option<RawFunction>,
    pub statics: Vec<RawFunction>,
    pub methods: Vec<RawFunction>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawParameter {
    pub name: String,
    #[serde(rename = "type")]
    pub raw_type: RawType,
}

/// A type of JavaScript at a raw export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RawType {
    Undefined,
    Boolean,
    Number,
    Bigint,
    String,
    Uint8Array,
    Uint32Array,
    /// A function without arguments whose result is not looked at.
    Function,
    /// Anything; the code that calls it looks at what it got.
    Unknown,
}

impl Binding {
    pub fn name(&self) -> &str {
        match self {
            Binding::Function(function) => &function.name,
            Binding::Class(class) => &class.name,
            Binding::RawFunction(function) => &function.name,
            Binding::RawClass(class) => &class.name,
        }
    }

    /// Whether a stub is generated for it.
    pub fn is_wrapped(&self) -> bool {
        matches!(self, Binding::Function(_) | Binding::Class(_))
    }

    /// Every type that is written here.
    pub(crate) fn visit_types(&self, visitor: &mut impl FnMut(&TypeRef)) {
        match self {
            Binding::Function(function) => function.call.visit_types(visitor),
            Binding::Class(class) => class
                .functions()
                .for_each(|function| function.call.visit_types(visitor)),
            Binding::RawFunction(_) | Binding::RawClass(_) => {}
        }
    }

    /// The same without what changes nothing where values cross.
    pub(crate) fn bare(&self) -> Binding {
        let mut binding = self.clone();
        match &mut binding {
            Binding::Function(function) => function.strip(),
            Binding::Class(class) => {
                class.docs = None;
                class.rust.clear();
                class
                    .construct
                    .iter_mut()
                    .chain(&mut class.statics)
                    .chain(&mut class.methods)
                    .chain(&mut class.getters)
                    .chain(&mut class.setters)
                    .for_each(BoundFunction::strip);
            }
            Binding::RawFunction(function) => function.docs = None,
            Binding::RawClass(class) => {
                class.docs = None;
                class
                    .construct
                    .iter_mut()
                    .chain(&mut class.statics)
                    .chain(&mut class.methods)
                    .for_each(|function| function.docs = None);
            }
        }
        binding
    }
}

impl BoundClass {
    pub fn functions(&self) -> impl Iterator<Item = &BoundFunction> {
        self.construct
            .iter()
            .chain(&self.statics)
            .chain(&self.methods)
            .chain(&self.getters)
            .chain(&self.setters)
    }
}

impl BoundFunction {
    fn strip(&mut self) {
        self.docs = None;
        self.rust.clear();
    }
}

impl BoundCall {
    fn visit_types(&self, visitor: &mut impl FnMut(&TypeRef)) {
        let bounds = self.parameters.iter().map(|parameter| &parameter.bound);
        bounds.chain(&self.result).for_each(|bound| bound.visit_types(visitor));
        for error in self.error.iter().chain(&self.item_error) {
            if let BoundError::Declared { type_ref } = error {
                type_ref.visit(visitor);
            }
        }
    }
}

impl BoundType {
    fn visit_types(&self, visitor: &mut impl FnMut(&TypeRef)) {
        match self {
            BoundType::Value { type_ref, .. } => type_ref.visit(visitor),
            BoundType::Object { .. } => {}
            BoundType::Callback { argument, result } => argument
                .iter()
                .chain(result)
                .for_each(|bound| bound.visit_types(visitor)),
        }
    }
}

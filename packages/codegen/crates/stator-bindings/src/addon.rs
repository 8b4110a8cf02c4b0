use napi::{
    Env, JsValue as _,
    bindgen_prelude::Object,
    sys::{self, Status},
};
use stator_contract::{Binding, BoundType, Contracts, Document, RawFunction, RawType, Registry};

use crate::{
    call::{Call, Export, enter},
    crossed::{Crossed, Outcome},
    environment::Environment,
    failure::{Failure, FailureCode},
    internal_exports,
    pool::{self, Limits},
};

/// Something that `#[binding]` stands on: a function or a class.
///
/// The attribute implements it for a type that has the function's name, so `addon!` can name functions like types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not offered to JavaScript",
    note = "put #[binding] on the function, or on the impl block of the class"
)]
pub trait Bindable {
    fn describe(registry: &mut Registry) -> Binding;

    /// Adds the raw exports. Those of `#[binding(raw)]` are added by napi itself.
    fn export(exports: &mut Exports<'_>);
}

/// The exports of the addon while it is being loaded.
pub struct Exports<'env> {
    env: Env,
    object: Object<'env>,
    failed: Option<String>,
}

impl Exports<'_> {
    pub fn add<E: Export>(&mut self) {
        let mut function = std::ptr::null_mut();
        let name = E::NAME;
        // SAFETY: the environment is being loaded right now; the name has that length; the function lives for ever.
        let status = unsafe {
            sys::napi_create_function(
                self.env.raw(),
                name.as_ptr().cast(),
                name.len().cast_signed(),
                Some(enter::<E>),
                std::ptr::null_mut(),
                &raw mut function,
            )
        };
        let mut added = status == Status::napi_ok;
        if added {
            let key = self.env.create_string(name);
            added = key.is_ok_and(|key| {
                // SAFETY: all three are values of this environment.
                let status = unsafe { sys::napi_set_property(self.env.raw(), self.object.raw(), key.raw(), function) };
                status == Status::napi_ok
            });
        }
        if !added {
            self.failed = Some(format!("the export {name} cannot be made (status {status})"));
        }
    }
}

/// What `addon!` says.
pub struct Addon {
    pub limits: Limits,
    pub describe: fn(&mut Registry) -> Vec<Binding>,
    pub export: fn(&mut Exports<'_>),
}

/// Describes the bindings of an addon; those that every addon has come along where one of them needs a stub.
pub fn describe_all(registry: &mut Registry, bindings: &[fn(&mut Registry) -> Binding]) -> Vec<Binding> {
    let mut all: Vec<_> = bindings.iter().map(|describe| describe(registry)).collect();
    check_classes(registry, &all);
    if all.iter().any(Binding::is_wrapped) {
        all.extend(internal_exports::describe());
        all.extend(described_by_itself());
    }
    all
}

/// Objects need a class in TypeScript.
fn check_classes(registry: &mut Registry, bindings: &[Binding]) {
    let is_class = |name: &str| {
        bindings
            .iter()
            .any(|binding| matches!(binding, Binding::Class(class) if class.name == name))
    };
    for binding in bindings {
        let functions = match binding {
            Binding::Function(function) => vec![function],
            Binding::Class(class) => class.functions().collect(),
            Binding::RawFunction(_) | Binding::RawClass(_) => continue,
        };
        for function in functions {
            let parameters = function.call.parameters.iter().map(|parameter| &parameter.bound);
            for bound in parameters.chain(&function.call.result) {
                if let BoundType::Object { class, .. } = bound
                    && !is_class(class)
                {
                    registry.error(format!(
                        "{} takes or returns a {class}, which is not among the bindings. Add it to addon!.",
                        function.rust
                    ));
                }
            }
        }
    }
}

/// Loads the addon into one JavaScript thread.
///
/// # Errors
/// When an export cannot be made.
pub fn load<D: DescribesItself>(addon: &Addon, exports: Object<'_>, env: Env) -> napi::Result<()> {
    pool::configure(addon.limits);
    let mut exports = Exports {
        env,
        object: exports,
        failed: None,
    };
    (addon.export)(&mut exports);
    exports.add::<Hash<D>>();
    exports.add::<Describe<D>>();
    internal_exports::export(&mut exports);
    env.add_env_cleanup_hook((), |()| Environment::with(Environment::end))?;
    match exports.failed {
        None => Ok(()),
        Some(reason) => Err(napi::Error::from_reason(reason)),
    }
}

/// An addon that knows its own document; `addon!` implements it.
pub trait DescribesItself {
    const CRATE: &'static str;

    fn describe(registry: &mut Registry) -> Vec<Binding>;
}

/// The hash and the document of the loaded addon, to be compared with what the stubs were generated from.
struct Hash<D>(std::marker::PhantomData<D>);
struct Describe<D>(std::marker::PhantomData<D>);

impl<D: DescribesItself> Export for Hash<D> {
    const NAME: &'static str = "stator.hash";

    fn call(_: &Call) -> Outcome {
        let hash = document::<D>()?.bindings.map(|bindings| bindings.hash);
        Ok(Crossed::Text(hash.unwrap_or_default()))
    }
}

impl<D: DescribesItself> Export for Describe<D> {
    const NAME: &'static str = "stator.document";

    fn call(_: &Call) -> Outcome {
        let text = serde_json::to_string(&document::<D>()?);
        text.map(Crossed::Text)
            .map_err(|error| Failure::new(FailureCode::Internal, error.to_string()))
    }
}

fn document<D: DescribesItself>() -> Result<Document, Failure> {
    describe_addon(D::CRATE, D::describe)
}

fn describe_addon(crate_name: &str, describe: fn(&mut Registry) -> Vec<Binding>) -> Result<Document, Failure> {
    let mut contracts = Contracts::default();
    contracts.bindings(describe);
    contracts
        .document(crate_name)
        .map_err(|problems| Failure::new(FailureCode::Internal, problems.join("; ")))
}

/// The bindings of an addon that napi alone makes as the text of a document: what its export `stator.document` returns,
/// so that `stator-codegen exports` can compare parameters too, which Node-API does not tell.
///
/// # Errors
/// When something that the bindings reach has no exact form.
pub fn document_text(crate_name: &str, describe: fn(&mut Registry) -> Vec<Binding>) -> Result<String, String> {
    let document = describe_addon(crate_name, describe).map_err(|failure| failure.message)?;
    serde_json::to_string(&document).map_err(|error| error.to_string())
}

fn described_by_itself() -> [Binding; 2] {
    [
        ("stator.hash", "The hash of the bindings of this build."),
        ("stator.document", "The bindings of this build as a document."),
    ]
    .map(|(name, docs)| {
        Binding::RawFunction(RawFunction {
            name: name.to_owned(),
            docs: Some(docs.to_owned()),
            parameters: Vec::new(),
            result: RawType::Unknown,
        })
    })
}
